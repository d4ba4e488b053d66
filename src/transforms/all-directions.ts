import { checkSize, type Shape, sizeOf } from "../base/shape.js";
import { stack } from "../functions/movement.js";
import { Hollow } from "../tape/hollow.js";
import { zeros } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";
import { overBatch } from "./batching/replay.js";
import { inFront } from "./batching/rule.js";
import { sweepForward } from "./forward.js";
import { sweepBackward } from "./reverse.js";
import { dependsOnLeaves, type Segment } from "./trace.js";

// Sweeps over a segment in all directions at once: with the unit vectors of all inputs, or of all outputs, as the examples of a batch.

/** ∂outputs/∂xⱼ for each number xⱼ of the leaves, by forward sweeps: for each output a tensor [n, ...out]. */
export function columnsOf(name: string, segment: Segment): Tensor[] {
  const { leaves, output } = segment;
  return inAllDirections(name, segment, leafShapes(segment, leaves), shapesOf(output.leaves), (seeds) => sweepForward(segment, seeds));
}

/** ∂yᵢ/∂leaves for each number yᵢ of the outputs, by reverse sweeps: for each leaf a tensor [m, ...in]. */
export function rowsOf(name: string, segment: Segment): Tensor[] {
  const { leaves, output } = segment;
  const depends = dependsOnLeaves(segment);
  return inAllDirections(name, segment, shapesOf(output.leaves), leafShapes(segment, leaves), (seeds) =>
    sweepBackward(segment, depends, seeds),
  );
}

const shapesOf = (list: readonly Tensor[]): Shape[] => list.map(({ shape }) => shape);
const leafShapes = ({ recording, start }: Segment, leaves: number): Shape[] =>
  Array.from({ length: leaves }, (_, i) => recording.shape(start + i));

/** How many numbers all numbers of tensors of these shapes are. */
export const countOf = (shapes: readonly Shape[]): number => shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);

type Sweep = (seeds: readonly Tensor[]) => readonly (Tensor | undefined)[];

/** What the seeds of a sweep are recorded with. Rules of the library read none; those of a user's own might. */
const SEEDS = /* @__PURE__ */ new Hollow("jacobian", "a direction", "sweep");

/** So many numbers the largest tensor of a sweep may have; in more directions than that leaves room for there are several sweeps. */
const MOST_NUMBERS = 2 ** 22;

function inAllDirections(name: string, segment: Segment, from: readonly Shape[], to: readonly Shape[], sweep: Sweep): Tensor[] {
  const complete: Sweep = (seeds) => sweep(seeds).map((x, i) => x?.broadcastTo(to[i]) ?? zeros(to[i]));
  const count = countOf(from);
  for (const shape of to) checkSize(name, [count, ...shape]); // before the first of many sweeps
  if (count === 0) return to.map((shape) => zeros([0, ...shape]));
  const { atOnce, areRulesOwn } = lookAt(segment);
  const parts: (readonly Tensor[])[] = [];
  for (let first = 0; first < count; first += atOnce) {
    const seeds = units(from, first, Math.min(first + atOnce, count));
    parts.push(areRulesOwn || count === 1 ? oneByOne(seeds, complete) : together(name, seeds, complete));
  }
  return to.map((_, i) =>
    parts[0][i].concatWith(
      parts.slice(1).map((part) => part[i]),
      0,
    ),
  );
}

/** How many directions a sweep takes at once, and whether it meets rules of a user's own, which may compute with plain numbers. */
function lookAt({ recording, start, end }: Segment): { readonly atOnce: number; readonly areRulesOwn: boolean } {
  let largest = 1;
  let areRulesOwn = false;
  for (let i = start; i < end; i++) {
    largest = Math.max(largest, sizeOf(recording.shape(i)));
    areRulesOwn ||= recording.op(i).custom === true;
  }
  return { atOnce: Math.max(1, Math.floor(MOST_NUMBERS / largest)), areRulesOwn };
}

/** Some of the unit vectors of a list of tensors, one a row of each. */
function units(shapes: readonly Shape[], from: number, to: number): Tensor[] {
  let offset = 0;
  return shapes.map((shape) => {
    const size = sizeOf(shape);
    const data = new Float64Array((to - from) * size);
    for (let i = Math.max(from, offset); i < Math.min(to, offset + size); i++) data[(i - from) * size + i - offset] = 1;
    offset += size;
    return Tensor.wrap(Object.freeze([to - from, ...shape]), data);
  });
}

function together(name: string, seeds: readonly Tensor[], sweep: Sweep): Tensor[] {
  const [{ shape }] = seeds;
  const flat = {
    leaves: [...seeds],
    paths: seeds.map((_, i) => `[${i}]`),
    numbers: new Set<number>(),
    rebuild: (values: unknown) => values,
  };
  const { results } = overBatch(name, sweep as never, [flat], SEEDS, shape[0]);
  return results.map((result) =>
    inFront({ ...result, shape: result.isBatched ? result.value.shape.slice(1) : result.value.shape }, shape[0]),
  );
}

function oneByOne(seeds: readonly Tensor[], sweep: Sweep): Tensor[] {
  const results = Array.from({ length: seeds[0].shape[0] }, (_, i) => sweep(seeds.map((x) => x.slice([i]))));
  return results[0].map((_, k) => stack(results.map((list) => list[k] as Tensor)));
}
