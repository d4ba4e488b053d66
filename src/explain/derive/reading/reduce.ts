import type { ReducedAxes } from "../../../base/axes.js";
import type * as order from "../../../ops/order.js";
import type * as reduce from "../../../ops/reduce.js";
import type { Tensor } from "../../../tensor/tensor.js";
import * as q from "../../formula/fraction.js";
import { HALF, multiply, ONE, power, size, subtract, whole } from "../algebra/arithmetic.js";
import { delta, guard, logSumExp, reduction, softmax } from "../algebra/functions.js";
import { type Axis, type Index, placeOf, type Range, scaledPlace, subtractPlaces } from "../algebra/places.js";
import { sum } from "../algebra/sums.js";
import type { Polynomial } from "../algebra/terms.js";
import { bind, letter, type NodeReading, type Ranges, type Row, type Rows, replaced } from "./row.js";

const reducedRanges = (own: Ranges, { axes, keepDims }: ReducedAxes): Ranges =>
  keepDims ? own.map((range, axis) => (axes.includes(axis) ? undefined : range)) : own.filter((_, axis) => !axes.includes(axis));

/** The operand of a reduction under bound indices along the reduced axes. */
function under<A extends ReducedAxes>(
  node: NodeReading<A>,
  axes: readonly number[],
  keepDims: boolean,
): { readonly bound: readonly Index[]; readonly body: Polynomial } {
  const bound: Index[] = [];
  let next = 0;
  const places = node.ranges[0].map((range, axis): Axis => {
    if (!axes.includes(axis)) return node.at[next++];
    if (keepDims) next++;
    const { bound: own, place } = bind(range);
    bound.push(...own);
    return place;
  });
  return { bound, body: node.operand(0, places) };
}

/** A reduction over axes. */
const reducing = <A extends ReducedAxes>(
  formula: (bound: readonly Index[], body: Polynomial, node: NodeReading<A>) => Polynomial | undefined,
): Row<A> => ({
  ranges: ({ ranges: [own], attributes }) => reducedRanges(own, attributes),
  formula: (node) => {
    const { bound, body } = under(node, node.attributes.axes, node.attributes.keepDims);
    return formula(bound, body, node);
  },
});

/** A reduction over one axis, which goes. */
const reducingOne = (formula: (index: Index, body: Polynomial, x: Tensor) => Polynomial | undefined): Row<{ readonly axis: number }> => ({
  ranges: ({ ranges: [own], attributes: { axis } }) => own.filter((_, k) => k !== axis),
  formula: (node) => {
    const { axis } = node.attributes;
    const places = [...node.at.slice(0, axis), undefined, ...node.at.slice(axis)];
    const { bound, place } = bind(node.ranges[0][axis]);
    const body = node.operand(0, replaced(places, axis, place));
    return bound.length === 0 ? body : formula(bound[0], body, node.inputs[0]);
  },
});

/** What works along one axis, which stays. */
const along = (
  formula: (index: Index | undefined, body: (place: Axis) => Polynomial, at: Axis) => Polynomial,
): Row<{ readonly axis: number }> => ({
  ranges: ({ ranges: [own] }) => own,
  formula: (node) => {
    const { axis } = node.attributes;
    const [index] = bind(node.ranges[0][axis]).bound;
    return formula(index, (place) => node.operand(0, replaced(node.at, axis, place)), node.at[axis]);
  },
});

/** hᵢ − Σⱼ sⱼhⱼ and gᵢ − sᵢ Σⱼ gⱼ */
const centering = (
  formula: (index: Index, h: (place: Axis) => Polynomial, s: (place: Axis) => Polynomial, at: Axis) => Polynomial,
): Row<{ readonly axis: number }> => ({
  ranges: ({ ranges: [own] }) => own,
  formula: (node) => {
    const { axis } = node.attributes;
    const at = (k: number) => (place: Axis) => node.operand(k, replaced(node.at, axis, place));
    const [index] = bind(node.ranges[0][axis]).bound;
    if (index === undefined) {
      const [h, s] = [at(0)(undefined), at(1)(undefined)];
      return subtract(h, multiply(s, h));
    }
    return formula(index, at(0), at(1), node.at[axis]);
  },
});

