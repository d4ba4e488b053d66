import { type Tensor, tensor } from "gradtape";
import { numbers, seedOf } from "../../../support/random.js";

// A loss or model whose gradient stands in a textbook or a paper.

/** Where an argument comes from: numbers of a shape, drawn anew for each point. */
export interface Domain {
  readonly shape: readonly number[];
  readonly draw: (next: (low: number, high: number) => number, size: number) => readonly number[];
}

export interface Entry {
  /** What it is called. */
  readonly name: string;
  /** The book or paper, with the equation or section where its gradient, or the loss, stands. */
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

const each =
  (one: (next: (low: number, high: number) => number, i: number) => number): Domain["draw"] =>
  (next, size) =>
    Array.from({ length: size }, (_, i) => one(next, i));

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
  draw: (next, size) => {
    const count = shape[shape.length - 1];
    const raw = Array.from({ length: size }, () => next(0.2, 1));
    const total = (row: number): number => raw.slice(row * count, (row + 1) * count).reduce((a, b) => a + b, 0);
    return raw.map((x, i) => x / total(Math.floor(i / count)));
  },
});

/** Rows with a single 1. */
export const oneHot = (...shape: number[]): Domain => ({
  shape,
  draw: (next, size) => {
    const count = shape[shape.length - 1];
    const at = Array.from({ length: size / count }, () => Math.floor(next(0, count)));
    return Array.from({ length: size }, (_, i) => Number(at[Math.floor(i / count)] === i % count));
  },
});

/** Each row matches one column: a permutation. */
export const matched = (size: number): Domain => ({
  shape: [size, size],
  draw: (next) => {
    const order = Array.from({ length: size }, (_, i) => ({ i, key: next(0, 1) })).sort((a, b) => a.key - b.key);
    return Array.from({ length: size * size }, (_, k) => Number(order[Math.floor(k / size)].i === k % size));
  },
});

/** A symmetric positive definite matrix. */
export const definite = (size: number): Domain => ({
  shape: [size, size],
  draw: (next) => {
    const half = Array.from({ length: size }, () => Array.from({ length: size }, () => next(-1, 1)));
    const dot = (i: number, j: number): number => half[i].reduce((sum, x, k) => sum + x * half[j][k], 0);
    return Array.from({ length: size * size }, (_, k) => {
      const [i, j] = [Math.floor(k / size), k % size];
      return dot(i, j) + (i === j ? 1 : 0);
    });
  },
});

/** The arguments of an entry at a point, labeled by their names. */
export function pointOf({ name, args }: Entry, point: number): Tensor[] {
  return Object.entries(args).map(([label, { shape, draw }]) => {
    const next = numbers(seedOf(`${name} ${label} ${point}`));
    const size = shape.reduce((a, b) => a * b, 1);
    return tensor(Float64Array.from(draw(next, size)), [...shape]).named(label);
  });
}
