import { checkpoint, derive, eye, scan, slogdet, type Tensor, tensor, where } from "gradtape";
import { expect, test } from "vitest";

// The step of a loop has no numbers: what a reading would decide by numbers stands as it is there.
const steps: Record<string, (c: Tensor) => Tensor> = {
  "a choice": (c) => where(c.greater(0), c, c.mul(2)),
  "a product": (c) => c.add(c.prod()),
  "a determinant": (c) => c.add(slogdet(eye(2).add(c.expandDims(1).matmul(c.expandDims(0))))[1]),
};

for (const [what, step] of Object.entries(steps))
  test(`${what} in a loop, and in a function that runs again, is derived`, () => {
    const inLoop = (x: Tensor): Tensor => scan((c: Tensor) => [step(c), undefined], x, 2)[0].sum();
    for (const f of [inLoop, (x: Tensor): Tensor => checkpoint(step)(x).sum()])
      expect(derive(f, tensor([0.3, 0.4]).named("x")).gradients.get("x")).toBeTypeOf("string");
  });
