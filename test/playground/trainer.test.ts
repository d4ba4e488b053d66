import { expect, test } from "vitest";
import { initialTraining, type TrainingState } from "../../docs/playground/state.js";
import { Trainer } from "../../docs/playground/training/trainer.js";

/** A trainer that nobody looks at, and the steps that it measured. */
function trainerOf(state: Partial<TrainingState>): { readonly trainer: Trainer; readonly steps: number[] } {
  const steps: number[] = [];
  const nothing = (): void => undefined;
  const trainer = new Trainer(initialTraining, {
    measured: (iteration) => steps.push(iteration),
    cleared: nothing,
    replaced: nothing,
    changed: nothing,
    moved: nothing,
  });
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
  expect(trainer.points.length).toBe(1004);
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
