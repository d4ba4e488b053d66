/** A simplification took more steps than it may: what was found so far stands. */
export class OutOfBudget extends Error {}

let left = Number.POSITIVE_INFINITY;

/** Counts steps of the algebra, and ends what takes too many of them. */
export function spend(steps: number): void {
  left -= steps;
  if (left < 0) throw new OutOfBudget("derive: out of budget");
}

/** Steps for all simplifications of a derivation together. Each may take a part of what is left, so that none is without. */
export class Allowance {
  constructor(
    private left: number,
    private readonly part: number,
  ) {}

  /** What `body` returns, or nothing if it took more than its part, or more than so many steps. */
  spendOn<T>(most: number, body: () => T): T | undefined {
    const given = Math.min(most, Math.floor(this.left * this.part));
    return withinBudget(given, body, (used) => {
      this.left -= used;
    });
  }
}

/**
 * What `body` returns, or nothing if it took more than so many steps. What it took is told, and counts for whoever is around it,
 * too.
 */
export function withinBudget<T>(steps: number, body: () => T, tell?: (used: number) => void): T | undefined {
  const before = left;
  const given = Math.min(steps, Math.max(left, 0));
  left = given;
  try {
    return body();
  } catch (error) {
    if (error instanceof OutOfBudget) return undefined;
    throw error;
  } finally {
    const used = given - Math.max(left, 0);
    left = before - used;
    tell?.(used);
  }
}
