import { broadcastShapes } from "../base/broadcast.js";
import { checkFunction, describe, ShapeError } from "../base/errors.js";
import type { Lattice } from "../base/lattice.js";
import { checkOptions, type Known } from "../base/options.js";
import { formatShape, type Shape, sameShape } from "../base/shape.js";
import { Assemble, Result, Slice } from "../ops/movement.js";
import { type AnyOp, type AttributesOf, isElementwise } from "../ops/op.js";
import type { Recording } from "../tape/recording.js";
import { recording as underWay } from "../tape/under-way.js";
import { watcher } from "../tape/watcher.js";
import { tensor, zeros } from "../tensor/create.js";
import type { Tensor, TensorLike } from "../tensor/tensor.js";
import { type Flat, flatten, flattenLike, type NotATensor, rebuildAll, type Tree, type TreeLike, type TreesLike } from "../tensor/tree.js";
import { callRule, dependsOnLeaves, indexIn, refuseUnusedNumbers, type Segment, synchronous, trace, within } from "./trace.js";

/**
 * The reverse sweep: reads the tape backwards from the outputs, whose cotangents are given, and applies each node's
 * rule. Returns the cotangents of the leaves, `undefined` where nothing arrived; an output without a seed has none, either.
 *
 * Rules run on tensors, so a sweep inside an outer transform is itself recorded: gradients of gradients need no more.
 *
 * A cotangent that is the same along an axis may stay smaller than its tensor, as long as it broadcasts: that of a mean
 * goes through elementwise ops as the one number 1/n. Other ops get it in full.
 */
export function sweepBackward(segment: Segment, depends: Uint8Array, seeds: readonly (Tensor | undefined)[]): (Tensor | undefined)[] {
  const { recording, start, end, leaves } = segment;
  const notes = underWay === recording ? recording.notes : undefined;
  const from = recording.length;
  const cotangents = new Array<Tensor | undefined>(end - start).fill(undefined);
  const parts = new Map<number, Part[]>();
  const accumulate = (at: number, g: Tensor): void => {
    cotangents[at] = cotangents[at]?.add(g) ?? g;
  };
  /** What has arrived at a place, the parts from slices among it; of an op with several results what has arrived at each. */
  const arrivedAt = (at: number): Tensor | (Tensor | undefined)[] | undefined => {
    const own = parts.get(at);
    if (own === undefined) return cotangents[at];
    parts.delete(at);
    if (recording.op(start + at).results !== undefined) return resultsOf(own, recording);
    accumulate(at, assembled(own, recording, recording.shape(start + at)));
    return cotangents[at];
  };
  segment.output.leaves.forEach((output, i) => {
    const at = indexIn(segment, output);
    const seed = seeds[i];
    if (at >= 0 && depends[at] === 1 && seed !== undefined) accumulate(at, seed);
  });
  const isWanted = (j: number): boolean => {
    const at = within(segment, recording.source(j));
    return at >= 0 && depends[at] === 1;
  };
  for (let i = end - 1; i >= start + leaves; i--) {
    const op = recording.op(i);
    const all = arrivedAt(i - start);
    if (all === undefined) continue;
    cotangents[i - start] = undefined; // used up; let it go
    const shape = recording.shape(i);
    const arrived = Array.isArray(all) || isElementwise(op) ? all : all.broadcastTo(shape);
    if (!Array.isArray(arrived)) notes?.arrived(i, arrived);
    if (watcher !== undefined) watcher.sweeps({ recording, place: i, arrived });
    const first = recording.begin(i);
    let joint: readonly (Tensor | undefined)[] | undefined;
    if (typeof op.vjp === "function") {
      const wanted = Array.from({ length: recording.end(i) - first }, (_, j) => isWanted(first + j));
      joint = op.vjp(arrived, recording.output(i), recording.inputsOf(i), recording.attributesOf(i), wanted);
    }
    for (let j = first; j < recording.end(i); j++) {
      if (!isWanted(j)) continue;
      const at = recording.source(j) - start;
      if (op === Slice || (op === Result && recording.op(start + at).results !== undefined)) {
        const own = parts.get(at) ?? [];
        parts.set(at, own);
        own.push({ g: arrived as Tensor, node: i });
        continue;
      }
      const part = joint === undefined ? callRule(op.vjp, j - first, arrived as Tensor, recording, i) : joint[j - first];
      if (part !== undefined) accumulate(at, undoBroadcast(part, recording.inputShape(j), op, shape));
    }
  }
  for (let at = 0; at < leaves; at++) arrivedAt(at);
  watcher?.sweeps(undefined);
  const found = cotangents.slice(0, leaves).map((g, i) => g?.broadcastTo(recording.shape(start + i)));
  found.forEach((g, i) => {
    if (g !== undefined) notes?.arrived(start + i, g);
  });
  notes?.sweeps.push([from, recording.length]);
  return found;
}

