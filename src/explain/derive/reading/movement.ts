import type { Shape } from "../../../base/shape.js";
import type * as movement from "../../../ops/movement.js";
import { add, multiply, numeral, ONE, subtract, ZERO } from "../algebra/arithmetic.js";
import { delta, stopped } from "../algebra/functions.js";
import { type Axis, addPlaces, fixedPlace, type Index, type Place, type Range, scaledPlace } from "../algebra/places.js";
import { sum } from "../algebra/sums.js";
import type { Polynomial } from "../algebra/terms.js";
import { bind, type NodeReading, type Ranges, type Rows, replaced, unify } from "./row.js";

const placed = (place: Axis): Place => place ?? fixedPlace(0);

/** Ranges of a new shape: those of axes that keep their size stay. */
const kept = (shape: Shape, before: Shape, own: Ranges, range: (size: number) => Range | undefined): Ranges =>
  shape.map((size, axis) => (size === before[axis] ? own[axis] : range(size)));

/** Where axes of several places are the same before and after a reshape, they are the same axes. */
function sameAxes(before: Shape, after: Shape): boolean {
  const [a, b] = [before, after].map((shape) => shape.filter((size) => size !== 1));
  return a.length === b.length && a.every((size, k) => size === b[k]);
}

/** The number of a place in row-major order. */
function flatPlace(shape: Shape, at: readonly Axis[]): Place {
  return shape.reduce<Place>((flat, size, axis) => addPlaces(scaledPlace(flat, size), placed(at[axis])), fixedPlace(0));
}

/** A part x on its lattice of places in zeros: Σⱼ δ(place, start + step·j)·xⱼ, and the sum of the δ's. */
function onLattice(
  node: NodeReading<unknown>,
  k: number,
  { start, step }: { readonly start: readonly number[]; readonly step: readonly number[] },
): { readonly part: Polynomial; readonly covered: Polynomial } {
  const { shape } = node.inputs[k];
  const bound: Index[] = [];
  let where = ONE;
  const places = shape.map((size, axis): Axis => {
    if (size === node.output.shape[axis] && start[axis] === 0 && step[axis] === 1) return node.at[axis];
    const { bound: own, place } = bind(node.ranges[k][axis]);
    bound.push(...own);
    where = multiply(where, delta(placed(node.at[axis]), scaledPlace(placed(place), step[axis], start[axis])));
    return place;
  });
  return { part: sum(bound, multiply(where, node.operand(k, places))), covered: sum(bound, where) };
}

