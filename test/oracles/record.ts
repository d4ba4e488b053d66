import type { Tensor, TensorLike } from "gradtape";
import type pointwise from "../references/pointwise.json";
import type tensors from "../references/tensors.json";
import type { Z } from "./complex.js";
import type { functions } from "./families.js";

// What the tests know of an op or a function: one record each, in the file of its family in `test/oracles/records/`. The compiler
// asks for the record of every op and function, for a use of every option, and for the meaning of every stored reference.

/** Numbers on which a function is smooth. */
export type Interval = readonly [low: number, high: number];

/** Random numbers of a shape, by default between −2 and 2, or the tensor itself. */
export type Input = readonly [shape: readonly number[], ...Partial<Interval>] | Tensor;

/** One way to call a function, at a point where it is smooth. */
export interface Use {
  /** What is special about it; other than the titles of the record's other uses. */
  readonly title: string;
  readonly f: (...inputs: Tensor[]) => Tensor;
  readonly inputs: readonly Input[];
}

/** A {@link Use}. */
export const use = (title: string, f: Use["f"], ...inputs: readonly Input[]): Use => ({ title, f, inputs });

/** What every record has. */
interface Common {
  /** Shapes, broadcasts, axes: all oracles run over these, and so do the compiler, ONNX, the drawings and the diagnosis. */
  readonly uses: readonly Use[];
  /**
   * A step of random expressions: it takes any tensor, or any two, and returns one that broadcasts with them; smooth, and of about the
   * same size. `null` for what has kinks or no gradient.
   */
  readonly step: ((x: Tensor, y: Tensor) => Tensor) | null;
  /** The count of tensors of a function that computes a number from a number, or from two; no other function has it. */
  readonly elementwise?: 1 | 2;
}

/** The function over complex numbers, and the intervals of its arguments; `null` for what is not analytic, or not elementwise. */
type ComplexForm =
  | { readonly complex: null; readonly intervals?: readonly Interval[] }
  | { readonly complex: (x: Z, y: Z) => Z; readonly intervals: readonly Interval[] };

/** A field that is there if and only if it has something to say. */
type If<Names, Field> = [Names] extends [never] ? object : Field;

/** The names of stored references that belong to a function, but for its own name alone. */
type Variants<Name extends string, Stored> = Extract<keyof Stored, `${Name}${" " | "(" | "["}${string}`>;

/** What each reference in `pointwise.json` is, but the one of the function's own name: a function of one number. */
type Pointwise<Name extends string> = If<
  Variants<Name, typeof pointwise>,
  { readonly pointwise: Readonly<Record<Variants<Name, typeof pointwise>, (x: Tensor) => Tensor>> }
>;

/** What each reference in `tensors.json` is. */
type Tensors<Name extends string> = If<
  Extract<keyof typeof tensors, Name> | Variants<Name, typeof tensors>,
  { readonly tensors: Readonly<Record<Extract<keyof typeof tensors, Name> | Variants<Name, typeof tensors>, Use["f"]>> }
>;

/** Those settings of a function that are keys of an options object. */
type OptionsOf<F> = F extends (...args: infer A) => unknown
  ? Exclude<Required<A>[number], TensorLike | boolean | string | readonly unknown[] | undefined>
  : never;
// biome-ignore lint/suspicious/noExplicitAny: distributes over a union of option types
type KeysOf<Options> = Options extends any ? keyof Options : never;

/** Uses of each option. */
type Options<F> = If<KeysOf<OptionsOf<F>>, { readonly options: Readonly<Record<KeysOf<OptionsOf<F>>, readonly Use[]>> }>;

/** The record of a function, or of an op that has none of its name. */
export type OpRecord<Name extends string, F = never> = Common & ComplexForm & Pointwise<Name> & Tensors<Name> & Options<F>;

/** A record as one reads it: what some have is optional. */
export type AnyRecord = Common &
  ComplexForm & {
    readonly pointwise?: Readonly<Record<string, (x: Tensor) => Tensor>>;
    readonly tensors?: Readonly<Record<string, Use["f"]>>;
    readonly options?: Readonly<Record<string, readonly Use[]>>;
  };

/** Ops that no function is named after, as a method would be: `LogisticLoss` → `logisticLoss`. `MatMul` has `matmul`. */
type WithoutFunction<Op> = Op extends string
  ? Lowercase<Op> extends Lowercase<keyof typeof functions & string>
    ? never
    : Uncapitalize<Op>
  : never;

/** The records of a family: of its functions in `src/functions/`, and of its ops in `src/ops/` that have none. */
export type Records<Functions, Ops = object> = {
  readonly [Name in (keyof Functions & string) | WithoutFunction<keyof Ops>]: OpRecord<
    Name,
    Name extends keyof Functions ? Functions[Name] : never
  >;
};

const list = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** Uses of an elementwise function of one tensor on an interval: rank 0, 1 and 3. */
export const unary = (f: (x: Tensor) => Tensor, on: Interval, ...more: readonly Use[]) => ({
  elementwise: 1 as const,
  intervals: [on],
  uses: [...[[], [5], [2, 1, 3]].map((shape) => use(`of shape ${list(shape)}`, f as Use["f"], [shape, ...on])), ...more],
});

const broadcasts: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[4], [4]],
  [[2, 3], []],
  [[], [3]],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
];

/** Uses with two tensors in all ways to broadcast. */
export const broadcasting = (f: (x: Tensor, y: Tensor) => Tensor, left: Interval, right: Interval, remark = ""): Use[] =>
  broadcasts.map(([a, b]) => use(`of ${list(a)} and ${list(b)}${remark}`, f as Use["f"], [a, ...left], [b, ...right]));

/** Uses of an elementwise function of two tensors on intervals. */
export const binary = (f: (x: Tensor, y: Tensor) => Tensor, left: Interval, right: Interval, ...more: readonly Use[]) => ({
  elementwise: 2 as const,
  intervals: [left, right],
  uses: [...broadcasting(f, left, right), ...more],
});
