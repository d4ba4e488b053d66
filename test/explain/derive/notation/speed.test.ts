import { derive, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { Allowance, spend, withinBudget } from "../../../../src/explain/derive/algebra/budget.js";
import { LARGE_TAPES } from "./large-tapes.js";

/** The steps of the algebra and of the printing that a piece of work takes. */
function stepsOf(work: () => void): number {
  let steps = 0;
  withinBudget(Number.MAX_SAFE_INTEGER, work, (used) => {
    steps = used;
  });
  return steps;
}

/** About twice what the slowest of them took. */
const MOST_OF_300 = 600_000;
const MOST_OF_1800 = 2_600_000;
const SLOWEST = ["layers of attention", "a chain of named values"];

describe("the steps of a derivation do not run away:", () => {
  test.each(LARGE_TAPES)("$name of 300 nodes", ({ make }) => {
    const { f, x, y } = make(300);
    let verdict = "";
    const steps = stepsOf(() => {
      ({ verdict } = derive(f, x, y, { wrt: [0, 1] }));
    });
    expect(verdict).toContain("gives the same");
    expect(steps).toBeLessThan(MOST_OF_300);
  });

  test.each(LARGE_TAPES.filter(({ name }) => SLOWEST.includes(name)))("$name of 1,800 nodes", ({ make }) => {
    const { f, x, y } = make(1800);
    let verdict = "";
    const steps = stepsOf(() => {
      ({ verdict } = derive(f, x, y));
    });
    expect(verdict).toContain("gives the same");
    expect(steps).toBeLessThan(MOST_OF_1800);
  });

  test.each([12, 120])("second derivatives of a product within a product, %i times over", (times) => {
    const tower = (x: Tensor): Tensor => {
      let v = x;
      for (let k = 0; k < times; k++) v = v.sin().mul(v);
      return v;
    };
    let text = "";
    const steps = stepsOf(() => {
      text = String(derive(tower, tensor(0.7).named("x"), { order: 2 }));
    });
    expect(text).toContain("…");
    expect(steps).toBeLessThan(MOST_OF_300);
  });
});

describe("an allowance", () => {
  /** Takes so many steps, and says when it is done. */
  const work = (steps: number) => (): string => {
    for (let k = 0; k < steps; k++) spend(1);
    return "done";
  };

  test("gives each a part of what is left, and what nobody used stays", () => {
    const allowance = new Allowance(1000, 0.5);
    expect(allowance.spendOn(1000, work(500))).toBe("done"); // half of 1,000
    expect(allowance.spendOn(1000, work(251))).toBeUndefined(); // half of 500 is less
    expect(allowance.spendOn(1000, work(120))).toBe("done"); // half of 249
    expect(allowance.spendOn(10, work(11))).toBeUndefined(); // more than it may, whatever is left
    expect(allowance.spendOn(1000, work(58))).toBe("done");
  });

  test("runs out, and all that comes later gets nothing", () => {
    const allowance = new Allowance(4, 1);
    expect(allowance.spendOn(100, work(5))).toBeUndefined();
    expect(allowance.spendOn(100, work(1))).toBeUndefined();
    expect(allowance.spendOn(100, work(0))).toBe("done");
  });
});
