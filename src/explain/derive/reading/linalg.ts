import * as ops from "../../../ops/decompositions.js";
import type * as linalg from "../../../ops/linalg.js";
import { applyAgain } from "../../../tensor/apply.js";
import { multiply } from "../algebra/arithmetic.js";
import { guard, reduction } from "../algebra/functions.js";
import { type Axis, fixedPlace, type Place, type Range, scaledPlace, subtractPlaces } from "../algebra/places.js";
import { sum } from "../algebra/sums.js";
import type { Polynomial } from "../algebra/terms.js";
import { bind, broadcastRanges, letter, type NodeReading, type Ranges, type Rows, unify } from "./row.js";

const placed = (place: Axis): Place => place ?? fixedPlace(0);
const lastTwo = (ranges: Ranges): readonly [Range | undefined, Range | undefined] => [ranges[ranges.length - 2], ranges[ranges.length - 1]];

/** [row + offset ≥ column], or for an upper triangle [column ≥ row + offset]: as [place ≥ 0]. */
function inTriangle(row: Axis, column: Axis, lower: boolean, offset = 0): Polynomial {
  const above = scaledPlace(subtractPlaces(placed(row), placed(column)), 1, offset);
  return guard(lower ? above : scaledPlace(above, -1));
}

/** A function of square matrices over the last two axes, of the operand as it is or of one of its triangles. */
function ofMatrix(
  node: NodeReading<unknown>,
  name: "inverse" | "det" | "logAbsDet",
  at: readonly [Axis, Axis] | undefined,
  batch: readonly Axis[],
  lower?: boolean,
): Polynomial {
  const [rows, columns] = lastTwo(node.ranges[0]);
  const [row, column] = [bind(rows), bind(columns)];
  const own = node.operand(0, [...batch, row.place, column.place]);
  const body = lower === undefined ? own : multiply(inTriangle(row.place, column.place, lower), own);
  return reduction(name, [...row.bound, ...column.bound], body, at === undefined ? [] : at.map(placed));
}

/** Whether the matrices have more than one row: those of one are numbers, and stand as letters. */
const isMatrix = (node: NodeReading<unknown>): boolean => (node.inputs[0].shape.at(-1) ?? 0) > 1;

/** X with A·X = B as Σᵣ (A⁻¹)ᵢᵣ Bᵣⱼ. */
function solution(node: NodeReading<{ readonly transpose: boolean }>, lower?: boolean): Polynomial | undefined {
  if (!isMatrix(node)) return undefined;
  const rank = node.at.length;
  const [a, b] = node.inputs;
  const batchOf = (own: number): readonly Axis[] => node.at.slice(rank - own, rank - 2);
  const batch = (x: typeof a): readonly Axis[] => batchOf(x.rank).map((place, k) => (x.shape[k] === 1 ? undefined : place));
  const { bound, place } = bind(lastTwo(node.ranges[0])[0]);
  const [i, j] = [node.at[rank - 2], node.at[rank - 1]];
  const inverse = ofMatrix(node, "inverse", node.attributes.transpose ? [place, i] : [i, place], batch(a), lower);
  return sum(bound, multiply(inverse, node.operand(1, [...batch(b), place, j])));
}

const solutionRanges = ({ ranges: [a, b] }: { readonly ranges: readonly Ranges[] }): Ranges => {
  const [rows, columns] = lastTwo(a);
  const range = unify(unify(rows, columns), b[b.length - 2]);
  const rank = Math.max(a.length, b.length) - 2;
  return [...broadcastRanges([a.slice(0, -2), b.slice(0, -2)], rank), range, b[b.length - 1]];
};

const square = (own: Ranges): Ranges => {
  unify(...lastTwo(own));
  return own;
};

