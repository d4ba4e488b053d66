import { describe } from "../base/errors.js";
import { zeros } from "../tensor/create.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, flattenLike, type TreesLike } from "../tensor/tree.js";
import { checkShapes } from "./reverse.js";
import { callRule, dependsOnLeaves, indexIn, refuseUnusedNumbers, type Segment, trace } from "./trace.js";

/**
 * The forward sweep: reads the tape in order and applies each node's forward rule to the tangents of its inputs. Returns those of the
 * outputs, `undefined` where nothing varies.
 */
export function sweepForward(segment: Segment, seeds: readonly (Tensor | undefined)[]): (Tensor | undefined)[] {
  const { recording, start, end, leaves } = segment;
  const depends = dependsOnLeaves(segment);
  const tangents: (Tensor | undefined)[] = [...seeds];
  const tangentOf = (x: Tensor): Tensor | undefined => tangents[indexIn(segment, x)];
  for (let i = start + leaves; i < end; i++) {
    tangents.push(undefined);
    if (depends[i - start] === 0) continue;
    const { jvp, results } = recording.op(i);
    const output = recording.output(i);
    const inputs = recording.inputsOf(i);
    let sum: Tensor | undefined;
    if (typeof jvp === "function") {
      const all = inputs.map((x) => tangentOf(x) ?? (results === undefined ? zeros(x.shape) : undefined));
      sum = jvp(all, output, inputs, recording.attributesOf(i));
    } else {
      for (let j = 0; j < inputs.length; j++) {
        const tangent = tangentOf(inputs[j]);
        const part = tangent && callRule(jvp, j, tangent, recording, i);
        if (part !== undefined) sum = sum === undefined ? part : sum.add(part);
      }
    }
    tangents[i - start] = sum?.broadcastTo(output.shape);
  }
  return segment.output.leaves.map(tangentOf);
}

/**
 * Forward mode: the output of f and its derivative in the direction of the tangents, v ↦ J·v, by each op's own
 * forward rule. Cheaper than reverse mode where the inputs are few and the outputs many.
 *
 * @param f - A synchronous function of tensors, or trees of tensors, that returns a tensor or a tree.
 * @param primals - The arguments, in a list.
 * @param tangents - One tangent a primal, of its shape (of its structure, for a tree); others are a `ShapeError`.
 * @returns `[output, tangent]`, both in the structure of what f returns.
 *
 * @example
 * ```ts
 * const [y, dy] = jvp((x: Tensor) => x.square(), [tensor([1, 2])], [tensor([1, 10])]);
 * y.toArray(); // [1, 4]
 * dy.toArray(); // [2, 40]
 * ```
 */
export function jvp<Args extends unknown[], Output>(
  f: (...args: Args) => Output,
  primals: TreesLike<Args>,
  tangents: TreesLike<Args>,
): [output: Output, tangent: Output] {
  for (const [what, list] of [
    ["the list of primals", primals],
    ["the list of tangents", tangents],
  ] as const) {
    if (!Array.isArray(list)) throw new TypeError(`jvp: expected ${what} to be an array with one entry an argument, got ${describe(list)}`);
  }
  const points = primals as unknown[];
  const directions = tangents as unknown[];
  if (points.length !== directions.length)
    throw new TypeError(`jvp: expected as many tangents as primals, got ${directions.length} and ${points.length}`);
  const flats = points.map((primal, i) => flatten("jvp", `primal ${i}`, primal));
  const seeds = flats.flatMap((flat, i) => {
    const given = flattenLike("jvp", `tangent ${i}`, directions[i], flat);
    checkShapes("jvp", "a tangent must have its primal's shape", given, flat.leaves);
    return given;
  });
  return pushforward("jvp", f, flats, seeds) as [Output, Output];
}

/** {@link jvp} of trees that are taken apart already; `name` is the calling function's. */
export function pushforward(
  name: string,
  f: (...args: never[]) => unknown,
  primals: readonly Flat[],
  tangents: readonly Tensor[],
): [output: unknown, tangent: unknown] {
  const { output, push } = linearize(name, f, primals);
  return [output.rebuild(output.leaves), output.rebuild(push(tangents))];
}

/** Traces f and returns its output with the sweep that maps tangents of the primals to those of the output, for one direction after the other. */
export function linearize(
  name: string,
  f: (...args: never[]) => unknown,
  primals: readonly Flat[],
): { output: Flat; push: (tangents: readonly Tensor[]) => Tensor[] } {
  const segment = trace(name, f, primals);
  refuseUnusedNumbers(name, segment, primals);
  return {
    output: segment.output,
    push: (tangents) => sweepForward(segment, tangents).map((dy, i) => dy ?? zeros(segment.output.leaves[i].shape)),
  };
}
