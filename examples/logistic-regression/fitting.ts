import { tensor } from "gradtape";
import { columnsOf } from "./columns.js";
import type { Dataset } from "./data.js";
import { findDependent } from "./dependence.js";
import { denseWidth, designOf, type Part, unseenIn } from "./design.js";
import { combination, type Encoding, measure, parametersOf, REFERENCE, rawOf, reportOrder } from "./encoding.js";
import { InputError, NotConverged } from "./errors.js";
import { maximumExists } from "./existence.js";
import { cholesky, inverseOf, product } from "./linear.js";
import { gradientByHand, type Likelihood, type LossOptions, likelihoodOf, strengthsOf } from "./model.js";
import { firthLikelihood, type Objective, penalizedLikelihood } from "./objective.js";
import { findSeparation, type Rows } from "./separation.js";
import { type Solution, type SolverOptions, solve, type Watcher } from "./solve.js";
import type { RowNumbers } from "./split.js";
import { counted, quote, quoteList } from "./text.js";
import { type ClassWeights, classCounts, type RowWeights, rowWeights } from "./weights.js";

export interface FitOptions extends SolverOptions, LossOptions {
  readonly intercept: boolean;
  /** Maximizes the likelihood times Jeffreys' prior. */
  readonly firth: boolean;
  /** The level of a feature of categories that gets no term; the first in order where it is not said. */
  readonly references: ReadonlyMap<string, string>;
  readonly classWeight: "balanced" | ClassWeights | undefined;
}

/** A model that is fitted to some rows of a dataset. */
export interface Fitted {
  readonly encoding: Encoding;
  /** The parameters of the encoding's columns. */
  readonly theta: Float64Array;
  readonly solution: Solution;
  /** What was minimized, in the solver's own parameters γ, and the linear map from them: θ = Bγ. */
  readonly objective: Objective;
  readonly likelihood: Likelihood;
  readonly basis: Float64Array | undefined;
  /** The rows that it was fitted to: as the encoding has them, and as the solver has. */
  readonly parts: readonly Part[];
  readonly solverParts: readonly Part[];
  readonly rows: RowNumbers;
  readonly weights: RowWeights;
  readonly classWeights: ClassWeights;
  /** XᵀX of the encoding, where it is known. */
  readonly gram: Float64Array | undefined;
  /** How many observations the rows are. */
  readonly n: number;
  readonly loss: LossOptions;
  /** Columns that have no coefficient. */
  readonly dropped: readonly Dropped[];
  /** What the user should know. */
  readonly warnings: readonly string[];
}

export interface Dropped {
  readonly name: string;
  readonly reason: string;
}

/** No model has more coefficients than this. */
const MOST_PARAMETERS = 5_000;
/** Jeffreys' prior takes products of matrices of this many columns, many times. */
const MOST_FOR_FIRTH = 100;
/** More collinear columns than this are counted and not listed. */
const MOST_LISTED = 10;

