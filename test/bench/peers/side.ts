// One of those that take turns, and the table of what they needed.
import { alternateBatches, type Batch, checkAgreement, compare, disagreement, median, timed } from "../measure.js";
import { digits, printTable, quartiles, times } from "../report.js";

export interface Side {
  readonly name: string;
  readonly precision: "float64" | "float32";
  /** How far its results may be off, if not as far as its precision says. */
  readonly atMost?: number;
  /** What a call computes. Each list is compared by itself, relative to its largest number. */
  readonly results: () => Results | Promise<Results>;
  readonly batch: Batch;
  /** Lets go of its memory, or its process. */
  readonly close?: () => void;
}

export type Results = readonly ArrayLike<number>[];

const AT_MOST = { float64: 1e-12, float32: 1e-4 };

/**
 * Each side runs for so long before it is timed, and for a call at least. The others have emptied the caches, and a
 * processor that was idle while they ran takes milliseconds until its vector units are at full speed.
 */
const READY_MS = 10;

/** A batch of calls that are done when they return. */
export const inTurn =
  (run: () => void): Batch =>
  (calls) => {
    const ready = performance.now() + READY_MS;
    do run();
    while (performance.now() < ready);
    return timed(run, calls);
  };

/** A batch of calls that each have to be waited for. */
export const waitedFor =
  (run: () => Promise<void>): Batch =>
  async (calls) => {
    const ready = performance.now() + READY_MS;
    do await run();
    while (performance.now() < ready);
    const start = performance.now();
    for (let i = 0; i < calls; i++) await run();
    return (performance.now() - start) / calls;
  };

export interface Measured {
  /** The time of the first side relative to that of another, if that one took part. */
  readonly against: (name: string) => number | undefined;
  /** The time of one side relative to that of another. */
  readonly ratio: (name: string, to: string) => number;
}

/** Checks the results of all sides against those of the reference, lets them take turns, prints their table and closes them. */
export async function measure(where: string, sides: readonly Side[], reference: Side): Promise<Measured> {
  try {
    const expected = await reference.results();
    const differences: number[] = [];
    for (const side of sides) {
      const found = await side.results();
      const difference = Math.max(...expected.map((list, i) => disagreement(found[i] ?? [], list)));
      checkAgreement(`${where}, ${side.name}`, difference, side.atMost ?? AT_MOST[side.precision]);
      differences.push(difference);
    }
    const measured = await alternateBatches(sides.map(({ batch }) => batch));
    const medians = new Map(sides.map(({ name }, i) => [name, median(measured[i])]));
    console.log(`\n### ${where}\n`);
    printTable(
      ["", "ms a call", "relative to the first", "quartiles", "largest difference", "rounds"],
      sides.map(({ name }, i) => {
        const comparison = compare(measured[i], measured[0]);
        const relative = i === 0 ? ["", ""] : [times(comparison.ratio), quartiles(comparison)];
        return [name, digits(median(measured[i])), ...relative, digits(differences[i]), String(measured[i].length)];
      }),
    );
    const of = (name: string): number => medians.get(name) ?? Number.NaN;
    return {
      against: (name) => (medians.has(name) ? of(sides[0].name) / of(name) : undefined),
      ratio: (name, to) => of(name) / of(to),
    };
  } finally {
    for (const { close } of sides) close?.();
  }
}
