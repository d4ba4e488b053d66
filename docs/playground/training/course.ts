// How training goes, seen from its losses.

/** So many of the last losses are looked at. */
const WINDOW = 24;

export type Course = "falls" | "arrives" | "crawls" | "oscillates" | "diverges";

/**
 * What the last losses of gradient descent, one a step, say. It *diverges* where they end above twice what the run began with and still
 * rise; it *oscillates* where every fourth step or more leads up; where a hundred such steps would lower the loss by
 * less than a hundredth of itself, it *arrives* if the decreases shrink fast, as near a bottom, and *crawls* if they do not.
 */
export function courseOf(losses: readonly number[], began: number): Course | undefined {
  if (losses.length < WINDOW) {
    const last = losses[losses.length - 1];
    return losses.length > 3 && last > 2 * began && last > losses[losses.length - 2] ? "diverges" : undefined;
  }
  const late = losses.slice(-WINDOW);
  const [first, last] = [late[0], late[WINDOW - 1]];
  const ups = late.filter((loss, i) => i > 0 && loss > late[i - 1] * (1 + 1e-9)).length;
  if (last > 2 * began && last > first) return "diverges";
  if (ups >= WINDOW / 4) return "oscillates";
  if (((first - last) / (WINDOW - 1)) * 100 >= 0.01 * last) return "falls";
  const middle = late[WINDOW / 2];
  return middle - last > 0.8 * (first - middle) ? "crawls" : "arrives";
}

/** The last losses of a run, and what it began with. */
export class Losses {
  private readonly last: number[] = [];
  private began = Number.NaN;

  add(loss: number): void {
    if (Number.isNaN(this.began)) this.began = loss;
    this.last.push(loss);
    if (this.last.length > WINDOW) this.last.shift();
  }

  clear(): void {
    this.last.length = 0;
    this.began = Number.NaN;
  }

  get course(): Course | undefined {
    return courseOf(this.last, this.began);
  }
}
