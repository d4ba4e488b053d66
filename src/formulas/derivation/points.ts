import { sameShape } from "../../base/shape.js";
import { namesOfArguments } from "../../explain/derive/names.js";
import { printedName } from "../../explain/derive/reading/letters.js";
import type { Tape } from "../../tape/tape.js";
import { applyAgain } from "../../tensor/apply.js";
import { tensor } from "../../tensor/create.js";
import { random } from "../../tensor/random.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Flat, flatten, rebuildAll } from "../../tensor/tree.js";
import { record } from "../../transforms/record.js";
import { valueAndGrad } from "../../transforms/reverse.js";
import { jacobian } from "../../transforms/second-order.js";
import { NotUnderstood } from "./parse.js";

/** What names mean at one point: values, derivatives of the result, and of named steps. */
export interface Point {
  readonly value: (name: string) => Tensor | undefined;
  readonly derivative: (of: string, by: string) => Tensor | undefined;
  /** The same with all places of both, also where one place depends on its own only. */
  readonly jacobian: (of: string, by: string) => Tensor | undefined;
}

/** A function at its inputs and at fresh points of the same shapes. */
export interface Points {
  /** Names of arguments, of named steps and of the result, and those that were given since. */
  readonly names: ReadonlySet<string>;
  /** Gives a name to the step of f that has these values, one a point, or has them with the other sign; returns whether there is one. */
  defineStep(name: string, values: readonly Tensor[]): boolean;
  /** Gives a name to values that are no step, one for each point; they have no derivatives. */
  define(name: string, values: readonly Tensor[]): void;
  /** How many numbers all steps have at all points. */
  readonly numbers: number;
  readonly result: string;
  /** The names of the arguments with respect to which is differentiated. */
  readonly wanted: readonly string[];
  readonly points: readonly Point[];
  /** So many of them, the first, are the inputs and close to them. The others have numbers of moderate size: there nothing overflows. */
  readonly close: number;
  /** What n may stand for: how many values f averages or adds up along axes; if it does neither, the sizes of axes. */
  readonly counts: readonly number[];
  /** Whether f averages. */
  readonly isMean: boolean;
  /** Sizes of axes. */
  readonly sizes: readonly number[];
}

/** Of two values, each place with respect to each. */
const MOST_DERIVATIVES = 200_000;
/** So many points are fresh. */
const FRESH = 3;
const MOST_TRIES = 12;
const CALLER = "checkDerivation";

// biome-ignore lint/suspicious/noExplicitAny: any function of tensors
type AnyFunction = (...args: any[]) => Tensor;

/** Runs f at the inputs, and nearby. */
export function pointsOf(f: AnyFunction, inputs: readonly unknown[], places: readonly number[]): Points {
  const flats = inputs.map((input, i) => flatten(CALLER, `input ${i}`, input));
  const argumentNames = namesOfArguments(f, flats).map(printedName);
  const offsets = flats.map((_, i) => flats.slice(0, i).reduce((count, { leaves }) => count + leaves.length, 0));
  const isWanted = new Set(places.flatMap((place) => flats[place].leaves.map((_, j) => offsets[place] + j)));
  const leaves = flats.flatMap((flat) => flat.leaves);
  const source = random(20_240_229);
  const around = (center: readonly Tensor[], count: number): NamedPoint[] => {
    const found: NamedPoint[] = [];
    for (let tries = 0; found.length < count && tries < MOST_TRIES; tries++) {
      const reach = 0.3 / (1 + tries);
      const moved = center.map((x, i) =>
        nearby(x, isWanted.has(i), source.uniform(x.shape, -1, 1), source.permutation(x.shape[0] ?? 1), reach),
      );
      try {
        const point = pointAt(f, flats, moved, argumentNames);
        if ([...isWanted].every((i) => point.derivative(point.result, argumentNames[i])?.data.every(Number.isFinite))) found.push(point);
      } catch {
        // f may refuse numbers that it was not given: a matrix that is not positive definite, say.
      }
    }
    return found;
  };
  const close = [pointAt(f, flats, leaves, argumentNames), ...around(leaves, FRESH)];
  const moderate = leaves.map((x, i) => ofModerateSize(x, isWanted.has(i)));
  const points = [...close, ...(moderate.every((x, i) => x === leaves[i]) ? [] : around(moderate, FRESH))];
  const [first] = points;
  const names = new Set(first.names);
  const give = (name: string, meaning: (point: NamedPoint, k: number) => Named): void => {
    points.forEach((point, k) => void point.define(name, meaning(point, k)));
    names.add(name);
  };
  const defineStep = (name: string, values: readonly Tensor[]): boolean => {
    const step = stepWith(values, points);
    if (step !== undefined) give(name, (point) => ({ x: point.steps[step.place], sign: step.sign, isStep: true }));
    return step !== undefined;
  };
  const sizes = [...new Set(leaves.flatMap(({ shape }) => shape))].filter((size) => size > 1);
  return {
    names,
    defineStep,
    define: (name, values) => give(name, (_, k) => ({ x: values[k], sign: 1, isStep: false })),
    numbers: points.reduce((sum, { steps }) => steps.reduce((count, { size }) => count + size, sum), 0),
    result: first.result,
    wanted: [...isWanted].map((i) => argumentNames[i]),
    points,
    close: close.length,
    counts: first.counts.length > 0 ? first.counts : sizes,
    isMean: first.isMean,
    sizes,
  };
}

