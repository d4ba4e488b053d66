import { adviceOnTensor, describe } from "../base/errors.js";
import { isPlainObject } from "../base/options.js";
import { MOST_AXES } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import { asTensor, Tensor, type TensorLike } from "./tensor.js";
import { isNumericArray } from "./values.js";

/**
 * The tree that a function declares, or `never` where it is none: a Tensor, or any nesting of arrays and plain
 * objects of Tensors. What takes a Tensor among other things (a `TensorLike`) counts as a Tensor.
 */
export type Tree<P> = [Tensor] extends [P]
  ? Tensor
  : P extends readonly unknown[]
    ? { [K in keyof P]: Tree<P[K]> }
    : P extends string | number | boolean | bigint | symbol | null | undefined | ((...args: never[]) => unknown)
      ? never
      : P extends object
        ? { [K in keyof P]: Tree<P[K]> }
        : never;

/**
 * What may be handed in for a tree: in each Tensor's place also a number or a nested array of numbers. Not in a list,
 * though: an array of numbers is one tensor, not a list of several. `Other` takes the place of what is no tensor.
 */
export type TreeLike<P, Other = P> = [Tensor] extends [P]
  ? TensorLike
  : P extends readonly unknown[]
    ? { readonly [K in keyof P]: [Tensor] extends [P[K]] ? Tensor : TreeLike<P[K], Other extends NotATensor ? Other : P[K]> }
    : P extends object
      ? { readonly [K in keyof P]: TreeLike<P[K], Other extends NotATensor ? Other : P[K]> }
      : P extends null | undefined
        ? P
        : Other;

/** Where a tree has something else than tensors: inside the function it would be a Tensor, whatever its type says. */
export interface NotATensor {
  /** What the compiler shows. */
  readonly expected: "a Tensor; what is no tensor goes into an argument of its own, outside of the tree";
}

/** The same for each argument of a function. */
export type TreesLike<Args extends unknown[]> = { [I in keyof Args]: TreeLike<Args[I]> };

/** The tensors of a tree in order, and where each stands: `.w[0]`. */
export interface Flat {
  readonly leaves: Tensor[];
  readonly paths: string[];
  /** The places among the leaves of those that came as plain numbers. */
  readonly numbers: ReadonlySet<number>;
  /** Puts other values in the tensors' places. */
  readonly rebuild: (values: readonly unknown[]) => unknown;
}

/** What to do with what is neither a tensor nor a branch, such as text: refuse it, or put it back where it stood. */
export type Others = "refuse" | "keep";

/**
 * Takes a tree apart. An array of numbers is one tensor; an array with anything else in it is a branch.
 * `name` is the calling function's and `what` the argument's, for errors.
 */
export function flatten(name: string, what: string, tree: unknown, others: Others = "refuse"): Flat {
  const leaves: Tensor[] = [];
  const paths: string[] = [];
  const numbers = new Set<number>();
  type Build = (values: readonly unknown[]) => unknown;
  const walk = (value: unknown, path: string, depth: number): Build => {
    if (depth > DEEPEST)
      throw new TypeError(`${name}: expected a tree at most ${DEEPEST} levels deep, got a deeper one; does a part of it hold itself?`);
    const isEmptyTensor = path === "" && Array.isArray(value) && value.length === 0; // a whole tree without tensors would be of no use
    if (value instanceof Tensor || typeof value === "number" || isNumericArray(value) || isNested(value) || isEmptyTensor) {
      const at = leaves.length;
      if (typeof value === "number") numbers.add(at);
      leaves.push(asTensor(name, value as TensorLike));
      paths.push(path);
      return (values) => values[at];
    }
    if (Array.isArray(value)) {
      const parts = value.map((child, i) => walk(child, `${path}[${i}]`, depth + 1));
      return (values) => parts.map((part) => part(values));
    }
    if (isPlainObject(value)) {
      const parts = Object.keys(value).map((key) => [key, walk(value[key], `${path}.${key}`, depth + 1)] as const);
      return (values) => Object.fromEntries(parts.map(([key, part]) => [key, part(values)]));
    }
    if (others === "keep" && (value === null || !/^(?:object|function)$/.test(typeof value))) return () => value;
    throw new TypeError(
      `${name}: expected a tensor, a number, or arrays and plain objects of them, got ${describe(value)} at ${what}${nameFrom(path)}${adviceOnTensor(value)}`,
    );
  };
  return { rebuild: walk(tree, "", 0), leaves, paths, numbers };
}

/** A tree may be so deep: the stack of every JavaScript engine holds the calls. */
export const DEEPEST = 500;

/** Where a tensor stands in its tree as a name: `w`, `layers[0].w`; empty for a tree that is the tensor itself. */
export const nameOfPath = (path: string): string => nameFrom(path.replace(/^\./, ""));

/** Puts values, in order, in the places of the tensors of several trees. */
export function rebuildAll(flats: readonly Flat[], values: readonly unknown[]): unknown[] {
  let at = 0;
  return flats.map(({ leaves, rebuild }) => {
    at += leaves.length;
    return rebuild(values.slice(at - leaves.length, at));
  });
}

/** Takes apart a tree that must have the structure of `like`; returns its tensors in the same order. */
export function flattenLike(name: string, what: string, tree: unknown, like: Flat): Tensor[] {
  const flat = flatten(name, what, tree);
  const same = flat.paths.length === like.paths.length && flat.paths.every((path, i) => path === like.paths[i]);
  if (!same) throw new TypeError(`${name}: ${what} must have the structure ${describePaths(like.paths)}, got ${describePaths(flat.paths)}`);
  return flat.leaves;
}

const describePaths = (paths: readonly string[]): string =>
  paths.length === 1 && paths[0] === "" ? "of a single tensor" : `{ ${paths.slice(0, 8).join(", ")}${paths.length > 8 ? ", …" : ""} }`;

/** Whether an array holds numbers only, as deep as a tensor has axes. An empty branch holds none. */
const isNested = (value: unknown, axes = MOST_AXES): boolean =>
  Array.isArray(value) && value.length > 0 && axes > 0 && value.every((part) => typeof part === "number" || isNested(part, axes - 1));
