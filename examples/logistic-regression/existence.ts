import { type Part, rowAt, rowsOf } from "./design.js";
import type { Encoding } from "./encoding.js";
import { dot, invert, times } from "./linear.js";

/**
 * Whether it is certain, from where a search has come to, that the likelihood has a maximum. Along any line the second
 * derivative of a logistic loss falls no faster than e^(−|x·v|t). So with ν² = gᵀH⁻¹g and r² the largest of xᵀH⁻¹x over the
 * rows, minus the log-likelihood grows without limit in every direction as soon as ν·r < 1, and then it has a minimum (after
 * Bach 2010, proposition 2). Where classes are separated this holds nowhere, at no θ. `g` and `H` are of the sum over the rows.
 */
export function maximumExists(parts: readonly Part[], encoding: Encoding, g: Float64Array, H: Float64Array): boolean {
  const n = g.length;
  const inverse = invert(H, n);
  if (inverse === undefined || !inverse.every(Number.isFinite)) return false;
  const decrement = Math.sqrt(Math.max(dot(g, times(inverse, g)), 0));
  let trace = 0;
  for (let j = 0; j < n; j++) trace += inverse[j * n + j];
  // First by what xᵀH⁻¹x can be at most, which is enough near the maximum.
  const sparse = encoding.blocks.length;
  let longest = 0;
  for (const { x, factors } of parts) {
    const [rows, width] = x.shape;
    for (let i = 0, at = 0; i < rows; i++) {
      let square = factors.reduce((sum, [factor]) => sum + (factor === undefined ? 1 : factor.data[i] ** 2), 0);
      for (let j = 0; j < width; j++, at++) square += x.data[at] ** 2;
      longest = Math.max(longest, square);
    }
  }
  if (decrement * Math.sqrt(longest * trace) < 0.5) return true;
  if (rowsOf(parts) * (n - sparse) ** 2 > 1e9) return false;
  let largest = 0;
  for (const part of parts)
    for (let i = 0; i < part.y.size; i++) {
      const { at, values } = rowAt(part, encoding, i);
      let square = 0;
      for (let a = 0; a < at.length; a++) for (let b = 0; b < at.length; b++) square += values[a] * values[b] * inverse[at[a] * n + at[b]];
      largest = Math.max(largest, square);
    }
  return decrement * Math.sqrt(largest) < 0.5;
}
