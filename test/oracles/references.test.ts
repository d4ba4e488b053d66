import { type Tensor, tensor, vjp } from "gradtape";
import { describe, expect, test } from "vitest";
import { functions } from "../references/functions.js";
import references from "../references/tensors.json" with { type: "json" };

function expectClose(found: Tensor, expected: unknown): void {
  const wanted = tensor(expected as number[]);
  expect(found.shape).toEqual(wanted.shape);
  found.data.forEach((v, i) => {
    expect(Math.abs(v - wanted.data[i])).toBeLessThanOrEqual(2e-14 * Math.max(1, Math.abs(wanted.data[i])));
  });
}

describe("values and gradients are those of PyTorch", () => {
  for (const [name, { inputs, value, cotangent, gradients }] of Object.entries(references)) {
    test(name, () => {
      const [output, pullback] = vjp<Tensor[], Tensor>(
        functions[name as keyof typeof references],
        ...inputs.map((x) => tensor(x as number[])),
      );
      expectClose(output, value);
      pullback(cotangent as number[]).forEach((g, i) => {
        expectClose(g, gradients[i]);
      });
    });
  }
});
