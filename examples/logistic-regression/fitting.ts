import type { Tensor } from "gradtape";
import type { Dataset } from "./data.js";
import { findDependent } from "./dependence.js";
import { type Chunk, designOf, type Encoding, measure, parameterNames } from "./design.js";
import { InputError, NotConverged } from "./errors.js";
import { gradientByHand, gramMatrix, type LossOptions, logitsOf, meanLoss } from "./model.js";
import { findSeparation } from "./separation.js";
import { gradientAt, type Solution, type SolverOptions, solve, type Watcher } from "./solve.js";
import type { RowNumbers } from "./split.js";
import { quote, quoteList } from "./text.js";

export interface FitOptions extends SolverOptions, Omit<LossOptions, "weights"> {
  readonly intercept: boolean;
  /** The level of a feature of categories that gets no term; the first in order where it is not said. */
  readonly references: ReadonlyMap<string, string>;
  readonly classWeight: "balanced" | { readonly positive: number; readonly negative: number } | undefined;
}

/** A model that is fitted to some rows of a dataset. */
export interface Fitted {
  readonly encoding: Encoding;
  readonly theta: Tensor;
  readonly solution: Solution;
  readonly chunks: readonly Chunk[];
  /** The options as the loss takes them. */
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

/** Fits a model to some rows. That there is none to tell about is a NotConverged. */
export async function fitRows(data: Dataset, rows: RowNumbers, options: FitOptions, watcher: Watcher): Promise<Fitted> {
  const { l2, eager } = options;
  const warnings: string[] = [];
  const dropped: Dropped[] = [];
  const weights = classWeights(data.y, rows, options.classWeight);
  const loss: LossOptions = { l2, standardize: options.standardize, weights, eager };
  checkReferences(data, options.references);

  let { encoding, constant } = measure(data.columns, rows, options);
  for (const name of constant) dropped.push({ name, reason: "constant" });
  if (constant.length > 0) warnings.push(`constant, so left out: ${quoteList(constant)}`);
  await watcher.breathe();
  let chunks = designOf(encoding, data.columns, data.y, rows);
  await watcher.breathe();

  const names = parameterNames(encoding);
  if (names.length === 0) throw new InputError(`${data.file}: no column is left to fit`);
  const dependent = findDependent(gramMatrix(chunks, eager).data, names.length);
  for (const { column, on } of dependent) {
    const combination = `${quote(names[column])} is a linear combination of ${quoteList(on.map((i) => names[i]))}`;
    if (l2 === 0) dropped.push({ name: names[column], reason: combination });
    warnings.push(`collinear: ${combination}${l2 === 0 ? ", so left out" : "; only the penalty tells their coefficients apart"}`);
  }
  if (l2 === 0 && dependent.length > 0) {
    const out = new Set(dependent.map(({ column }) => column));
    encoding = { ...encoding, terms: encoding.terms.filter((_, j) => !out.has(j + (encoding.intercept ? 1 : 0))) };
    chunks = designOf(encoding, data.columns, data.y, rows);
  }
  await watcher.breathe();
  if (l2 === 0) await refuseSeparation(chunks, encoding);
  await watcher.breathe();

  const solution = await solve(meanLoss(chunks, encoding, loss), parameterNames(encoding).length, options, watcher);
  if (solution.warning !== undefined) warnings.push(solution.warning);
  if (!solution.converged)
    throw new NotConverged(
      `${solution.solver} did not converge: ${solution.reason}${solution.iterations > 0 ? "; --steps, --tolerance or another --solver may help" : ""}`,
    );
  return { encoding, theta: solution.theta, solution, chunks, loss, dropped, warnings };
}

/** In parallel for each row: the logits that the model gives to other rows of the same dataset. */
export function predictRows({ encoding, theta }: Fitted, data: Dataset, rows: RowNumbers): Float64Array {
  return logitsOf(theta, designOf(encoding, data.columns, data.y, rows));
}

/** A parameter's two gradients of the mean loss at θ = 0. */
export interface Compared {
  readonly name: string;
  readonly engine: number;
  readonly byHand: number;
}

/** The gradient at θ = 0 from the engine and from the formula. */
export function compareGradients({ encoding, chunks, loss, theta }: Fitted): Compared[] {
  const zero = theta.mul(0);
  const engine = gradientAt(meanLoss(chunks, encoding, loss), zero);
  const byHand = gradientByHand(zero.data, chunks, loss);
  return parameterNames(encoding).map((name, j) => ({ name, engine: engine[j], byHand: byHand[j] }));
}

async function refuseSeparation(chunks: readonly Chunk[], encoding: Encoding): Promise<void> {
  const separation = await findSeparation(chunks, encoding.intercept);
  if (separation === undefined) return;
  const { kind, columns } = separation;
  const names = columns.map((j) => parameterNames(encoding)[j]);
  const which = names.length === 1 ? `column ${quote(names[0])} alone tells` : `the columns ${quoteList(names, 12)} together tell`;
  throw new NotConverged(
    `${kind} separation: ${which} the classes apart${kind === "complete" ? "" : " but for rows on the border"}, so that no maximum likelihood estimate exists and coefficients would grow without limit; give a penalty, such as --l2 1, or leave ${names.length === 1 ? "it" : "some"} out with --features`,
  );
}

function classWeights(y: Float64Array, rows: RowNumbers, wanted: FitOptions["classWeight"]): LossOptions["weights"] {
  if (wanted === undefined) return { positive: 1, negative: 1 };
  if (wanted !== "balanced") return wanted;
  const positives = rows.reduce((sum, row) => sum + y[row], 0);
  return { positive: rows.length / (2 * positives), negative: rows.length / (2 * (rows.length - positives)) };
}

function checkReferences({ columns }: Dataset, references: ReadonlyMap<string, string>): void {
  for (const [name, level] of references) {
    const column = columns.find((c) => c.name === name);
    if (column?.kind !== "category") throw new InputError(`--reference: ${quote(name)} is not a feature of categories`);
    if (!column.levels.includes(level))
      throw new InputError(`--reference: ${quote(name)} has no level ${quote(level)}, only ${quoteList(column.levels)}`);
  }
}
