import { type Tensor, tensor } from "gradtape";
import { parseExpression } from "../../src/formulas/expression.js";
import type { Expression } from "../../src/formulas/tree.js";
import type { Loss } from "./expression.js";
import type { Value } from "./state.js";

/**
 * Values for the variables of a loss that has none yet, of shapes with which it can be run. What a formula does with a name says
 * which shapes are likely (a factor of @, under a sum, a capital letter), and the loss itself says which fit: the likeliest
 * that runs and gives one number is taken.
 */

/** The sizes that are tried: two features, three samples, as in most books. */
const NUMBER: readonly number[] = [];
const SHAPES: readonly (readonly number[])[] = [NUMBER, [3], [2], [3, 2], [2, 3], [2, 2], [3, 3]];

/** So many runs decide at most. */
const MOST_RUNS = 1500;

/** Reductions: what stands under them has many numbers. */
const REDUCES =
  /^(?:sum|mean|prod|logSumExp|variance|std|norm|median|quantile|softmax|logSoftmax|argmax|argmin|max|min|cumsum|cumprod|sort|argsort|topK|crossEntropy|binaryCrossEntropy|binaryCrossEntropyWithLogits|meanSquaredError|huber|poissonNll|outer)$/;
const OF_MATRICES = /^(?:inv|det|slogdet|cholesky|eigh|trace|solve|solveTriangular|tril|triu)$/;
const COUNTS = /^[nNmMKk]$/;
/** Letters that papers keep for single numbers. */
const SCALARS = /^(?:[λαβγηεδκστρ]|lambda|alpha|beta|gamma|eta|epsilon|eps|lr|[bcnNmMkK])[\d₀-₉_]*$/u;

/** What a formula does with a name. */
interface Uses {
  multiplied: boolean;
  reduced: boolean;
  ofMatrices: boolean;
  /** It says which class is the right one. */
  labels: boolean;
}