/** Fits a model to some rows. That there is none to tell about is a NotConverged. `start` may be a neighboring fit's θ. */
export async function fitRows(data: Dataset, rows: RowNumbers, options: FitOptions, watcher: Watcher): Promise<Fitted> {
  const { l2, eager, firth } = options;
  const warnings: string[] = [];
  const dropped: Dropped[] = [];
  const classWeights = chooseClassWeights(data, rows, options.classWeight);
  const weights = rowWeights(data, classWeights);
  checkReferences(data, options.references);

  let { encoding, constant, empty } = measure(data.features, rows, { ...options, counts: weights.counts });
  for (const name of constant) dropped.push({ name, reason: "constant" });
  if (constant.length > 0) warnings.push(`constant, so left out: ${quoteList(constant)}`);
  for (const name of empty) dropped.push({ name, reason: "no row has this combination" });
  if (empty.length > 0) warnings.push(`without a row to train on, so left out: ${quoteList(empty)}`);
  const width = parametersOf(encoding).length;
  if (width === 0) throw new InputError(`${data.file}: no column is left to fit`);
  if (width > MOST_PARAMETERS)
    throw new InputError(
      `the model would have ${width} coefficients, and the limit is ${MOST_PARAMETERS}; leave columns out with --exclude`,
    );
  if (firth && width > MOST_FOR_FIRTH) throw new InputError(`--firth is for ${MOST_FOR_FIRTH} coefficients at most, got ${width}`);
  await watcher.breathe();
  let parts = designOf(encoding, data.features, rows, weights);
  await watcher.breathe();

  const all = likelihoodOf(parts, encoding, eager);
  const { dependent, isNearly, gram } = dependence(data, parts, encoding, all);
  const isUnpenalized = l2 === 0;
  const names = parametersOf(encoding).map(({ name }) => name);
  if (isUnpenalized && dependent.length > 0) {
    encoding = withoutPlaces(encoding, new Set(dependent.map(({ column }) => column)));
    parts = designOf(encoding, data.features, rows, weights);
  }
  for (const { column, on } of dependent) {
    const combination = `${quote(names[column])} is a linear combination of ${quoteList(on.map((i) => names[i]))}`;
    if (isUnpenalized) dropped.push({ name: names[column], reason: combination });
    if (dependent.length <= MOST_LISTED)
      warnings.push(`collinear: ${combination}${isUnpenalized ? ", so left out" : "; only the penalty tells their coefficients apart"}`);
  }
  if (dependent.length > MOST_LISTED)
    warnings.push(
      `collinear: ${dependent.length} of ${width} columns of the design are linear combinations of others${width > rows.length ? `, as they must be with ${counted(rows.length, "row")}` : ""}${isUnpenalized ? ", so left out" : "; only the penalty tells their coefficients apart"}`,
    );
  await watcher.breathe();

  const { counts } = weights;
  const n = counts === undefined ? rows.length : rows.reduce((sum, row) => sum + counts[row], 0);
  const basis = isUnpenalized && isNearly ? orthogonalBasis(parts, encoding, eager) : undefined;
  const solverParts = basis === undefined ? parts : rotated(parts, basis, encoding);
  const likelihood = dependent.length === 0 && basis === undefined ? all : likelihoodOf(solverParts, encoding, eager);
  const objective = firth
    ? firthLikelihood(solverParts, encoding, n, eager)
    : penalizedLikelihood(likelihood, strengthsOf(encoding, options), n);
  if (isUnpenalized && !firth && options.solver !== "newton")
    await requireMaximum(data, rows, solverParts, encoding, objective, n, watcher);
  const solution = await solve(objective, options, watcher);
  if (isUnpenalized && !firth) {
    const { gradient } = objective.valueAndGradient(solution.theta);
    const isCertain = maximumExists(
      solverParts,
      encoding,
      gradient.map((g) => g * n),
      objective.hessian(solution.theta).map((h) => h * n),
    );
    await watcher.breathe();
    if (!isCertain) {
      await refuseSeparation(data, rows, encoding);
      if (solution.converged)
        warnings.push("whether the likelihood has a maximum could not be made certain; look for coefficients with very large errors");
    }
  }
  if (solution.warning !== undefined) warnings.push(solution.warning);
  if (!solution.converged)
    throw new NotConverged(
      `${solution.solver} did not converge: ${solution.reason}${solution.iterations > 0 ? "; --steps, --tolerance or another --solver may help" : ""}`,
    );
  const theta = basis === undefined ? solution.theta : applyBasis(basis, solution.theta);
  return {
    ...{ encoding, theta, solution, objective, likelihood, basis, parts, solverParts, rows, weights, classWeights, n },
    ...{ loss: options, dropped, warnings, gram: dependent.length === 0 || !isUnpenalized ? gram : undefined },
  };
}

/** Other solvers creep along a separating direction for a long time: Newton's method finds out in a moment. */
async function requireMaximum(
  data: Dataset,
  rows: RowNumbers,
  parts: readonly Part[],
  encoding: Encoding,
  objective: Objective,
  n: number,
  watcher: Watcher,
): Promise<void> {
  const quick = { solver: "newton", steps: 60, tolerance: 1e-6, learningRate: undefined } as const;
  const { theta } = await solve(objective, quick, { ...watcher, onIteration: () => {} });
  const { gradient } = objective.valueAndGradient(theta);
  if (
    !maximumExists(
      parts,
      encoding,
      gradient.map((g) => g * n),
      objective.hessian(theta).map((h) => h * n),
    )
  )
    await refuseSeparation(data, rows, encoding);
}

/** In parallel for each row: the logits that the model gives to other rows of the same dataset. NaN for levels it has not seen. */
export function predictRows({ encoding, theta, loss }: Fitted, data: Dataset, rows: RowNumbers): Float64Array {
  const parts = designOf(encoding, data.features, rows, { y: data.y, w: undefined });
  const z = Float64Array.from(likelihoodOf(parts, encoding, loss.eager).logits(tensor(theta)));
  const unseen = unseenIn(encoding, data.features, rows);
  if (unseen.size > 0)
    rows.forEach((row, i) => {
      if (unseen.has(row)) z[i] = Number.NaN;
    });
  return z;
}