/** How ops that move numbers are read. */
export const movementRows: Rows<typeof movement> = /* @__PURE__ */ (() => ({
  Reshape: {
    ranges: ({ inputs: [x], output, ranges: [own], range }) => {
      if (!sameAxes(x.shape, output.shape)) return output.shape.map(range);
      const real = own.filter((one) => one !== undefined);
      let next = 0;
      return output.shape.map((size) => (size === 1 ? undefined : real[next++]));
    },
    formula: (node) => {
      const { shape } = node.inputs[0];
      if (sameAxes(shape, node.output.shape)) {
        const real = node.at.filter((place) => place !== undefined);
        let next = 0;
        return node.operand(
          0,
          shape.map((size) => (size === 1 ? undefined : real[next++])),
        );
      }
      const flat = flatPlace(node.output.shape, node.at);
      const axes = shape.filter((size) => size !== 1);
      if (axes.length < 2)
        return node.operand(
          0,
          shape.map((size) => (size === 1 ? undefined : flat)),
        );
      const binds = node.ranges[0].map(bind);
      const places = binds.map(({ place }) => place);
      return sum(
        binds.flatMap(({ bound }) => bound),
        multiply(delta(flat, flatPlace(shape, places)), node.operand(0, places)),
      );
    },
  },
  Transpose: {
    ranges: ({ ranges: [own], attributes: { axes } }) => axes.map((axis) => own[axis]),
    formula: (node) => {
      const places: Axis[] = [];
      for (const [k, axis] of node.attributes.axes.entries()) places[axis] = node.at[k];
      return node.operand(0, places);
    },
  },
  BroadcastTo: {
    ranges: ({ inputs: [x], output, ranges: [own], range }) =>
      output.shape.map((size, axis) => own[axis - output.rank + x.rank] ?? range(size)),
    formula: (node) => {
      const { shape, rank } = node.inputs[0];
      return node.operand(
        0,
        shape.map((size, axis) => (size === 1 ? undefined : node.at[axis + node.output.rank - rank])),
      );
    },
  },
  Slice: {
    ranges: ({ inputs: [x], output, ranges: [own], attributes: { start, step }, range }) =>
      output.shape.map((size, axis) => (size === x.shape[axis] && start[axis] === 0 && step[axis] === 1 ? own[axis] : range(size))),
    formula: (node) => {
      const { start, step } = node.attributes;
      return node.operand(
        0,
        node.inputs[0].shape.map((size, axis) => (size === 1 ? undefined : scaledPlace(placed(node.at[axis]), step[axis], start[axis]))),
      );
    },
  },
  Pad: {
    ranges: ({ inputs: [x], output, ranges: [own], range }) => kept(output.shape, x.shape, own, range),
    formula: (node) => {
      const { part, covered } = onLattice(node, 0, node.attributes);
      const { value } = node.attributes;
      return value === 0 ? part : add(part, multiply(numeral(value), subtract(ONE, covered)));
    },
  },
  Assemble: {
    ranges: ({ inputs, output, ranges, range }) => {
      const from = output.shape.map((size, axis) => ranges.find((_, k) => inputs[k].shape[axis] === size)?.[axis] ?? range(size));
      return from;
    },
    formula: (node) => node.attributes.parts.map((lattice, k) => onLattice(node, k, lattice).part).reduce((a, b) => add(a, b), ZERO),
  },
  Concat: {
    ranges: ({ inputs, output, ranges, attributes: { axis }, range }) =>
      output.shape.map((size, k) =>
        k !== axis ? ranges.map((own) => own[k]).reduce(unify, undefined) : inputs.length === 1 ? ranges[0][k] : range(size),
      ),
    formula: (node) => {
      const { axis } = node.attributes;
      let offset = 0;
      const parts = node.inputs.map((x, k) => {
        const { bound, place } = bind(node.ranges[k][axis]);
        const where = delta(placed(node.at[axis]), scaledPlace(placed(place), 1, offset));
        offset += x.shape[axis];
        return x.size === 0 ? ZERO : sum(bound, multiply(where, node.operand(k, replaced(node.at, axis, place))));
      });
      return add(...parts);
    },
  },
  Take: {
    ranges: ({ ranges: [own, indices], attributes: { axis } }) => [...own.slice(0, axis), ...indices, ...own.slice(axis + 1)],
    formula: (node) => {
      const { axis } = node.attributes;
      const [x, indices] = node.inputs;
      const end = axis + indices.rank;
      const place = x.shape[axis] === 1 ? undefined : node.lookup(1, node.at.slice(axis, end), x.shape[axis]);
      return node.operand(0, [...node.at.slice(0, axis), place, ...node.at.slice(end)]);
    },
  },
  ScatterAdd: {
    ranges: ({ inputs: [, indices], ranges: [own], attributes: { axis, size }, range }) => [
      ...own.slice(0, axis),
      range(size),
      ...own.slice(axis + indices.rank),
    ],
    formula: (node) => {
      const { axis, size } = node.attributes;
      const [, indices] = node.inputs;
      const binds = indices.shape.map((_, k) => bind(node.ranges[0][axis + k]));
      const from = binds.map(({ place }) => place);
      const target = size === 1 ? undefined : node.lookup(1, from, size);
      const part = node.operand(0, [...node.at.slice(0, axis), ...from, ...node.at.slice(axis + 1)]);
      const own = node.at[axis];
      return sum(
        binds.flatMap(({ bound }) => bound),
        own === undefined || target === undefined ? part : multiply(delta(own, target), part),
      );
    },
  },
  // A part of the numbers of an op that has several results, one after the other.
  Result: {
    ranges: ({ output, range }) => output.shape.map(range),
    formula: (node) => node.operand(0, [scaledPlace(flatPlace(node.output.shape, node.at), 1, node.attributes.offset)]),
  },
  OneHot: {
    ranges: ({ ranges: [own], attributes: { depth }, range }) => [...own, range(depth)],
    formula: (node) => {
      const { depth } = node.attributes;
      const own = node.at[node.at.length - 1];
      const target = node.lookup(0, node.at.slice(0, -1), depth);
      return own === undefined || target === undefined ? ONE : delta(own, target);
    },
  },
  StopGradient: { formula: (node) => stopped(node.operand(0, node.at)) },
  Leaf: { formula: (node) => node.operand(0, node.at) },
}))();
