import { DomainError, describe } from "../base/errors.js";
import { allocate, checkShape } from "../base/shape.js";
import { philox } from "../kernels/philox.js";
import { Tensor } from "./tensor.js";

/** A stream of random numbers: see {@link random}. Each call goes on where the last one ended. */
export interface Random {
  /** Numbers from `low` to below `high`, evenly spread, with 53 random bits each. */
  uniform(shape: readonly number[], low?: number, high?: number): Tensor;
  /** Normally distributed numbers. */
  normal(shape: readonly number[], mean?: number, std?: number): Tensor;
  /** The whole numbers from 0 to n − 1 in random order; all orders are equally likely. */
  permutation(n: number): Tensor;
  /** `count` different whole numbers from 0 to n − 1, in random order: indices of a batch for {@link take}. */
  choice(n: number, count: number): Tensor;
  /** Another stream, which shares no numbers with this one; each call gives another one. */
  fork(): Random;
}

/** 2³². */
const WORD = 4294967296;

/**
 * Random numbers from a seed: the same on every platform, to the last bit. The generator is Philox4x32-10 (Salmon, Moraes, Dror and
 * Shaw 2011), which a test holds to its authors' test vectors; normal numbers come from pairs of uniform ones by Marsaglia's polar method.
 *
 * The numbers are constants: a function that is compiled draws them once, when it is recorded. Draw outside and pass them as arguments.
 *
 * @param seed - A whole number from 0 to 2⁵³ − 1; others are a `DomainError`.
 *
 * @example
 * ```ts
 * const draw = random(7);
 * const X = draw.normal([100, 3]);
 * X.shape; // [100, 3]
 * draw.permutation(5).size; // 5
 * random(7).uniform([2]).sub(random(7).uniform([2])).toArray(); // [0, 0]
 * ```
 */
export function random(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new DomainError(`random: expected a whole seed from 0 to 2⁵³ − 1, got ${describe(seed)}`);
  return new Stream(seed >>> 0, Math.floor(seed / WORD));
}

/** Word 3 of the counter tells the numbers of a stream from the keys of its forks. */
const NUMBERS = 0;
const FORKS = 1;

class Stream implements Random {
  private readonly key: readonly [number, number];
  private readonly counter = new Uint32Array(4);
  private readonly words = new Uint32Array(4);
  private unread = 0;
  private forks = 0;

  constructor(key0: number, key1: number) {
    this.key = [key0, key1];
    this.counter[3] = NUMBERS;
  }

  uniform(shape: readonly number[], low = 0, high = 1): Tensor {
    checkNumbers("uniform", low, high);
    if (!(low <= high)) throw new DomainError(`uniform: expected low ≤ high, got ${low} and ${high}`);
    return this.filled("uniform", shape, () => {
      const value = low + (high - low) * this.next();
      return value < high || low === high ? value : low; // rounding may reach what stays outside
    });
  }

  normal(shape: readonly number[], mean = 0, std = 1): Tensor {
    checkNumbers("normal", mean, std);
    if (!(std >= 0)) throw new DomainError(`normal: expected std ≥ 0, got ${std}`);
    let spare: number | undefined;
    return this.filled("normal", shape, () => {
      if (spare !== undefined) {
        const value = mean + std * spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const x = 2 * this.next() - 1;
        const y = 2 * this.next() - 1;
        const s = x * x + y * y;
        if (s >= 1 || s === 0) continue;
        const factor = Math.sqrt((-2 * logarithm(s)) / s);
        spare = y * factor;
        return mean + std * (x * factor);
      }
    });
  }

  permutation(n: number): Tensor {
    checkCount("permutation", n);
    return this.shuffled("permutation", n, n);
  }

  choice(n: number, count: number): Tensor {
    checkCount("choice", n);
    if (!Number.isSafeInteger(count) || count < 0 || count > n)
      throw new DomainError(`choice: expected a whole count from 0 to ${n}, since the numbers are different, got ${describe(count)}`);
    return this.shuffled("choice", n, count);
  }

  fork(): Random {
    const key = new Uint32Array(4);
    philox(key, [this.forks >>> 0, Math.floor(this.forks / WORD), 0, FORKS], this.key);
    this.forks++;
    return new Stream(key[0], key[1]);
  }

  /** The first `count` of 0 … n − 1 after Fisher and Yates have shuffled them. */
  private shuffled(name: string, n: number, count: number): Tensor {
    const values = allocate(name, [n]);
    for (let i = 0; i < n; i++) values[i] = i;
    for (let i = 0; i < count; i++) {
      const j = i + this.below(n - i);
      [values[i], values[j]] = [values[j], values[i]];
    }
    return Tensor.wrap(Object.freeze([count]), count === n ? values : values.slice(0, count));
  }

  private filled(name: string, shape: readonly number[], next: () => number): Tensor {
    const own = checkShape(name, shape);
    const values = allocate(name, own);
    for (let i = 0; i < values.length; i++) values[i] = next();
    return Tensor.wrap(own, values);
  }

  /** A number from 0 to below 1 with 53 random bits. */
  private next(): number {
    const upper = this.word() >>> 5;
    return (upper * 2 ** 26 + (this.word() >>> 6)) * 2 ** -53;
  }

  /** A whole number from 0 to n − 1: what would make some of them likelier is drawn again. */
  private below(n: number): number {
    if (n > WORD) return Math.floor(this.next() * n);
    const limit = WORD - (WORD % n);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % n;
    }
  }

  private word(): number {
    if (this.unread === 0) {
      philox(this.words, this.counter, this.key);
      this.unread = 4;
      for (let i = 0; i < 3; i++) if (++this.counter[i] < WORD && this.counter[i] !== 0) break;
    }
    return this.words[4 - this.unread--];
  }
}

function checkCount(name: string, n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new DomainError(`${name}: expected a whole number ≥ 0, got ${describe(n)}`);
}

function checkNumbers(name: string, ...values: number[]): void {
  for (const value of values)
    if (!Number.isFinite(value)) throw new DomainError(`${name}: expected finite numbers, got ${describe(value)}`);
}

/**
 * ln s for 0 < s < 1 by arithmetic alone, since `Math.log` may differ from one engine to the next: s = 2ᵏ·m with m from √½ to √2, and
 * ln m = 2 artanh((m − 1)/(m + 1)) by its series.
 */
function logarithm(s: number): number {
  let m = s;
  let k = 0;
  while (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  const t = (m - 1) / (m + 1);
  const t2 = t * t;
  let series = 0;
  for (let i = 21; i > 0; i -= 2) series = series * t2 + 1 / i;
  return 2 * t * series + k * Math.LN2;
}