/** The rows that the model cannot score, as a message names the first: `"color" "red"`, and where it is. */
export function firstUnseen(
  { encoding }: Fitted,
  data: Dataset,
  rows: RowNumbers,
): { row: number; name: string; count: number } | undefined {
  const unseen = unseenIn(encoding, data.features, rows);
  const [first] = unseen;
  if (first === undefined) return undefined;
  const [row, feature] = first;
  const { categories } = data.features[feature];
  const levels = categories.map(({ name, levels, values }) => `${name}=${levels[values[row]]}`);
  return { row, name: levels.join(":"), count: unseen.size };
}

/** A parameter's two gradients of the mean loss at θ = 0. */
export interface Compared {
  readonly name: string;
  readonly engine: number;
  readonly byHand: number;
}

/** The gradient at θ = 0 from the engine and from the formula. */
export function compareGradients({ encoding, parts, loss, theta, basis, likelihood: fitted }: Fitted): Compared[] {
  const zero = new Float64Array(theta.length);
  const likelihood = basis === undefined ? fitted : likelihoodOf(parts, encoding, loss.eager);
  const engine = likelihood.lossAndGradient(tensor(zero)).gradient.map((g) => g / likelihood.rows);
  const byHand = gradientByHand(zero, parts, encoding);
  const parameters = parametersOf(encoding);
  return reportOrder(encoding).map((j) => ({ name: parameters[j].name, engine: engine[j], byHand: byHand[j] }));
}

/** The raw coefficients are this linear map of the solver's parameters. */
export function toRaw({ encoding, basis, theta }: Pick<Fitted, "encoding" | "basis" | "theta">): Float64Array {
  const n = theta.length;
  const map = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const unit = new Float64Array(n);
    unit[j] = 1;
    rawOf(encoding, unit).forEach((value, i) => {
      map[i * n + j] = value;
    });
  }
  return basis === undefined ? map : product(map, basis, n);
}

async function refuseSeparation(data: Dataset, rows: RowNumbers, encoding: Encoding): Promise<void> {
  const separation = await findSeparation(rawRows(data, rows, encoding), encoding.intercept);
  if (separation === undefined) return;
  const { kind, columns } = separation;
  const names = columns.map((j) => parametersOf(encoding)[j].name);
  const which = names.length === 1 ? `column ${quote(names[0])} alone tells` : `the columns ${quoteList(names, 12)} together tell`;
  throw new NotConverged(
    `${kind} separation: ${which} the classes apart${kind === "complete" ? "" : " but for rows on the border"}, so that no maximum likelihood estimate exists and coefficients would grow without limit; --firth gives estimates that exist, and so does a penalty, such as --l2 1; or leave ${names.length === 1 ? "it" : "some"} out with --exclude`,
  );
}

/** The rows as they are in the data, for what is judged on their own numbers. */
function rawRows(data: Dataset, rows: RowNumbers, encoding: Encoding): Rows {
  const { intercept, dense, blocks } = encoding;
  const parameters = parametersOf(encoding);
  const places = blocks.map(({ feature }) => combination(data.features[feature].categories));
  return {
    count: rows.length,
    width: parameters.length,
    row: (i) => {
      const row = rows[i];
      const at = intercept ? [0] : [];
      const values = intercept ? [1] : [];
      for (const { feature } of dense) {
        at.push(at.length);
        values.push((data.features[feature].numbers as Float64Array)[row]);
      }
      let start = at.length;
      blocks.forEach(({ feature, slots, names }, k) => {
        const slot = slots[places[k](row)];
        if (slot >= 0) {
          at.push(start + slot);
          values.push(data.features[feature].numbers?.[row] ?? 1);
        }
        start += names.length;
      });
      return { at, values };
    },
    has: (i, label) => (label === 1 ? data.y[rows[i]] > 0 : data.y[rows[i]] < 1) && (data.weights?.values[rows[i]] ?? 1) > 0,
    center: Float64Array.from(parameters, ({ center }) => center),
    scale: Float64Array.from(parameters, ({ scale }) => scale),
  };
}

function dependence(data: Dataset, parts: readonly Part[], encoding: Encoding, likelihood: Likelihood) {
  const sizes = encoding.blocks.map(({ names }) => names.length);
  const parameters = parametersOf(encoding);
  const gram = likelihood.gram(tensor(new Float64Array(parameters.length)), (z) => z.mul(0).add(1));
  const factorsOf = (j: number): number => data.features[parameters[j].feature]?.factors.length ?? 0;
  const order = reportOrder(encoding).sort((a, b) => factorsOf(a) - factorsOf(b));
  const found = findDependent(gram, order, {
    ...columnsOf(parts, sizes),
    magnification: Float64Array.from(parameters, ({ center, scale }) => 1 + Math.abs(center) / scale),
  });
  found.dependent.sort((a, b) => a.column - b.column);
  return { ...found, gram };
}

