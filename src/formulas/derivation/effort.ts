import { innerOf, type Written } from "./parse.js";

// A derivation may be a stranger's: what checking it costs is counted, in parts of formulas that are evaluated at a point.

/** No more is left to spend. */
export class Exhausted extends Error {}

/** For the verdicts of all lines, some seconds. */
const VERDICTS = 1_000_000;
/** For the hints of all lines. */
const HINTS = 500_000;

/** What is left to spend on verdicts and on hints. */
export class Effort {
  private left = { verdicts: VERDICTS, hints: HINTS };
  private what: "verdicts" | "hints" = "verdicts";

  /** Runs `body` at the expense of hints; `undefined` where no more is left for them. */
  onHints<T>(body: () => T): T | undefined {
    this.what = "hints";
    try {
      return body();
    } catch (error) {
      if (error instanceof Exhausted) return undefined;
      throw error;
    } finally {
      this.what = "verdicts";
    }
  }

  /** Pays for a formula at so many points, where an index goes over at most so many places. */
  spend(written: Written, points: number, length = 1): void {
    this.left[this.what] -= partsOf(written, length) * points;
    if (this.left[this.what] < 0) throw new Exhausted("the derivation is too long to be checked whole; check it in parts");
  }
}

/** How many numbers, names, sums, products and calls are evaluated for a formula. */
export const partsOf = (written: Written, length = 1): number =>
  innerOf(written).reduce((sum, inner) => sum + partsOf(inner, length), 1) *
  (written.kind === "total" ? length ** written.indices.length : 1);