/** How matrix products and triangles are read. */
export const linalgRows: Rows<typeof linalg> = /* @__PURE__ */ (() => ({
  MatMul: {
    ranges: ({ inputs: [a, b], output, ranges: [left, right], attributes: { transposeA, transposeB } }) => {
      const [rowsA, innerA] = a.rank === 1 ? [undefined, left[0]] : transposeA ? [...lastTwo(left)].reverse() : lastTwo(left);
      const [innerB, columnsB] = b.rank === 1 ? [right[0], undefined] : transposeB ? [...lastTwo(right)].reverse() : lastTwo(right);
      unify(innerA, innerB);
      const ends = [...(a.rank > 1 ? [rowsA] : []), ...(b.rank > 1 ? [columnsB] : [])];
      const batch = [a.rank > 1 ? left.slice(0, -2) : [], b.rank > 1 ? right.slice(0, -2) : []];
      return [...broadcastRanges(batch, output.rank - ends.length), ...ends];
    },
    formula: (node) => {
      const [a, b] = node.inputs;
      const { transposeA, transposeB } = node.attributes;
      const [own] = node.ranges;
      const { bound, place } = bind(own[a.rank === 1 ? 0 : transposeA ? a.rank - 2 : a.rank - 1]);
      let end = node.at.length;
      const column = b.rank > 1 ? node.at[--end] : undefined;
      const row = a.rank > 1 ? node.at[--end] : undefined;
      const places = (x: typeof a, ends: readonly Axis[]): readonly Axis[] => [
        ...node.at.slice(end - (x.rank - 2), end).map((at, k) => (x.shape[k] === 1 ? undefined : at)),
        ...ends,
      ];
      const left = a.rank === 1 ? [place] : places(a, transposeA ? [place, row] : [row, place]);
      const right = b.rank === 1 ? [place] : places(b, transposeB ? [column, place] : [place, column]);
      return sum(bound, multiply(node.operand(0, left), node.operand(1, right)));
    },
  },
  Triangle: {
    ranges: ({ ranges: [own] }) => own,
    formula: (node) => {
      const { lower, offset } = node.attributes;
      const rank = node.at.length;
      return multiply(inTriangle(node.at[rank - 2], node.at[rank - 1], lower, offset), node.operand(0, node.at));
    },
  },
}))();

/** How decompositions of matrices are read. */
export const decompositionRows: Rows<typeof ops> = /* @__PURE__ */ (() => ({
  Solve: { ranges: solutionRanges, formula: (node) => solution(node) },
  SolveTriangular: { ranges: solutionRanges, formula: (node) => solution(node, node.attributes.lower) },
  Inverse: {
    ranges: ({ ranges: [own] }) => square(own),
    formula: (node) =>
      isMatrix(node)
        ? ofMatrix(node, "inverse", [node.at[node.at.length - 2], node.at[node.at.length - 1]], node.at.slice(0, -2))
        : undefined,
  },
  Det: {
    ranges: ({ ranges: [own] }) => square(own).slice(0, -2),
    formula: (node) => (isMatrix(node) && isInvertible(node) ? ofMatrix(node, "det", undefined, node.at) : undefined),
  },
  // cof A = det A·A⁻ᵀ, where A has an inverse
  Cofactor: {
    ranges: ({ ranges: [own] }) => square(own),
    formula: (node) => {
      if (!isMatrix(node) || !isInvertible(node)) return undefined;
      const batch = node.at.slice(0, -2);
      const [row, column] = [node.at[node.at.length - 2], node.at[node.at.length - 1]];
      return multiply(ofMatrix(node, "det", undefined, batch), ofMatrix(node, "inverse", [column, row], batch));
    },
  },
  DetSign: letter(({ ranges: [own] }) => square(own).slice(0, -2)),
  LogAbsDet: {
    ranges: ({ ranges: [own] }) => square(own).slice(0, -2),
    formula: (node) => (isMatrix(node) ? ofMatrix(node, "logAbsDet", undefined, node.at) : undefined),
  },
  Cholesky: letter(({ ranges: [own] }) => square(own)),
  Eigh: letter(({ ranges: [own], output, range }) => [...own.slice(0, -2), range(output.shape[output.rank - 2]), own[own.length - 1]]),
}))();

/** Whether a rule with an inverse holds for all the matrices. */
const isInvertible = ({ inputs: [a] }: NodeReading<unknown>): boolean =>
  a.hollow === undefined && applyAgain(ops.Det, [a], undefined).data.every((det) => det !== 0);