/** Numbers between these, by size, are moderate. */
const MODERATE = [0.05, 3] as const;

/** The same numbers in another unit, if they are large or tiny; labels and indices stay. */
function ofModerateSize(x: Tensor, isWanted: boolean): Tensor {
  if (isLabels(x, isWanted)) return x;
  const size = x.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (size === 0 || !Number.isFinite(size) || (size >= MODERATE[0] && size <= MODERATE[1])) return x;
  const scaled = x.div(size);
  return x.label === undefined ? scaled : scaled.named(x.label);
}

const isLabels = (x: Tensor, isWanted: boolean): boolean => !isWanted && x.rank > 0 && x.data.every(Number.isInteger);

/** Numbers like these. Whole numbers of data are put in another order: they may be labels or indices. Rows that sum to 1 still do. */
function nearby(x: Tensor, isWanted: boolean, noise: Tensor, order: Tensor, reach: number): Tensor {
  const named = (y: Tensor): Tensor => (x.label === undefined ? y : y.named(x.label));
  if (isLabels(x, isWanted)) return named(x.take(order));
  const moved = x.mul(noise.mul(reach).add(1)).add(noise.mul(x.data.every((value) => value > 0) ? 0 : reach * 0.3));
  if (x.rank > 0 && !isWanted && x.data.every((value) => value >= 0) && x.sum(-1).data.every((total) => Math.abs(total - 1) < 1e-12))
    return named(moved.div(moved.sum(-1, true)));
  const isSymmetric =
    x.rank === 2 &&
    x.shape[0] === x.shape[1] &&
    x.size > 1 &&
    x
      .transpose()
      .sub(x)
      .data.every((value) => value === 0);
  return named(isSymmetric && !isWanted ? moved.add(moved.transpose()).div(2) : moved);
}

/** What a name stands for: a step of f, or the same with the other sign; or a value that is no step. */
interface Named {
  readonly x: Tensor;
  readonly sign: 1 | -1;
  readonly isStep: boolean;
}

interface NamedPoint extends Point {
  /** All values of the run of f, in their order. */
  readonly steps: readonly Tensor[];
  readonly define: (name: string, named: Named) => void;
  readonly counts: readonly number[];
  readonly isMean: boolean;
  readonly names: ReadonlySet<string>;
  readonly result: string;
}

