/** A simplification took more steps than it may: what was found so far stands. */
export class OutOfBudget extends Error {}

let left = Number.POSITIVE_INFINITY;

/** Counts steps of the algebra, and ends what takes too many of them. */
export function spend(steps: number): void {
  left -= steps;
  if (left < 0) throw new OutOfBudget("derive: out of budget");
}

/** What `body` returns, or nothing if it took more than so many steps. What it took counts for whoever is around it, too. */
export function withinBudget<T>(steps: number, body: () => T): T | undefined {
  const before = left;
  const given = Math.min(steps, Math.max(left, 0));
  left = given;
  try {
    return body();
  } catch (error) {
    if (error instanceof OutOfBudget) return undefined;
    throw error;
  } finally {
    left = before - (given - Math.max(left, 0));
  }
}