/** Values for the names that have none: if no shapes give a single number, those with which the loss can be run at all. */
export function inferred(loss: Loss, known: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> | undefined {
  const isKnown = (name: string): boolean => Object.hasOwn(known, name);
  const missing = loss.variables.filter((name) => !isKnown(name));
  if (missing.length === 0) return {};
  const uses = usesOf(loss);
  const choices = missing.map((name) =>
    SHAPES.map((shape) => ({ shape, cost: costOf(name, shape, uses.get(name)) })).sort((a, b) => a.cost - b.cost),
  );
  let runs = 0;
  let other: Readonly<Record<string, Value>> | undefined;
  for (const picks of inOrderOfCost(choices)) {
    if (++runs > MOST_RUNS) return other;
    const length = Math.max(1, ...picks.flatMap((pick, i) => choices[i][pick].shape.slice(0, 1)));
    for (const signed of [true, false]) {
      const values = Object.fromEntries(
        missing.map((name, i) => [
          name,
          uses.get(name)?.labels === true
            ? oneHot(choices[i][picks[i]].shape)
            : valuesFor(name, choices[i][picks[i]].shape, loss.variables.indexOf(name), signed, length),
        ]),
      );
      const result = attempt(loss, (name) => (isKnown(name) ? known[name] : values[name]));
      if (result !== undefined && result.size !== 1) other ??= values;
      if (result === undefined || result.size !== 1) break;
      // Logarithms and roots want positive numbers.
      if (Number.isFinite(result.item()) || !signed) return values;
    }
  }
  return other;
}

function attempt(loss: Loss, valueFor: (name: string) => Value): Tensor | undefined {
  try {
    return loss.f(...loss.variables.map((name) => tensor(valueFor(name) as number[])));
  } catch {
    return undefined;
  }
}

/** How unlikely a shape is for a name. */
function costOf(name: string, shape: readonly number[], uses: Uses | undefined): number {
  const rank = shape.length;
  const isCapital = /^[A-ZΑ-Ω]/.test(name.normalize("NFD")) && (uses?.multiplied === true || !/^[NKTLC]$/.test(name));
  const { multiplied = false, reduced = false, ofMatrices = false } = uses ?? {};
  if (ofMatrices) return [6, 4, 1][rank] + (rank === 2 && shape[0] !== shape[1] ? 3 : 0);
  const place = SHAPES.indexOf(shape) / 20;
  if (isCapital) return [multiplied || reduced ? 4 : 1.2, multiplied ? 1.5 : 1, multiplied ? 0 : 1.3][rank] + place;
  const isScalar = !multiplied && SCALARS.test(name);
  // Two features and three samples, so that X is 3 × 2.
  if (multiplied) return [6, 0, 2.5][rank] + (rank === 1 && shape[0] === 2 ? 0 : place);
  if (reduced && !isScalar) return [2, 0, 3][rank] + place;
  return [0, isScalar ? 2 : 1, isScalar ? 6 : 4][rank] + place;
}

/** The ways to pick one of each list, the cheapest first. */
function* inOrderOfCost(choices: readonly (readonly { readonly cost: number }[])[]): Generator<readonly number[]> {
  const costOfPicks = (picks: readonly number[]): number => picks.reduce((sum, pick, i) => sum + choices[i][pick].cost, 0);
  let open: { readonly picks: readonly number[]; readonly cost: number }[] = [];
  const seen = new Set<string>();
  const add = (picks: readonly number[]): void => {
    const key = picks.join();
    if (seen.has(key)) return;
    seen.add(key);
    open.push({ picks, cost: costOfPicks(picks) });
  };
  add(choices.map(() => 0));
  while (open.length > 0) {
    const best = open.reduce((a, b) => (b.cost < a.cost ? b : a));
    open = open.filter((other) => other !== best);
    yield best.picks;
    for (const [i, pick] of best.picks.entries()) if (pick + 1 < choices[i].length) add(best.picks.with(i, pick + 1));
  }
}

/** What stands where in the formulas. A name of a line hands on what is done with it. */
function usesOf(loss: Loss): ReadonlyMap<string, Uses> {
  const uses = new Map<string, Uses>();
  const of = (name: string): Uses => {
    const known = uses.get(name) ?? { multiplied: false, reduced: false, ofMatrices: false, labels: false };
    uses.set(name, known);
    return known;
  };
  const names = new Set(loss.lines.flatMap(({ name }) => (name === undefined ? [] : [name])));
  for (const { name: line, formula } of [...loss.lines].reverse()) {
    const nodes = parseExpression(formula.source, {
      caller: "playground",
      holes: false,
      variables: new Set([...loss.variables, ...names]),
    });
    const root = nodes[nodes.length - 1];
    const isReduced = line !== undefined && uses.get(line)?.reduced === true;
    visit(root, { reduced: isReduced, elementwise: true }, of);
  }
  return uses;
}

interface Around {
  readonly reduced: boolean;
  /** Whether all above, up to the nearest reduction, goes place by place. */
  readonly elementwise: boolean;
}

function visit(node: Expression, around: Around, of: (name: string) => Uses): void {
  if (node.kind === "variable") {
    if (around.reduced && around.elementwise) of(node.name).reduced = true;
    return;
  }
  if (node.kind === "list") for (const item of node.items) visit(item, around, of);
  if (node.kind !== "call") return;
  const { name = "", args } = node;
  const isProduct = name === "matmul" || /^product(?:OfMatrices|WithTransposed)$/.test(name) || name === "outer";
  const isOne = REDUCES.test(name) && !((name === "max" || name === "min") && args.length > 1);
  for (const [i, arg] of args.entries()) {
    for (const variable of namesIn(arg)) {
      if (isProduct || name === "transpose") of(variable).multiplied = true;
      if (OF_MATRICES.test(name)) of(variable).ofMatrices = true;
      if (name === "crossEntropy" && i === 1) of(variable).labels = true;
    }
    // The axis of a reduction is none of its tensors.
    const inside = isOne && (i === 0 || /Entropy|Error|huber|Nll|outer/.test(name));
    visit(
      arg,
      inside ? { reduced: true, elementwise: true } : { reduced: around.reduced, elementwise: around.elementwise && !isProduct },
      of,
    );
  }
}

/** The variables that a factor hands on as they are: through signs, sums and functions place by place. */
function namesIn(node: Expression): readonly string[] {
  if (node.kind === "variable") return [node.name];
  if (node.kind !== "call") return [];
  const { name = "", args } = node;
  if (/^(?:matmul|product.*|outer)$/.test(name) || REDUCES.test(name)) return [];
  return args.flatMap(namesIn);
}

/** Distinct numbers, so that nothing cancels by accident. */
const NUMBERS = [0.5, 0.8, 0.3, 0.7, 0.2, 0.9, 0.6, 0.4, 0.35, 0.75, 0.15, 0.65];

/** The numbers of a variable that has none: other ones for each name and each place. */
function valuesFor(name: string, shape: readonly number[], index: number, signed: boolean, length: number): Value {
  if (shape.length === 0) {
    if (COUNTS.test(name)) return length === 1 ? 3 : length;
    return NUMBERS[index % NUMBERS.length];
  }
  let place = index * 5;
  const next = (): number => {
    const value = NUMBERS[place++ % NUMBERS.length];
    // Every third number is negative, where that is allowed; targets and probabilities are not.
    return signed && place % 3 === 0 && !/^[ytpqŷ]/u.test(name) ? -value : value;
  };
  const row = (): number[] => Array.from({ length: shape[shape.length - 1] }, next);
  if (shape.length === 1) return row();
  const rows = Array.from({ length: shape[0] }, row);
  return rows;
}

/** The second class, then the others in turn. */
function oneHot(shape: readonly number[]): Value {
  const classes = shape[shape.length - 1] ?? 1;
  const row = (i: number): number[] => Array.from({ length: classes }, (_, j) => (j === (i + 1) % classes ? 1 : 0));
  if (shape.length === 0) return 1;
  return shape.length === 1 ? row(0) : Array.from({ length: shape[0] }, (_, i) => row(i));
}