/** How reductions, and what works along one axis, are read. */
export const reduceRows: Rows<typeof reduce> = /* @__PURE__ */ (() => ({
  Sum: reducing((bound, body) => sum(bound, body)),
  // The size of an axis is a letter here, and only here: it came from an axis.
  Mean: reducing((bound, body) => bound.reduce((total, { range }) => multiply(total, power(size(range), q.MINUS_ONE)), sum(bound, body))),
  Max: reducing((bound, body) => reduction("max", bound, body)),
  Min: reducing((bound, body) => reduction("min", bound, body)),
  // The product rule divides by the factors: with a 0 among them the node stands as a letter, with its own rule.
  Prod: reducingOne((index, body, x) =>
    x.hollow !== undefined || x.data.some((value) => value === 0) ? undefined : reduction("prod", [index], body),
  ),
  LogSumExp: reducingOne((index, body) => logSumExp(index, body)),
  Softmax: along((index, body, at) => (index === undefined || at === undefined ? ONE : softmax(index, body(placeOf(index)), at))),
  LogSoftmax: along((index, body, at) =>
    index === undefined ? subtract(ONE, ONE) : subtract(body(at), logSumExp(index, body(placeOf(index)))),
  ),
  Center: centering((index, h, s, at) => subtract(h(at), sum([index], multiply(s(placeOf(index)), h(placeOf(index)))))),
  CenterTranspose: centering((index, g, s, at) => subtract(g(at), multiply(s(at), sum([index], g(placeOf(index)))))),
  CumSum: {
    ranges: ({ ranges: [own] }) => own,
    formula: (node) => {
      const { axis, reverse } = node.attributes;
      const at = node.at[axis];
      const { bound, place } = bind(node.ranges[0][axis]);
      if (at === undefined || place === undefined) return node.operand(0, node.at);
      const behind = subtractPlaces(at, place);
      return sum(bound, multiply(guard(reverse ? scaledPlace(behind, -1) : behind), node.operand(0, replaced(node.at, axis, place))));
    },
  },
  Norm: reducing((bound, body) => power(sum(bound, power(body, whole(2))), HALF)),
  Recurrence: letter(({ ranges: [own] }) => own),
  ArgMax: letter(({ ranges: [own], attributes: { axis } }) => own.filter((_, k) => k !== axis)),
}))();

/** Ranges of an operand with another along one axis. */
const withRange = (own: Ranges, axis: number, range: Range | undefined): Ranges => own.map((old, k) => (k === axis ? range : old));

/** How order is read, and what reads and writes by it. */
export const orderRows: Rows<typeof order> = /* @__PURE__ */ (() => ({
  ArgSort: letter(({ ranges: [own] }) => own),
  TakeAlong: {
    ranges: ({ ranges: [own, other], attributes: { axis }, inputs: [x, indices], range }) =>
      x.shape[axis] === indices.shape[axis] ? own : withRange(own, axis, other[axis] ?? range(indices.shape[axis])),
    formula: (node) => {
      const { axis } = node.attributes;
      const { shape } = node.inputs[0];
      if (shape[axis] === 1) return node.operand(0, replaced(node.at, axis, undefined));
      return node.operand(0, replaced(node.at, axis, node.lookup(1, node.at, shape[axis])));
    },
  },
  ScatterAlong: {
    ranges: ({ ranges: [own], attributes: { axis, size: count }, inputs: [x], range }) =>
      x.shape[axis] === count ? own : withRange(own, axis, range(count)),
    formula: (node) => {
      const { axis, size: count } = node.attributes;
      const { bound, place } = bind(node.ranges[0][axis]);
      const from = replaced(node.at, axis, place);
      const target = node.lookup(1, from, count);
      const own = node.at[axis];
      const part = node.operand(0, from);
      return sum(bound, own === undefined || target === undefined ? part : multiply(delta(own, target), part));
    },
  },
}))();
