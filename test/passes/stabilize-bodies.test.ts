import { checkpoint, scan, stabilize, type Tensor, tensor, vmap } from "gradtape";
import { describe, expect, test } from "vitest";
import { cases } from "../oracles/cases.js";

// The step of a loop and the function of a checkpoint are recorded without numbers: forms are found there that read none.

/** f in a function that is recorded so, from one tensor to the same as f itself. */
const bodies: Record<string, (f: (x: Tensor) => Tensor, x: Tensor) => Tensor> = {
  "in a loop": (f, x) => scan((carry: Tensor) => [carry, f(carry)], x, 1)[1].squeeze(0),
  "of a checkpoint": (f, x) => checkpoint(f)(x),
  "in a loop in a loop": (f, x) =>
    scan((outer: Tensor) => [outer, scan((carry: Tensor) => [carry, f(carry)], outer, 1)[1]], x, 1)[1].squeeze([0, 1]),
  "of a batch in a loop": (f, x) => scan((carry: Tensor) => [carry, vmap(f)(carry.expandDims(0))], x, 1)[1].squeeze([0, 1]),
};

const close = (found: Tensor, expected: Tensor, title: string): void => {
  expect(found.shape, title).toEqual(expected.shape);
  found.data.forEach((v, i) => {
    const w = expected.data[i];
    expect(Object.is(v, w) || Math.abs(v - w) <= 1e-12 * Math.max(1, Math.abs(w)), `${title}: ${v} and ${w}`).toBe(true);
  });
};

describe("stabilize reads a body", () => {
  const toNumbers: Record<string, (x: Tensor) => Tensor> = {
    "x − x": (x) => x.sub(x).add(1),
    "0·x": (x) => x.mul(0).exp(),
    "x⁰": (x) => x.pow(0).exp(),
    "x/x": (x) => x.div(x).log(),
    "ln eˣ − x": (x) => x.exp().log().sub(x).exp(),
    "max(x, x) − x": (x) => x.maximum(x).sub(x).square(),
  };
  for (const [where, run] of Object.entries(bodies)) {
    for (const [what, f] of Object.entries(toNumbers))
      test(`${where}, where ${what} is a number`, () => {
        for (const x of [tensor(2), tensor([2, 3])]) close(stabilize((t: Tensor) => run(f, t))(x), f(x), what);
      });

    test(`${where}, with every op in it`, () => {
      for (const { op, title, f, inputs } of cases) {
        const own = (x: Tensor): Tensor => f(x, ...inputs.slice(1));
        close(stabilize((x: Tensor) => run(own, x))(inputs[0]), run(own, inputs[0]), `${op} ${title}`);
      }
    });
  }
});
