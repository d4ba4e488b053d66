import { normalizeAxis } from "../base/axes.js";
import { checkFunction, describe, ShapeError } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { Hollow } from "../tape/hollow.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, type NotATensor, type TreeLike } from "../tensor/tree.js";
import { overBatch } from "./batching/replay.js";
import { moved } from "./batching/rule.js";

/** Which axis is that of the examples: its place, negative from the end, or `null` for what is the same for all of them. */
export type BatchAxis = number | null;

/** Settings of {@link vmap}. */
export interface VmapOptions<In extends BatchAxis | readonly BatchAxis[] = BatchAxis | readonly BatchAxis[]> {
  /** One entry for all arguments, or a list with one an argument; all tensors of a tree share its entry. 0 if left out. */
  readonly inAxes?: In;
  /** Where the axis stands in the results: one entry for all, or a list with one for each part of a list. 0 if left out. */
  readonly outAxes?: number | readonly number[];
}

const OPTIONS: Known<VmapOptions> = { inAxes: true, outAxes: true };

/** The arguments of f with an axis more; those whose entry is `null` as f takes them. */
export type BatchedArguments<Args extends unknown[], In> = {
  [I in keyof Args]: (In extends readonly unknown[] ? (I extends keyof In ? In[I] : never) : In) extends null
    ? Args[I]
    : TreeLike<Args[I], NotATensor>;
};

/** What f returns, with tensors in the place of numbers. */
export type BatchedResult<Result> = [Tensor] extends [Result]
  ? Tensor
  : Result extends number
    ? Tensor
    : Result extends readonly unknown[]
      ? { -readonly [K in keyof Result]: BatchedResult<Result[K]> }
      : Result extends string | boolean | bigint | symbol | null | undefined | ((...args: never[]) => unknown)
        ? never
        : { [K in keyof Result]: BatchedResult<Result[K]> };

/**
 * f, written for one example, applied to a batch: the results of all examples as one tensor, from operations on whole batches instead of a
 * loop. Each argument has one axis more than f sees.
 *
 * f runs once, on tensors without numbers; the ops that it applied are then applied to the batch, each by a rule for an axis more. So f cannot
 * read a value that differs from example to example (`item()`, `data`, `toArray()`), which is a `GradtapeError`; use {@link where} instead of
 * an `if`. An op of {@link defineOp} is applied to one example after the other.
 *
 * It composes with all transforms, in any order: `vmap(grad(loss), { inAxes: [null, 0, 0] })` gives a gradient for each example, `grad` of
 * a `vmap` works, and `vmap` of `vmap`.
 *
 * @param f - A synchronous function of tensors, or trees of tensors, that returns a tensor or a tree.
 * @returns A function of the same arguments. Sizes that differ are a `ShapeError` that names the arguments. What f returns without regard to
 * the example is repeated.
 *
 * @example
 * ```ts
 * const loss = (w: Tensor, x: Tensor, y: Tensor) => x.mul(w).sum().sub(y).square();
 * const perExample = vmap(grad(loss), { inAxes: [null, 0, 0] });
 * perExample(tensor([1, 2]), tensor([[1, 0], [0, 1], [1, 1]]), tensor([0, 0, 0])).toArray(); // [[2, 0], [0, 4], [6, 6]]
 * ```
 */
export function vmap<Args extends unknown[], Output, const In extends BatchAxis | readonly BatchAxis[] = 0>(
  f: (...args: Args) => Output,
  options?: VmapOptions<In>,
): (...args: BatchedArguments<Args, In>) => BatchedResult<Output>;
export function vmap(f: (...args: never[]) => unknown, options?: VmapOptions): (...args: unknown[]) => unknown {
  checkFunction("vmap", f);
  const { inAxes = 0, outAxes = 0 } = checkOptions("vmap", options, OPTIONS);
  checkAxes("inAxes", inAxes, "a whole number, null, or a list of them with one an argument", isBatchAxis);
  checkAxes("outAxes", outAxes, "a whole number, or a list of them with one for each part of the result", Number.isInteger);
  return (...args) => {
    const batches = batchesOf(args, inAxes);
    const size = sizeOfAll(batches);
    const flats = batches.map(({ flat }) => flat);
    const ofBatches = (...given: unknown[]): unknown => {
      const rest = given.values();
      return f(...(args.map((arg, i) => (batches.some(({ place }) => place === i) ? rest.next().value : arg)) as never[]));
    };
    const { structure, results } = overBatch("vmap", ofBatches, flats, VMAP, size);
    const axes = axesOf(structure, outAxes);
    const fronts = results.map(({ value, isBatched }) => (isBatched ? value : value.broadcastTo([size, ...value.shape])));
    return structure.rebuild(fronts.map((x, i) => moved(x, 0, normalizeAxis("vmap: outAxes", axes[i], x.rank))));
  };
}

