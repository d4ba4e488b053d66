import { spend } from "../algebra/budget.js";
import type { Index } from "../algebra/places.js";
import { callForm, type Form, hadamardForm, productForm, transposeForm } from "./form.js";
import { lengthOf } from "./text.js";

// A sum over indices of a product is a graph: indices are vertices, factors with two indices edges, factors with one weights. An
// index that is summed over and has one edge is a matrix times a vector, one with two edges a product of matrices with a diagonal
// matrix between them. All orders are tried, and the shortest text is kept.

export interface Edge {
  readonly on: readonly [Index, Index];
  /** The factor as a matrix with these rows and columns. */
  readonly as: (rows: Index, columns: Index) => Form;
}

export interface Network {
  /** The indices of the result: none, one, or rows and columns. */
  readonly targets: readonly Index[];
  readonly bound: readonly Index[];
  readonly weights: ReadonlyMap<Index, readonly Form[]>;
  readonly edges: readonly Edge[];
  /** Whether a sum is to stay one, since it is a mean. */
  readonly asSum: boolean;
  /** What transposes of products are: (Mv)ᵀ = vᵀMᵀ. They are noted here. */
  readonly transposes: Map<Form, Form>;
}

/** The transpose of a vector, as a product where that is shorter. */
export function turnedForm(form: Form, transposes: ReadonlyMap<Form, Form>): Form {
  const [direct, other] = [transposeForm(form), transposes.get(form)];
  return other !== undefined && lengthOf(other) < lengthOf(direct) ? other : direct;
}

export const SUM = { text: "Σ", latex: "\\sum" };
const TRACE = { text: "tr", latex: "\\operatorname{tr}" };
const DIAGONAL = { text: "diag", latex: "\\operatorname{diag}" };
export const diagonalForm = (of: Form): Form => callForm(DIAGONAL, [of]);

/** A matrix with a diagonal matrix to its left or right, where there are weights. */
function weighted(left: readonly Form[], matrix: Form, right: readonly Form[]): Form {
  if (left.length === 0 && right.length === 0) return matrix;
  return productForm([
    ...(left.length > 0 ? [diagonalForm(hadamardForm(left))] : []),
    matrix,
    ...(right.length > 0 ? [diagonalForm(hadamardForm(right))] : []),
  ]);
}

