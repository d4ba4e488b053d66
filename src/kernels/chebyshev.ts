/**
 * Σ cₖ Tₖ(u) for −1 ≤ u ≤ 1, by Clenshaw's recurrence. The coefficients in this folder are those that
 * test/references/coefficients.py prints; it computes them with 60 digits.
 */
export function chebyshev(coefficients: readonly number[], u: number): number {
  let b1 = 0;
  let b2 = 0;
  for (let k = coefficients.length - 1; k > 0; k--) {
    const b0 = coefficients[k] + 2 * u * b1 - b2;
    b2 = b1;
    b1 = b0;
  }
  return coefficients[0] + u * b1 - b2;
}