/** What f is recorded with: no number is the same for all examples. */
const VMAP = /* @__PURE__ */ new Hollow("vmap", "the example", "batch");

/** An argument that differs from example to example. */
interface Batch {
  /** Its place among the arguments. */
  readonly place: number;
  /** Its tensors, with the axis of the examples in front. */
  readonly flat: Flat;
}

function batchesOf(args: readonly unknown[], inAxes: BatchAxis | readonly BatchAxis[]): Batch[] {
  if (isList(inAxes) && inAxes.length !== args.length)
    throw new TypeError(`vmap: expected one entry of inAxes an argument, got ${inAxes.length} entries and ${args.length} arguments`);
  const batches = args.flatMap((arg, place) => {
    const axis = isList(inAxes) ? inAxes[place] : inAxes;
    if (axis === null) return [];
    const flat = flatten("vmap", `argument ${place}`, arg);
    const fronts = flat.leaves.map((x, i) => {
      const what = `argument ${place}${flat.paths[i]}`;
      if (x.rank === 0)
        throw new ShapeError(
          `vmap: expected an axis of examples in ${what}, got a number; its entry of inAxes is null if it is the same for all`,
        );
      return moved(x, normalizeAxis(`vmap: inAxes of ${what}`, axis, x.rank), 0);
    });
    return fronts.length === 0 ? [] : [{ place, flat: { ...flat, leaves: fronts } }];
  });
  if (batches.length === 0)
    throw new TypeError(
      `vmap: expected at least one argument with an axis of examples, got ${args.length === 0 ? "no arguments" : "none"}`,
    );
  return batches;
}

/** How many examples there are; refuses arguments that disagree, of each the first tensor and those that differ from it. */
function sizeOfAll(batches: readonly Batch[]): number {
  const sizes = batches.flatMap(({ place, flat: { leaves, paths } }) =>
    leaves.flatMap(({ shape: [size] }, i) =>
      i === 0 || size !== leaves[0].shape[0] ? [{ size, where: `argument ${place}${paths[i]}` }] : [],
    ),
  );
  const [{ size }] = sizes;
  if (sizes.some((other) => other.size !== size))
    throw new ShapeError(
      `vmap: expected as many examples in each argument, got ${sizes.map((own) => `${own.size} in ${own.where}`).join(", ")}`,
    );
  return size;
}

/** The entry of outAxes for each tensor of the result. */
function axesOf({ paths, rebuild, leaves }: Flat, outAxes: number | readonly number[]): number[] {
  if (!isList(outAxes)) return paths.map(() => outAxes);
  const result = rebuild(leaves);
  if (!Array.isArray(result) || result.length !== outAxes.length)
    throw new TypeError(
      `vmap: expected one entry of outAxes for each part of the result, got ${outAxes.length} entries for ${describe(result)}`,
    );
  return paths.map((path) => outAxes[Number(/^\[(\d+)\]/.exec(path)?.[1])]);
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);
const isBatchAxis = (axis: unknown): boolean => axis === null || Number.isInteger(axis);

function checkAxes(what: string, axes: unknown, expected: string, isAxis: (axis: unknown) => boolean): void {
  if (!(Array.isArray(axes) ? axes : [axes]).every(isAxis))
    throw new TypeError(`vmap: expected ${expected} as ${what}, got ${describe(axes)}`);
}
