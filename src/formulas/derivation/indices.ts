import { formatShape, sameShape, sizeOf } from "../../base/shape.js";
import { tensor } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { innerOf, NotUnderstood, type Written } from "./parse.js";

// Places of values by their indices: x_ij, w_j, Σ_i.

/** Shapes do not fit where they are put together. */
export class ShapesDiffer extends Error {}

/** The place of an index, from 0: that which it has now, or of a number, which counts from 1, its own. */
export function placeOf(index: string, places: ReadonlyMap<string, number>): number {
  const place = /\d/.test(index) ? Number(index) - 1 : places.get(index);
  if (place === undefined) throw new NotUnderstood(`expected an index of Σ or of the left side, got "${index}"`);
  return place;
}

/** The part of a value at some places of its first axes. */
export function partOf(x: Tensor, places: readonly number[]): Tensor {
  if (places.length > x.rank || places.some((place, axis) => place < 0 || place >= x.shape[axis]))
    throw new ShapesDiffer(`a value of shape ${formatShape(x.shape)} has no such place`);
  const shape = x.shape.slice(places.length);
  const size = sizeOf(shape);
  const first = places.reduce((at, place, axis) => at * x.shape[axis] + place, 0) * size;
  return tensor(x.data.slice(first, first + size), shape);
}

/** A value where a row of this shape is expected: one number stands for all of them. */
export function rowOf(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (x.size === 1) return x.reshape([]).broadcastTo(shape);
  throw new ShapesDiffer(`shapes ${formatShape(x.shape)} and ${formatShape(shape)} do not fit`);
}

/** How many places an index of Σ has: as many as the axes at which it stands. */
export function rangeOf(index: string, written: Written, shapeOf: (value: Written) => readonly number[]): number {
  const found = new Set<number>();
  const visit = (part: Written): void => {
    if (part.kind === "at")
      part.indices.forEach((own, axis) => {
        if (own !== index) return;
        const shape = shapeOf(part.of);
        if (axis >= shape.length) throw new ShapesDiffer(`a value of shape ${formatShape(shape)} has no place ${index}`);
        found.add(shape[axis]);
      });
    innerOf(part).forEach(visit);
  };
  visit(written);
  const [length, ...others] = found;
  if (length === undefined) throw new NotUnderstood(`expected something with the index ${index} behind Σ, got nothing`);
  if (others.length > 0) throw new ShapesDiffer(`the index ${index} goes over ${[...found].join(" and ")} places`);
  return length;
}