/** The shortest form of a network; nothing if there is none with matrices. */
export function contract({ targets, bound, weights, edges, asSum, transposes }: Network): Form | undefined {
  let best: Form | undefined;
  const turned = (form: Form): Form => turnedForm(form, transposes);
  const offer = (form: Form): void => {
    if (best === undefined || lengthOf(form) < lengthOf(best)) best = form;
  };
  const [first, second] = targets;

  const finish = (held: ReadonlyMap<Index, readonly Form[]>, left: readonly Edge[]): void => {
    if (targets.length === 1) {
      const own = held.get(first) ?? [];
      if (left.length === 0 && own.length > 0) offer(hadamardForm(own));
    } else if (targets.length === 2 && left.length === 1) {
      offer(weighted(held.get(first) ?? [], left[0].as(first, second), held.get(second) ?? []));
    } else if (targets.length === 2 && left.length === 0) {
      const [u, v] = [held.get(first) ?? [], held.get(second) ?? []];
      if (u.length > 0 && v.length > 0) offer(productForm([hadamardForm(u), turned(hadamardForm(v))]));
    }
  };

  /** What is left is one vector, of which the sum is asked. */
  const sumOf = (own: readonly Form[]): void => {
    const [only] = own;
    const inner = own.length === 1 && only.kind === "call" && only.sign.text === "diag" ? only.args[0] : undefined;
    if (inner !== undefined) offer(callForm(TRACE, [inner]));
    offer(callForm(SUM, [hadamardForm(own)]));
    if (asSum) return;
    if (
      own.length === 1 &&
      only.kind === "power" &&
      only.exponent.kind === "fraction" &&
      only.exponent.value.numerator === 2n &&
      only.exponent.value.denominator === 1n
    )
      offer({ kind: "power", base: { kind: "norm", of: only.base }, exponent: only.exponent });
    for (let k = 1; k < own.length; k++) {
      const [u, v] = [hadamardForm(own.slice(0, k)), hadamardForm(own.slice(k))];
      offer(productForm([turned(u), v]));
    }
  };

  /** Σ over rows and columns of one matrix. */
  const sumOfMatrix = (edge: Edge): void => {
    const [a, b] = edge.on;
    const [one, other] = [edge.as(a, b), edge.as(b, a)];
    const shorter = lengthOf(other) < lengthOf(one) ? other : one;
    offer(callForm(SUM, [shorter]));
    if (
      !asSum &&
      shorter.kind === "power" &&
      shorter.exponent.kind === "fraction" &&
      shorter.exponent.value.numerator === 2n &&
      shorter.exponent.value.denominator === 1n
    )
      offer({ kind: "power", base: { kind: "norm", of: shorter.base }, exponent: shorter.exponent });
  };

  const visit = (left: readonly Index[], held: ReadonlyMap<Index, readonly Form[]>, rest: readonly Edge[]): void => {
    spend(5);
    const pair = parallelEdges(rest);
    if (pair !== undefined) {
      const [p, r] = pair;
      if (
        targets.length === 0 &&
        left.length === 2 &&
        rest.length === 2 &&
        !asSum &&
        left.every((index) => (held.get(index) ?? []).length === 0)
      ) {
        const [a, b] = left;
        for (const [i, j] of [
          [a, b],
          [b, a],
        ])
          offer(callForm(TRACE, [productForm([p.as(i, j), r.as(j, i)])]));
      }
      const joined: Edge = { on: p.on, as: (rows, columns) => hadamardForm([p.as(rows, columns), r.as(rows, columns)]) };
      visit(left, held, [...rest.filter((edge) => edge !== p && edge !== r), joined]);
      return;
    }
    if (left.length === 0) {
      finish(held, rest);
      return;
    }
    if (targets.length === 0 && left.length === 1) {
      if (rest.length === 0) sumOf(held.get(left[0]) ?? []);
      return;
    }
    if (targets.length === 0 && left.length === 2 && rest.length === 1 && left.every((index) => (held.get(index) ?? []).length === 0))
      sumOfMatrix(rest[0]);
    for (const index of left) {
      const own = rest.filter(({ on }) => on.includes(index));
      const others = rest.filter((edge) => !own.includes(edge));
      const remaining = left.filter((one) => one !== index);
      const weight = held.get(index) ?? [];
      const end = ({ on }: Edge): Index => (on[0] === index ? on[1] : on[0]);
      if (own.length === 1) {
        const to = end(own[0]);
        const form = rowSum(own[0], to, index, weight);
        if (weight.length > 0) transposes.set(form, productForm([turned(hadamardForm(weight)), own[0].as(index, to)]));
        visit(remaining, new Map([...held, [to, [...(held.get(to) ?? []), form]]]), others);
      } else if (own.length === 2) {
        const [i, j] = own.map(end);
        const as = (rows: Index, columns: Index): Form => {
          const [x, y] = rows === i ? own : [own[1], own[0]];
          return productForm([x.as(rows, index), ...(weight.length > 0 ? [diagonalForm(hadamardForm(weight))] : []), y.as(index, columns)]);
        };
        visit(remaining, held, [...others, { on: [i, j], as }]);
      }
    }
  };
  visit(bound, weights, edges);
  // With weights for rows and columns a matrix is uvᵀ ⊙ M as well.
  const between = edges.find(({ on }) => on.every((index) => (weights.get(index) ?? []).length > 0));
  if (between !== undefined) {
    const of = (index: Index): Form => hadamardForm(weights.get(index) ?? []);
    const outer: Edge = {
      on: between.on,
      as: (i, j) => hadamardForm([productForm([of(i), turned(of(j))]), between.as(i, j)]),
    };
    const rest = new Map([...weights].filter(([index]) => !between.on.includes(index)));
    visit(
      bound,
      rest,
      edges.map((edge) => (edge === between ? outer : edge)),
    );
  }
  return best;
}

function parallelEdges(edges: readonly Edge[]): readonly [Edge, Edge] | undefined {
  for (const [k, p] of edges.entries()) for (const r of edges.slice(k + 1)) if (p.on.every((index) => r.on.includes(index))) return [p, r];
  return undefined;
}

/** A matrix times a vector; with no vector, the sums of its rows. */
function rowSum(edge: Edge, rows: Index, columns: Index, weight: readonly Form[]): Form {
  const matrix = edge.as(rows, columns);
  if (weight.length > 0) return productForm([matrix, hadamardForm(weight)]);
  const flipped = edge.as(columns, rows);
  return lengthOf(flipped) < lengthOf(matrix) ? callForm(SUM, [flipped], "0") : callForm(SUM, [matrix], "1");
}
