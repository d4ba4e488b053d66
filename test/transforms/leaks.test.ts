import { checkpoint, compile, grad, jacobian, record, scan, type Tensor, tensor, vmap } from "gradtape";
import { describe, expect, test } from "vitest";

// What a function that is recorded on tensors without numbers hands to the outside, past its result.

/** Each transform that records so, with a run of it on a function of one tensor. */
const transforms: Record<string, (f: (x: Tensor) => Tensor) => unknown> = {
  compile: (f) => compile(f)(tensor(1)),
  scan: (f) => scan((carry) => [f(carry), undefined], tensor(1), 2),
  vmap: (f) => vmap(f)(tensor([1, 2])),
  checkpoint: (f) => checkpoint(f)(tensor(1)),
};

describe("A tensor that leaves a recorded function past its result", () => {
  for (const [name, run] of Object.entries(transforms)) {
    test(`says that ${name} recorded it, wherever it gets to`, () => {
      let inside = "";
      let kept = tensor(0);
      run((x) => {
        kept = x.mul(2);
        inside = `${kept} ${kept.named("k")}`;
        return kept;
      });
      expect(inside).toBe(`Tensor[] (being recorded by ${name}) k[] (being recorded by ${name})`);
      expect(String(kept)).toBe(`Tensor[] (without numbers: ${name} recorded it)`);
      expect(String(kept.add(1))).toBe(String(kept));
      const gradient = grad((x: Tensor) => x.mul(kept))(3);
      const message = new RegExp(
        `^${name}: (?:item..|data) of a tensor that was made while the function was recorded was read, got one of shape`,
      );
      for (const read of [
        () => kept.item(),
        () => gradient.item(),
        () => compile((x: Tensor) => x.mul(kept))(tensor(1)),
        () => record((x: Tensor) => x.mul(kept), tensor(1)).toString(),
        () => scan((c) => [c.mul(kept), undefined], tensor(1), 2)[0].item(),
        () => vmap((x: Tensor) => x.mul(kept))([1, 2]).toArray(),
        () => jacobian((x: Tensor) => x.mul(kept))([1, 2]).toArray(),
      ])
        expect(read).toThrow(message);
    });
  }
});
