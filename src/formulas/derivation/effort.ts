// A derivation may be a stranger's: what checking it costs is counted, about in microseconds.

/** No more is left to spend. */
export class Exhausted extends Error {}

/** For the verdicts of all lines, some seconds. */
const VERDICTS = 1_000_000;
/** For the hints of all lines. */
const HINTS = 500_000;

/** So many products take about as long as what else there is to do for a part. */
const PRODUCTS = 1000;

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

  /** Pays for a part of a formula, evaluated once, and for so many products of numbers in it. */
  spend(products = 0): void {
    this.left[this.what] -= 1 + products / PRODUCTS;
    if (this.left[this.what] < 0)
      throw new Exhausted("the derivation is too long, or its data too large, to be checked whole; check it in parts, or with less data");
  }
}
