import { expect, test } from "vitest";
import { ticksOf } from "../../docs/playground/training/plot.js";

test.each([
  [-3.5, 3.5, [-3, -2, -1, 0, 1, 2, 3]],
  [-4, 9, [-4, -2, 0, 2, 4, 6, 8]],
  [-100, 100, [-100, -50, 0, 50]],
  [0, 0.6, [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
])("An axis from %d to %d has its ticks at round numbers", (low, high, ticks) => {
  expect(ticksOf([low, high])).toEqual(ticks);
});

test("An axis of any length has a few ticks", () => {
  for (const size of [1e-6, 0.3, 7, 12, 1e3, 1e9, 1e300]) {
    const ticks = ticksOf([-size, size]);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(8);
  }
});