/** A cotangent that belongs to some places of a tensor, or to one of several results. */
interface Part {
  readonly g: Tensor;
  /** The node through which it came: a slice, or the result. */
  readonly node: number;
}

/** Parts among zeros: one by the rule of its slice, several put together at once, which would otherwise take time for all zeros each. */
function assembled(parts: readonly Part[], recording: Recording, shape: Shape): Tensor {
  const [{ g, node }] = parts;
  if (parts.length === 1) return callRule(Slice.vjp, 0, g, recording, node) as Tensor;
  const places = parts.map((part) => {
    const { start, step } = recording.attributesOf(part.node) as Lattice;
    return { start, step };
  });
  return g.run(Assemble, [g, ...parts.slice(1).map((part) => part.g)], { shape, parts: places });
}

/** What has arrived at each of several results. */
function resultsOf(parts: readonly Part[], recording: Recording): (Tensor | undefined)[] {
  const list: (Tensor | undefined)[] = [];
  for (const { g, node } of parts) {
    const { index } = recording.attributesOf(node) as AttributesOf<typeof Result>;
    list[index] = list[index]?.add(g) ?? g;
  }
  return list;
}

/** Where the op repeated its input along an axis, the input's cotangent is the sum over the repeats. */
export function undoBroadcast(g: Tensor, input: Shape, op: AnyOp, output: Shape): Tensor {
  const repeated = isElementwise(op) ? output : broadcastShapes(op.name, g.shape, input);
  return sameShape(repeated, input) ? g : g.broadcastTo(repeated).sumTo(input);
}

/**
 * Runs f and returns its output with a *pullback*: the function that maps a cotangent of the output to those of the
 * primals, v ↦ vᵀJ, by one reverse sweep over the tape.
 *
 * @param f - A synchronous function of tensors, or trees of tensors, that returns a tensor or a tree.
 * @param primals - The point. Numbers and nested arrays are taken as tensors.
 * @returns `[output, pullback]`. The pullback takes a cotangent of the output's shape (of its structure, for a tree),
 * returns an array with one cotangent a primal, and may be called more than once.
 *
 * @example
 * ```ts
 * const [y, pullback] = vjp((x: Tensor) => x.square(), tensor([1, 2]));
 * y.toArray(); // [1, 4]
 * pullback([1, 10])[0].toArray(); // [2, 40]
 * ```
 */
export function vjp<Args extends unknown[], Output>(
  f: (...args: Args) => Output,
  ...primals: TreesLike<Args>
): [output: Output, pullback: (cotangent: TreeLike<Output>) => Args] {
  const flats = (primals as unknown[]).map((primal, i) => flatten("vjp", `primal ${i}`, primal));
  const { output, pull } = pullback("vjp", f, flats);
  return [
    output.rebuild(output.leaves) as Output,
    (cotangent) => {
      const seeds = flattenLike("vjp", "the cotangent", cotangent, output);
      checkShapes("vjp", "a cotangent must have the output's shape", seeds, output.leaves);
      return pull(seeds) as Args;
    },
  ];
}

/** Traces f and returns its output with the sweep that maps seeds to one tree of cotangents a primal; `name` is the calling function's. */
export function pullback(
  name: string,
  f: (...args: never[]) => unknown,
  primals: readonly Flat[],
): { output: Flat; pull: (seeds: readonly Tensor[]) => unknown[] } {
  const segment = trace(name, f, primals);
  refuseUnusedNumbers(name, segment, primals);
  const depends = dependsOnLeaves(segment);
  return {
    output: segment.output,
    pull: (seeds) => rebuildAll(primals, withZeros(segment, sweepBackward(segment, depends, seeds))),
  };
}

