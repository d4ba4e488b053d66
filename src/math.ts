/**
 * Formulas as a paper writes them: see the guide on formulas.
 *
 * @module gradtape/math
 */

export type { FormulaFunction } from "./expression/evaluate.js";
export { type Formula, parseMath } from "./expression/formula.js";
export { ExpressionError, type Place } from "./expression/place.js";
export { type MathHole, math } from "./expression/tag.js";
