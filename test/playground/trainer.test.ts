import { expect, test } from "vitest";
import { initialTraining, type TrainingState } from "../../docs/playground/state.js";
import { courseOf } from "../../docs/playground/training/course.js";
import { heightOf } from "../../docs/playground/training/curve.js";
import { dataSets } from "../../docs/playground/training/data-sets.js";
import { joined, levelLine } from "../../docs/playground/training/level-lines.js";
import { initialWeights } from "../../docs/playground/training/model.js";
import { pointsOf } from "../../docs/playground/training/points.js";
import { Trainer } from "../../docs/playground/training/trainer.js";

/** A trainer that nobody looks at, and the steps that it measured. */
function trainerOf(state: Partial<TrainingState>): { readonly trainer: Trainer; readonly steps: number[] } {
  const steps: number[] = [];
  const nothing = (): void => undefined;
  const trainer = new Trainer(
    initialTraining,
    {
      measured: (iteration) => steps.push(iteration),
      cleared: nothing,
      replaced: nothing,
      changed: nothing,
      moved: nothing,
    },
    pointsOf,
  );
  trainer.load({ ...initialTraining, source: "none", ...state });
  return { trainer, steps };
}

const separable: TrainingState["placed"] = [
  [-1, 0, 0],
  [-2, 1, 0],
  [1, 0, 1],
  [2, -1, 1],
];

function messageAfter(state: Partial<TrainingState>, most: number): string {
  const { trainer } = trainerOf(state);
  for (let i = 0; i < most && trainer.message === ""; i++) trainer.advance();
  return trainer.message;
}

test("Where the minimum is infinitely far away, training has not converged but says why", () => {
  expect(messageAfter({ placed: separable, method: "newton", l2: 0 }, 60)).toMatch(/L2 is 0.*grow without end/);
  expect(messageAfter({ placed: separable, method: "newton", l2: 0.01 }, 60)).toMatch(/^Converged/);
  const oneClass = separable.filter(([, , label]) => label === 1);
  expect(messageAfter({ placed: oneClass, method: "newton", l2: 0.01 }, 60)).toMatch(/All points are of class 1/);
});

test("The learning rate is blamed only for a step from a loss that was finite", () => {
  expect(messageAfter({ placed: separable, learningRate: 1e300, l2: 10 }, 5)).toMatch(/the learning rate is too large/);
  expect(messageAfter({ placed: separable, weights: [0, 1e300, 1], iteration: 5 }, 5)).toMatch(/not finite at these weights/);
});

test("Other points keep those that were placed, and begin with new weights", () => {
  const { trainer } = trainerOf({ placed: separable });
  trainer.advance();
  trainer.restart({ source: "sample" });
  expect([trainer.points.train.length, trainer.points.test.length]).toEqual([754, 250]);
  expect(trainer.state).toMatchObject({ placed: separable, iteration: 0, weights: [0, 0, 0] });
});

test("A state from outside brings no message of another one", () => {
  const { trainer, steps } = trainerOf({ placed: separable, weights: [0, 1e300, 1], iteration: 5 });
  trainer.advance();
  expect(trainer.message).not.toBe("");
  trainer.load({ ...initialTraining, iteration: 7 });
  expect(trainer.message).toBe("");
  expect(steps[steps.length - 1]).toBe(7);
});

/** A trainer after some steps. */
function trained(state: Partial<TrainingState>, steps: number): Trainer {
  const { trainer } = trainerOf({ ...state, weights: initialWeights(state.hidden ?? 0) });
  for (let i = 0; i < steps; i++) trainer.advance();
  return trainer;
}

test("A line cannot part any of the four data sets; a hidden layer learns each, also for points that it has not seen", () => {
  const steps = { xor: 400, moons: 400, circles: 400, spiral: 2500 };
  for (const source of Object.keys(dataSets) as (keyof typeof dataSets)[]) {
    const line = trained({ source, method: "newton", l2: 0 }, 8).last;
    expect(line?.accuracy, source).toBeLessThan(0.9);
    const network = trained(
      { source, hidden: source === "spiral" ? 32 : 8, method: "adam", learningRate: 0.03, l2: 0 },
      steps[source],
    ).last;
    expect(network?.accuracy, source).toBeGreaterThan(0.97);
    expect(network?.testAccuracy, source).toBeGreaterThan(0.95);
    expect(network?.testLoss, source).toBeLessThan(0.25);
  }
});

test("A network with L2 comes back to its minimum by its own gradient", () => {
  const trainer = trained({ source: "moons", hidden: 2, method: "gd", learningRate: 0.5, l2: 0.1 }, 3000);
  expect(trainer.last?.gradientNorm).toBeLessThan(1e-3);
});

test("It is said when gradient descent crawls, oscillates and diverges, and not of other runs", () => {
  expect(trained({ placed: separable, learningRate: 0.3, l2: 0 }, 40).course).toBe("The loss falls.");
  expect(trained({ placed: separable, learningRate: 30, l2: 0 }, 4000).course).toContain("every point is on its own side already");
  expect(trained({ source: "sample", learningRate: 0.0001, l2: 0 }, 40).course).toContain("Raise the learning rate");
  expect(trained({ source: "sample", learningRate: 30, l2: 0.01 }, 60).course).toContain("oscillates");
  expect(trained({ source: "sample", learningRate: 1, l2: 0.01 }, 90).course).toContain("almost reached its minimum");
  expect(trained({ placed: separable, learningRate: 30, l2: 1 }, 12).course).toContain("diverges");
  expect(trained({ placed: separable, method: "newton", l2: 0 }, 12).course).toBe("");
  expect(courseOf([1, 0.9, 0.8], 1)).toBeUndefined();
});

test("One loss that shoots up does not flatten the curve", () => {
  const falling = Array.from({ length: 50 }, (_, i) => 1 / (1 + i));
  expect(heightOf(falling)[1]).toBeCloseTo(1.05);
  expect(heightOf([...falling, 1e9])[1]).toBeLessThan(2);
  expect(heightOf([])).toEqual([0, 1]);
  expect(heightOf([0, 0])).toEqual([0, 1]);
});

test("A level line goes where the values cross the level, in one piece", () => {
  // x² + y² on a net from −2 to 2: the level 1 is a circle of radius 1, eight cells.
  const columns = 33;
  const at = (i: number): number => -2 + i / 8;
  const values = Array.from({ length: columns * columns }, (_, k) => at(k % columns) ** 2 + at(Math.floor(k / columns)) ** 2);
  const [circle, ...others] = joined(levelLine(values, columns, 1));
  expect(others).toEqual([]);
  expect(circle.length).toBeGreaterThan(50);
  for (const [i, j] of circle) expect(Math.abs(Math.hypot(at(i), at(j)) - 1)).toBeLessThan(0.005);
  expect(circle[0]).toEqual(circle[circle.length - 1]);
  expect(levelLine(values, columns, 100)).toEqual([]);
});