/** The cotangents of the leaves, zeros where nothing arrived. */
const withZeros = ({ recording, start }: Segment, cotangents: readonly (Tensor | undefined)[]): Tensor[] =>
  cotangents.map((g, i) => {
    if (g !== undefined) return g;
    const zero = zeros(recording.shape(start + i));
    if (underWay === recording) recording.notes?.arrived(start + i, zero);
    return zero;
  });

/** Refuses tensors whose shapes differ from those that they belong to. */
export function checkShapes(name: string, rule: string, given: readonly Tensor[], expected: readonly Tensor[]): void {
  given.forEach((x, i) => {
    if (!sameShape(x.shape, expected[i].shape))
      throw new ShapeError(`${name}: ${rule}, expected ${formatShape(expected[i].shape)}, got ${formatShape(x.shape)}`);
  });
}

/** What to differentiate by. */
export interface GradOptions<N extends number | readonly number[] = number | readonly number[]> {
  /** The place of the argument, or of several; 0 if left out. */
  readonly argnums?: N;
  /** Whether the function returns `[scalar, aux]`, of which only the scalar is differentiated. */
  readonly hasAux?: boolean;
}

/** {@link GradOptions} of a function that returns something beside its value. */
export interface GradOptionsWithAux<N extends number | readonly number[] = number | readonly number[]> extends GradOptions<N> {
  readonly hasAux: true;
}

const GRAD_OPTIONS: Known<GradOptions> = { argnums: true, hasAux: true };

/** The arguments of f with numbers and nested arrays allowed in the places of those that are differentiated. */
export type ArgumentsLike<Args extends unknown[], N> = {
  [I in keyof Args]: IsDifferentiated<I, N> extends true ? TreeLike<Args[I], NotATensor> : Args[I];
};

type IsDifferentiated<I, N> = N extends number
  ? I extends `${N}`
    ? true
    : false
  : N extends readonly number[]
    ? I extends `${N[number]}`
      ? true
      : false
    : false;

/** The gradient's structure: that of one argument, or a list of them. */
export type Gradient<Args extends unknown[], N> = N extends number
  ? Tree<Args[N]>
  : N extends readonly number[]
    ? { -readonly [K in keyof N]: N[K] extends number ? Tree<Args[N[K]]> : never }
    : never;

/**
 * The gradient of a scalar function, by reverse mode: one run of f and one sweep back, whatever the number of parameters.
 *
 * @param f - A synchronous function that returns a tensor of shape `[]` (any other is a `ShapeError`). Its first
 * argument, or those that `argnums` names, may be tensors or trees of tensors, and f gets tensors for numbers and arrays there.
 * The others are passed on as they come: a number stays a number and an array an array, so wrap data in {@link tensor}.
 * @returns A function of the same arguments that returns the gradient in the structure of the argument: zeros where
 * the output does not depend on it; with several `argnums`, a list of gradients. With `hasAux` f returns `[scalar, aux]`, and the result is
 * `[gradient, aux]`: aux is whatever else f computed, such as predictions or counts, in any structure, and takes no part.
 *
 * @example
 * ```ts
 * const loss = (p: { w: Tensor; b: Tensor }, x: Tensor) => p.w.mul(x).sum().add(p.b);
 * const g = grad(loss)({ w: tensor([1, 2]), b: tensor(3) }, tensor([4, 5]));
 * g.w.toArray(); // [4, 5]
 * g.b.item(); // 1
 * grad(grad((x: Tensor) => x.pow(3)))(2).item(); // 12
 * ```
 */
export function grad<Args extends unknown[], Aux, const N extends number | readonly number[] = 0>(
  f: (...args: Args) => readonly [value: TensorLike, aux: Aux],
  options: GradOptionsWithAux<N>,
): (...args: ArgumentsLike<Args, N>) => [gradient: Gradient<Args, N>, aux: Aux];
export function grad<Args extends unknown[], const N extends number | readonly number[] = 0>(
  f: (...args: Args) => TensorLike,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: ArgumentsLike<Args, N>) => Gradient<Args, N>;