function pointAt(f: AnyFunction, flats: readonly Flat[], leaves: readonly Tensor[], argumentNames: readonly string[]): NamedPoint {
  const args = rebuildAll(flats, leaves);
  const argnums = args.map((_, i) => i);
  const tape = record((...xs: unknown[]) => valueAndGrad(f, { argnums })(...(xs as Parameters<AnyFunction>)), ...(args as never[]));
  const step = (x: Tensor): Named => ({ x, sign: 1, isStep: true });
  const byName = new Map<string, Named>(tape.inputs.map((x, i) => [argumentNames[i], step(x)]));
  const forward = tape.nodes.filter(({ backward }) => !backward).map(({ output }) => output);
  for (const output of forward) if (output.label !== undefined) byName.set(printedName(output.label), step(output));
  const [output] = tape.outputs;
  const result = output.label === undefined ? "L" : printedName(output.label);
  byName.set(result, step(output));
  const known = new Map<Tensor, Map<Tensor, Tensor>>();
  const fullOf = (from: Tensor, to: Tensor): Tensor => {
    if (from.size * to.size > MOST_DERIVATIVES)
      throw new NotUnderstood(`the ${from.size * to.size} derivatives of all places are too many to be checked; check it with less data`);
    const own = known.get(from) ?? new Map<Tensor, Tensor>();
    known.set(from, own);
    const full = own.get(to) ?? between(tape, from, to);
    own.set(to, full);
    return full;
  };
  const derivative = (of: string, by: string, shown: (full: Tensor, to: Tensor, from: Tensor) => Tensor): Tensor | undefined => {
    const [to, from] = [byName.get(of), byName.get(by)];
    if (!to?.isStep || !from?.isStep) return undefined;
    const found =
      to.x === output
        ? (tape.cotangents.get(from.x) ?? (from.x === output ? tensor(1) : from.x.mul(0)))
        : shown(fullOf(from.x, to.x), to.x, from.x);
    return to.sign === from.sign ? found : found.neg();
  };
  return {
    names: new Set(byName.keys()),
    steps: [...tape.inputs, ...forward],
    define: (name, named) => void byName.set(name, named),
    counts: countsOn(tape),
    isMean: tape.nodes.some(({ op, backward }) => op.name === "Mean" && !backward),
    result,
    value: (name) => {
      const named = byName.get(name);
      return named?.sign === -1 ? named.x.neg() : named?.x;
    },
    derivative: (of, by) => derivative(of, by, placeByPlace),
    jacobian: (of, by) => derivative(of, by, (full) => full),
  };
}

/** The step that has these values at all points, or has them with the other sign. */
function stepWith(values: readonly Tensor[], points: readonly NamedPoint[]): { readonly place: number; readonly sign: 1 | -1 } | undefined {
  const [{ steps }] = points;
  if (values.every(({ data }) => data.every((x) => x === 0))) return undefined; // zeros are of no one step
  for (let place = 0; place < steps.length; place++)
    for (const sign of [1, -1] as const)
      if (points.every((point, k) => isSame(values[k], point.steps[place], sign))) return { place, sign };
  return undefined;
}

/** Values that differ by no more, relative to their size, are of one step: at several points that is no accident. */
const SAME = 1e-10;

function isSame(value: Tensor, step: Tensor | undefined, sign: number): boolean {
  if (step === undefined || !sameShape(value.shape, step.shape)) return false;
  let [difference, size] = [0, 0];
  for (const [i, x] of step.data.entries()) {
    if (!Number.isFinite(x)) return false;
    difference = Math.max(difference, Math.abs(value.data[i] - sign * x));
    size = Math.max(size, Math.abs(x));
  }
  return difference <= SAME * size;
}

/** By what the means on a tape divide, and how long the axes are along which they go; without any, the same of its sums. */
function countsOn(tape: Tape): number[] {
  const counts = (name: string): number[] => {
    const found = tape.nodes.filter(({ op, output, backward }) => op.name === name && !backward && output.size > 0);
    const along = found.flatMap(({ inputs: [x], attributes }) =>
      (attributes as { axes: readonly number[] }).axes.map((axis) => x.shape[axis]),
    );
    return [...found.map(({ inputs: [x], output }) => x.size / output.size), ...along];
  };
  const [means, sums] = [counts("Mean"), counts("Sum")];
  return [...new Set(means.length > 0 ? means : sums)].filter((count) => count > 1);
}

/** The derivatives of all places of a value of a tape with respect to all places of another. */
function between(tape: Tape, from: Tensor, to: Tensor): Tensor {
  const again = (x: Tensor): Tensor => {
    const known = new Map<Tensor, Tensor>([[from, x]]);
    for (const { op, inputs, output, attributes } of tape.nodes) {
      if (known.has(output) || !inputs.some((own) => known.has(own))) continue;
      known.set(
        output,
        applyAgain(
          op,
          inputs.map((own) => known.get(own) ?? own),
          attributes,
        ),
      );
      if (output === to) break;
    }
    return known.get(to) ?? to.add(x.sum().mul(0));
  };
  return jacobian(again)(from);
}

/** Of values of one shape, whose places depend on the same ones only, the derivatives of these; else all. */
function placeByPlace(full: Tensor, to: Tensor, from: Tensor): Tensor {
  if (to.rank === 0 || !sameShape(to.shape, from.shape)) return full;
  const size = to.size;
  const isDiagonal = full.data.every((value, i) => value === 0 || Math.floor(i / size) === i % size);
  return isDiagonal
    ? tensor(
        Float64Array.from({ length: size }, (_, i) => full.data[i * size + i]),
        to.shape,
      )
    : full;
}
