/**
 * Formulas as a paper writes them: see the guide on formulas.
 *
 * @module gradtape/math
 */

export {
  type CheckDerivationOptions,
  type CheckedDerivation,
  type CheckedLine,
  checkDerivation,
} from "./formulas/derivation/check-derivation.js";
export { type Formula, type ParseMathOptions, parseMath } from "./formulas/formula.js";
export type { FormulaFunction } from "./formulas/functions.js";
export type { FormulaLimits } from "./formulas/limits.js";
export { ExpressionError, type Place, type Suggestion } from "./formulas/place.js";
export { type MathHole, math } from "./formulas/tag.js";