export function grad(f: (...args: never[]) => unknown, options?: GradOptions): (...args: unknown[]) => unknown {
  const withValue = differentiate("grad", f, options);
  return (...args) => {
    const [, gradient, aux] = withValue(args);
    return options?.hasAux === true ? [gradient, aux] : gradient;
  };
}

/**
 * Like {@link grad}, but returns `[value, gradient]`, and with `hasAux` `[[value, aux], gradient]`; the value costs nothing more. Arguments
 * that are not differentiated are passed on as they come: wrap arrays of data in {@link tensor}.
 *
 * @example
 * ```ts
 * const [value, gradient] = valueAndGrad((x: Tensor) => x.square().sum())(tensor([3, 4]));
 * value.item(); // 25
 * gradient.toArray(); // [6, 8]
 * ```
 */
export function valueAndGrad<Args extends unknown[], Aux, const N extends number | readonly number[] = 0>(
  f: (...args: Args) => readonly [value: TensorLike, aux: Aux],
  options: GradOptionsWithAux<N>,
): (...args: ArgumentsLike<Args, N>) => [result: [value: Tensor, aux: Aux], gradient: Gradient<Args, N>];
export function valueAndGrad<Args extends unknown[], const N extends number | readonly number[] = 0>(
  f: (...args: Args) => TensorLike,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: ArgumentsLike<Args, N>) => [value: Tensor, gradient: Gradient<Args, N>];
export function valueAndGrad(f: (...args: never[]) => unknown, options?: GradOptions): (...args: unknown[]) => unknown {
  const withValue = differentiate("valueAndGrad", f, options);
  return (...args) => {
    const [value, gradient, aux] = withValue(args);
    return [options?.hasAux === true ? [value, aux] : value, gradient];
  };
}

/** {@link valueAndGrad}, with the arguments in a list, and with what f gave beside its value; `name` is the calling function's. */
export function differentiate(
  name: string,
  f: (...args: never[]) => unknown,
  options?: GradOptions,
): (args: readonly unknown[]) => [value: Tensor, gradient: unknown, aux: unknown] {
  checkFunction(name, f);
  const { argnums = 0, hasAux = false } = checkOptions(name, options, GRAD_OPTIONS);
  if (typeof hasAux !== "boolean") throw new TypeError(`${name}: expected true or false as hasAux, got ${describe(hasAux)}`);
  const places = typeof argnums === "number" ? [argnums] : argnums;
  if (!Array.isArray(places) || !places.every(Number.isInteger) || new Set(places).size < places.length)
    throw new TypeError(`${name}: argnums must be the place of an argument, or a list of different ones, got ${describe(argnums)}`);
  return (args) => {
    for (const place of places)
      if (!(place in args)) throw new TypeError(`${name}: no argument ${place} to differentiate by, got ${args.length} arguments`);
    const primals = places.map((place) => flatten(name, `argument ${place}`, args[place]));
    const ofPlaces = (...given: unknown[]): unknown =>
      f(...(args.map((arg, i) => (places.includes(i) ? given[places.indexOf(i)] : arg)) as never[]));
    let aux: unknown;
    const withoutAux = (...given: unknown[]): unknown => {
      const result = synchronous(name, ofPlaces(...given));
      if (!Array.isArray(result) || result.length !== 2)
        throw new TypeError(`${name}: with hasAux the function must return [scalar, aux], got ${describe(result)}`);
      aux = result[1];
      return result[0];
    };
    const { output, pull } = pullback(name, hasAux ? withoutAux : ofPlaces, primals);
    const value = scalarOutput(name, output);
    const gradients = pull([tensor(1)]);
    return [value, typeof argnums === "number" ? gradients[0] : gradients, aux];
  };
}

function scalarOutput(name: string, { leaves, paths }: Flat): Tensor {
  if (paths.length !== 1 || paths[0] !== "")
    throw new TypeError(
      `${name}: the function must return one scalar tensor, got ${paths.length === 0 ? "nothing" : `a tree with ${paths.join(", ")}`}`,
    );
  if (leaves[0].rank !== 0) {
    throw new ShapeError(
      `${name}: the function must return a scalar, shape [], got ${formatShape(leaves[0].shape)}; reduce it with sum() or mean(), or use vjp or jacobian`,
    );
  }
  return leaves[0];
}
