/** Of xʸ: how often it is differentiated with respect to x, and to y. */
export interface PowerOrders {
  readonly byBase: number;
  readonly byExponent: number;
}

/**
 * The terms tⱼ of ∂ₓᵃ∂ᵧᵇ xʸ = xʸ⁻ᵃ · Σⱼ tⱼ (ln x)ᵇ⁻ʲ, for j up to the smaller of a and b: b!/(b−j)! times the sum of all products of a − j of
 * the factors y, y − 1, … y − a + 1, which is the j-th derivative of their product over j!, times j! from Leibniz' rule.
 */
function terms(y: number, { byBase: a, byExponent: b }: PowerOrders): number[] {
  // After the loop, products[k] is the sum of all products of k of the factors.
  const products = [1];
  for (let i = 0; i < a; i++) {
    products.push(0);
    for (let k = i + 1; k > 0; k--) products[k] += products[k - 1] * (y - i);
  }
  const found: number[] = [];
  for (let j = 0, factor = 1; j <= Math.min(a, b); factor *= b - j, j++) found.push(factor * products[a - j]);
  return found;
}

/** At x = 0 and x = ∞ the term with the highest power of ln x decides, unless xʸ⁻ᵃ goes to 0. */
function powerAtEdge(c: number, x: number, exponent: number, t: readonly number[], byExponent: number): number {
  const j = t.findIndex((term) => term !== 0);
  const vanishes = x === 0 ? exponent > 0 : exponent < 0;
  if (j < 0 || vanishes) return 0;
  const logarithm = x === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const factor = c * t[j] * logarithm ** (byExponent - j);
  return exponent === 0 ? factor : factor * Number.POSITIVE_INFINITY;
}

/** The smallest number that has all its digits. */
const SMALLEST_NORMAL = 2.2250738585072014e-308;

/**
 * c·∂ₓᵃ∂ᵧᵇ xʸ, 0 where c is 0, with the limits at 0 and ∞. A negative x has no derivative with respect to y: NaN. The power itself may
 * overflow or underflow though the product does not; it is taken as two halves then.
 */
export function powerDerivative(c: number, x: number, y: number, orders: PowerOrders): number {
  if (c === 0) return 0;
  const { byBase, byExponent } = orders;
  const t = terms(y, orders);
  const exponent = y - byBase;
  if ((x === 0 && (byExponent > 0 || !Number.isInteger(y))) || x === Number.POSITIVE_INFINITY)
    return powerAtEdge(c, x, exponent, t, byExponent);
  const logarithm = byExponent === 0 ? 0 : Math.log(x);
  let factor = 0;
  for (const [j, term] of t.entries()) if (term !== 0) factor += term * logarithm ** (byExponent - j);
  if (factor === 0) return 0;
  factor *= c;
  const power = x ** exponent;
  const size = Math.abs(power);
  if ((size >= SMALLEST_NORMAL && size < Number.POSITIVE_INFINITY) || Number.isNaN(power) || x === 0) return factor * power;
  if (!Number.isFinite(x) || !Number.isFinite(y)) return power === 0 ? 0 : factor * power;
  const half = Math.abs(x) ** (exponent / 2);
  return factor * half * half * Math.sign(power === 0 ? signOfPower(x, exponent) : power);
}

/** The sign that a power of a number would have if it did not underflow. */
const signOfPower = (x: number, exponent: number): number => (x < 0 && Math.abs(exponent % 2) === 1 ? -1 : 1);
