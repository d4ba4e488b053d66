// Timing for machines that are never quiet: the sides take turns, so that whatever slows the machine down slows all of them,
// and what is compared is each round's ratio.

/** Shorter batches drown in the resolution of the clock and in single pauses of the garbage collector. */
const BATCH_MS = 4;
const WINDOW = 8;

export interface Options {
  /** At least so many rounds … */
  readonly rounds?: number;
  /** … and more, until this time is over. */
  readonly seconds?: number;
}

/** Runs a side so many times, and tells the milliseconds of one call. */
export type Batch = (calls: number) => number | Promise<number>;

/** For each side, the milliseconds of one call in each round. */
export function alternate(sides: readonly (() => void)[], options: Options = {}): number[][] {
  const turns = schedule(sides.length, options);
  let next = turns.next();
  while (next.done !== true) next = turns.next(timed(sides[next.value.side], next.value.calls));
  return next.value;
}

/** The same for sides that measure themselves, because they have to be waited for or live in another process. */
export async function alternateBatches(sides: readonly Batch[], options: Options = {}): Promise<number[][]> {
  const turns = schedule(sides.length, options);
  let next = turns.next();
  while (next.done !== true) next = turns.next(await sides[next.value.side](next.value.calls));
  return next.value;
}

/** Whose turn it is, and for how many calls. */
interface Turn {
  readonly side: number;
  readonly calls: number;
}

/** Asks for one turn after the other, is given the milliseconds of one call, and returns those of all rounds for each side. */
function* schedule(sides: number, { rounds = 40, seconds = 4 }: Options): Generator<Turn, number[][], number> {
  const batches = new Array<number>(sides).fill(1);
  function* round(turn: number): Generator<Turn, number[], number> {
    const times = new Array<number>(sides);
    // Every other round goes the other way around: no side always runs after the same one.
    for (let i = 0; i < sides; i++) {
      const side = turn % 2 === 0 ? i : sides - 1 - i;
      times[side] = yield { side, calls: batches[side] };
    }
    return times;
  }
  yield* warmUp(batches, round);
  const times = batches.map((): number[] => []);
  const end = performance.now() + seconds * 1000;
  for (let turn = 0; turn < rounds || performance.now() < end; turn++) {
    for (const [side, time] of (yield* round(turn)).entries()) times[side].push(time);
  }
  return times;
}

/** Runs until each side is as fast as it was a window earlier (the compiler is done), two seconds at least and ten at most. */
function* warmUp(batches: number[], round: (turn: number) => Generator<Turn, number[], number>): Generator<Turn, void, number> {
  const start = performance.now();
  let before: number[] | undefined;
  for (let turn = 0; ; ) {
    const window: number[][] = [];
    for (let i = 0; i < WINDOW; i++) window.push(yield* round(turn++));
    const now = batches.map((_, side) => median(window.map((times) => times[side])));
    for (const [side, time] of now.entries()) batches[side] = Math.max(1, Math.round(BATCH_MS / time));
    const stable = before?.every((time, side) => now[side] > 0.95 * time) ?? false;
    const elapsed = performance.now() - start;
    if ((stable && elapsed > 2_000) || elapsed > 10_000) return;
    before = now;
  }
}

/** Milliseconds of one of so many calls. */
export function timed(run: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return (performance.now() - start) / calls;
}

/** The number that a share q of the values stays below. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * (sorted[Math.ceil(at)] - sorted[below]);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** How one side compares with another: the ratio of the medians, and the quartiles of the ratio within a round. */
export interface Comparison {
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
}

export function compare(times: readonly number[], reference: readonly number[]): Comparison {
  const ratios = times.map((time, round) => time / reference[round]);
  return { ratio: median(times) / median(reference), quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
}

/** The largest difference of two lists of numbers, relative to the largest number. */
export function disagreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) return Number.NaN;
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    largest = Math.max(largest, Math.abs(a[i]), Math.abs(b[i]));
  }
  return difference === 0 ? 0 : difference / largest;
}

/** Two sides that compute different things must not be compared. */
export function checkAgreement(what: string, difference: number, atMost = 1e-12): void {
  if (!(difference <= atMost)) throw new Error(`${what}: the sides disagree by ${difference}, relative`);
}
