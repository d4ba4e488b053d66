import { type Tensor, tensor } from "gradtape";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Seeded numbers between low and high. */
export function numbers(seed: number): (low: number, high: number) => number {
  const generator = xoroshiro128plus(seed);
  return (low, high) => low + (high - low) * uniformFloat64(generator);
}

/** A tensor of seeded numbers between low and high. */
export function randomTensor(seed: number, shape: readonly number[], low = -2, high = 2): Tensor {
  const next = numbers(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float64Array.from({ length: size }, () => next(low, high)),
    shape,
  );
}

/** A seed from a title: what is drawn for one case does not depend on which others there are (FNV-1a). */
export function seedOf(title: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < title.length; i++) hash = Math.imul(hash ^ title.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
