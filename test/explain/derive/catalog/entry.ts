import { type Tensor, tensor } from "gradtape";
import { numbers, seedOf } from "../../../support/random.js";

// A loss or model whose gradient stands in a textbook or a paper.

/** Where an argument comes from: numbers of a shape, drawn anew for each point. */
export interface Domain {
  readonly shape: readonly number[];
  readonly draw: (next: Next, shape: readonly number[]) => readonly number[];
}
type Next = (low: number, high: number) => number;

export interface Entry {
  /** What it is called. */
  readonly name: string;
  /** The book or paper in which the loss and its derivative stand. */
  readonly source: string;
  readonly loss: (...args: Tensor[]) => Tensor;
  /** The arguments in their order. */
  readonly args: Readonly<Record<string, Domain>>;
  /** By the name of an argument the derivative as textbooks have it; of second derivatives by "w" or "w, b". */
  readonly textbook: Readonly<Record<string, string>>;
  /** Second derivatives, and not first ones. */
  readonly order?: 2;
}

// biome-ignore lint/suspicious/noExplicitAny: losses take as many arguments as they like
type Loss = (...args: any[]) => Tensor;

/** A loss with the derivative by its first argument, or by several. */
export function entry(name: string, source: string, args: Entry["args"], loss: Loss, textbook: string | Entry["textbook"]): Entry {
  const [first] = Object.keys(args);
  return { name, source, args, loss, textbook: typeof textbook === "string" ? { [first]: textbook } : textbook };
}

/** A loss with its second derivative. */
export const second = (...given: Parameters<typeof entry>): Entry => ({ ...entry(...given), order: 2 });

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const lastOf = (shape: readonly number[]): number => shape[shape.length - 1] ?? 1;
const each =
  (one: (next: Next, i: number) => number): Domain["draw"] =>
  (next, shape) =>
    Array.from({ length: sizeOf(shape) }, (_, i) => one(next, i));

export const real = (...shape: number[]): Domain => ({ shape, draw: each((next) => next(-1.5, 1.5)) });
export const positive = (...shape: number[]): Domain => ({ shape, draw: each((next) => next(0.3, 2.5)) });
/** Between 0 and 1. */
export const unit = (...shape: number[]): Domain => ({ shape, draw: each((next) => next(0.1, 0.9)) });
/** 0 or 1, both among the first two. */
export const binary = (...shape: number[]): Domain => ({ shape, draw: each((next, i) => (i < 2 ? i : Number(next(0, 1) < 0.5))) });
/** −1 or 1, both among the first two. */
export const signs = (...shape: number[]): Domain => ({ shape, draw: each((next, i) => (i < 2 ? 2 * i - 1 : next(0, 1) < 0.5 ? -1 : 1)) });
export const counts = (...shape: number[]): Domain => ({ shape, draw: each((next) => Math.floor(next(0, 5))) });
/** Places along an axis of so many. */
export const places = (count: number, ...shape: number[]): Domain => ({ shape, draw: each((next) => Math.floor(next(0, count))) });

/** Rows that sum to 1. */
export const simplex = (...shape: number[]): Domain => ({
  shape,
  draw: (next, own) => {
    const count = lastOf(own);
    const raw = Array.from({ length: sizeOf(own) }, () => next(0.2, 1));
    const total = (row: number): number => raw.slice(row * count, (row + 1) * count).reduce((a, b) => a + b, 0);
    return raw.map((x, i) => x / total(Math.floor(i / count)));
  },
});

/** Rows with a single 1. */
export const oneHot = (...shape: number[]): Domain => ({
  shape,
  draw: (next, own) => {
    const count = lastOf(own);
    const at = Array.from({ length: sizeOf(own) / count }, () => Math.floor(next(0, count)));
    return Array.from({ length: sizeOf(own) }, (_, i) => Number(at[Math.floor(i / count)] === i % count));
  },
});

/** Each row matches one column: a permutation. */
export const matched = (size: number): Domain => ({
  shape: [size, size],
  draw: (next, [count]) => {
    const order = Array.from({ length: count }, (_, i) => ({ i, key: next(0, 1) })).sort((a, b) => a.key - b.key);
    return Array.from({ length: count * count }, (_, k) => Number(order[Math.floor(k / count)].i === k % count));
  },
});

/** A symmetric positive definite matrix. */
export const definite = (size: number): Domain => ({
  shape: [size, size],
  draw: (next, [count]) => {
    const half = Array.from({ length: count }, () => Array.from({ length: count }, () => next(-1, 1)));
    const dot = (i: number, j: number): number => half[i].reduce((sum, x, k) => sum + x * half[j][k], 0);
    return Array.from({ length: count * count }, (_, k) => {
      const [i, j] = [Math.floor(k / count), k % count];
      return dot(i, j) + (i === j ? 1 : 0);
    });
  },
});

/** The arguments of an entry at a point, labeled by their names. */
export function pointOf({ name, args }: Entry, point: number): Tensor[] {
  return Object.entries(args).map(([label, { shape, draw }]) => {
    const next = numbers(seedOf(`${name} ${label} ${point}`));
    return tensor(Float64Array.from(draw(next, shape)), [...shape]).named(label);
  });
}
