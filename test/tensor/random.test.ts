import { DomainError, fromJSON, random, ShapeError, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { philox } from "../../src/kernels/philox.js";

// The known answers of its authors: kat_vectors in Random123, https://github.com/DEShawResearch/random123
test.each([
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
])("Philox4x32-10 of %s with the key %s", (counter, key, expected) => {
  const words = (text: string): number[] => text.split(" ").map((word) => Number.parseInt(word, 16));
  const out = new Uint32Array(4);
  philox(out, words(counter), words(key));
  expect([...out]).toEqual(words(expected));
});

test("a seed gives the same numbers again, and streams go on", () => {
  const [a, b] = [random(5), random(5)];
  expect(a.normal([3, 2]).toArray()).toEqual(b.normal([3, 2]).toArray());
  expect(a.uniform([4]).toArray()).not.toEqual(random(5).uniform([4]).toArray());
  expect(
    random(2 ** 40)
      .uniform([2])
      .toArray(),
  ).not.toEqual(random(0).uniform([2]).toArray());
  const forks = [a.fork(), a.fork(), random(5)].map((stream) => String(stream.uniform([2])));
  expect(new Set(forks).size).toBe(3);
});

/** Bounds that hold with a probability of 1 − 10⁻⁹ for a mean; the seed makes it certain. */
test("the moments are those of the distributions", () => {
  const n = 100_000;
  const close = (value: number, expected: number, deviation: number): void =>
    expect(Math.abs(value - expected)).toBeLessThan((6.1 * deviation) / Math.sqrt(n));
  const u = random(1).uniform([n], -1, 3);
  close(u.mean().item(), 1, 4 / Math.sqrt(12));
  close(u.sub(1).square().mean().item(), 16 / 12, 4 * Math.sqrt(1 / 180) * 4);
  expect(u.min().item()).toBeGreaterThanOrEqual(-1);
  expect(u.max().item()).toBeLessThan(3);
  const z = random(2).normal([n], 2, 3).sub(2).div(3);
  close(z.mean().item(), 0, 1);
  close(z.square().mean().item(), 1, Math.sqrt(2));
  close(z.pow(3).mean().item(), 0, Math.sqrt(15));
  close(z.pow(4).mean().item(), 3, Math.sqrt(96));
});

test("permutations hold each number once, in every order equally often; a choice holds different numbers", () => {
  const draw = random(3);
  expect([...draw.permutation(50).data].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = String(draw.permutation(3).toArray());
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(6.1 * Math.sqrt(1000 * (5 / 6)));
  expect(new Set(draw.choice(100, 40).data).size).toBe(40);
  expect(draw.choice(4, 0).shape).toEqual([0]);
});

test("what makes no sense is refused", () => {
  expect(() => random(-1)).toThrow(DomainError);
  expect(() => random(0.5)).toThrow("random: expected a whole seed from 0 to 2⁵³ − 1, got number 0.5");
  expect(() => random(1).choice(3, 4)).toThrow("choice: expected a whole count from 0 to 3, since the numbers are different, got number 4");
  expect(() => random(1).uniform([2], 1, 0)).toThrow("uniform: expected low ≤ high, got 1 and 0");
  expect(() => random(1).normal([-1])).toThrow(ShapeError);
});

test("trees come back from JSON in the structure of another", () => {
  const tree = { w: tensor([[1, 2]]).named("w"), step: 3, name: "adam", moments: [tensor(0.5), tensor([], [0, 2] as never)] };
  const back = fromJSON(JSON.parse(JSON.stringify(tree)), tree);
  expect(back.w.toArray()).toEqual([[1, 2]]);
  expect(back.w.label).toBe("w");
  expect([back.step, back.name]).toEqual([3, "adam"]);
  expect(back.moments.map((x: Tensor) => x.shape)).toEqual([[], [0, 2]]);
  expect(() => fromJSON({ w: [1] }, { w: tensor([1, 2]) })).toThrow("fromJSON: expected a tensor of shape [2] at .w, got [1]");
  expect(() => fromJSON({}, { w: tensor(1) })).toThrow('fromJSON: expected a key "w" at the top');
  expect(() => fromJSON({ w: 1, v: 2 }, { w: tensor(1) })).toThrow('fromJSON: expected no key "v"');
  expect(() => fromJSON([null], [tensor(1)])).toThrow("fromJSON: expected the numbers of a tensor of shape [] at [0], got null");
  expect(() => fromJSON("x", { w: tensor(1) })).toThrow('got string "x"');
});