/** An encoding without the parameters at these places. */
function withoutPlaces(encoding: Encoding, out: ReadonlySet<number>): Encoding {
  const first = encoding.intercept ? 1 : 0;
  let start = denseWidth(encoding);
  const blocks = encoding.blocks.flatMap((block) => {
    const kept = block.names.map((_, i) => !out.has(start + i));
    start += block.names.length;
    const places = kept.map((isKept, i) => (isKept ? kept.slice(0, i).filter(Boolean).length : REFERENCE));
    const of = <T>(list: readonly T[]): T[] => list.filter((_, i) => kept[i]);
    if (!kept.includes(true)) return [];
    return [
      {
        ...block,
        names: of(block.names),
        means: of(block.means),
        deviations: of(block.deviations),
        slots: block.slots.map((slot) => (slot < 0 ? slot : places[slot])),
      },
    ];
  });
  return { ...encoding, dense: encoding.dense.filter((_, j) => !out.has(j + first)), blocks };
}

/**
 * Columns that are nearly dependent, such as a year, its square and its cube, are made orthogonal: θ = Bγ with B upper
 * triangular, from the Cholesky factor of XᵀX, twice, since once leaves what XᵀX could not see (Fukaya et al. 2014).
 */
function orthogonalBasis(parts: readonly Part[], encoding: Encoding, eager: boolean): Float64Array | undefined {
  const d = denseWidth(encoding);
  const dense = { ...encoding, blocks: [] };
  let basis: Float64Array | undefined;
  for (let round = 0; round < 2; round++) {
    const current = (basis === undefined ? parts : rotated(parts, basis, dense)).map((part) => ({ ...part, places: [], factors: [] }));
    const likelihood = likelihoodOf(current, dense, eager);
    const gram = likelihood.gram(tensor(new Float64Array(d)), (z) => z.mul(0).add(1 / likelihood.rows));
    const l = cholesky(gram, d);
    if (l === undefined) return embedded(basis, d, parametersOf(encoding).length);
    const step = upperInverse(l, d);
    basis = basis === undefined ? step : product(basis, step, d);
  }
  return embedded(basis, d, parametersOf(encoding).length);
}

/** L⁻ᵀ. */
function upperInverse(l: Float64Array, n: number): Float64Array {
  // (LLᵀ)⁻¹·L = L⁻ᵀ
  return product(inverseOf(l, n), l, n);
}

/** A basis of the dense parameters as one of all. */
function embedded(basis: Float64Array | undefined, d: number, n: number): Float64Array | undefined {
  if (basis === undefined) return undefined;
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return i < d && j < d ? basis[i * d + j] : i === j ? 1 : 0;
  });
}

const applyBasis = (basis: Float64Array, gamma: Float64Array): Float64Array =>
  gamma.map((_, i) => gamma.reduce((sum, value, j) => sum + basis[i * gamma.length + j] * value, 0));

/** The same rows in a basis of the dense columns. */
function rotated(parts: readonly Part[], basis: Float64Array, encoding: Encoding): Part[] {
  const d = denseWidth(encoding);
  const n = Math.sqrt(basis.length);
  const corner = tensor(
    Float64Array.from({ length: d * d }, (_, at) => basis[Math.floor(at / d) * n + (at % d)]),
    [d, d],
  );
  return parts.map((part) => ({ ...part, x: part.x.matmul(corner) }));
}

function chooseClassWeights(data: Dataset, rows: RowNumbers, wanted: FitOptions["classWeight"]): ClassWeights {
  if (wanted === undefined) return { positive: 1, negative: 1 };
  if (wanted !== "balanced") return wanted;
  const { positive, negative } = classCounts(data, rows);
  const all = positive + negative;
  return { positive: all / (2 * positive), negative: all / (2 * negative) };
}

function checkReferences({ columns }: Dataset, references: ReadonlyMap<string, string>): void {
  for (const [name, level] of references) {
    const column = columns.find((c) => c.name === name);
    if (column?.levels === undefined) throw new InputError(`--reference: ${quote(name)} is not a feature of categories`);
    if (!column.levels.includes(level))
      throw new InputError(`--reference: ${quote(name)} has no level ${quote(level)}, only ${quoteList(column.levels)}`);
  }
}
