// Whether a floating-point operation gave the very number: by operations that leave no rounding error behind (Dekker 1971,
// Knuth, The Art of Computer Programming, volume 2, section 4.2.2).

/** Knuth's two-sum: whether x + y is the number that was computed for it. */
export function isExactSum(x: number, y: number): boolean {
  const sum = x + y;
  const part = sum - x;
  return x - (sum - part) + (y - part) === 0;
}

/** 2²⁷ + 1: a product with it splits the 53 digits of a number into two halves. */
const SPLITTER = 134217729;
/** Larger factors overflow when they are split, and the rest of a smaller product underflows: these count as rounded. */
const LARGEST_FACTOR = 1e150;
const SMALLEST_PRODUCT = 1e-290;

/** Dekker's two-product: whether x·y is `product`. */
export function isExactProduct(x: number, y: number, product: number): boolean {
  if (x * y !== product) return false;
  if (product === 0) return x === 0 || y === 0;
  if (Math.max(Math.abs(x), Math.abs(y)) > LARGEST_FACTOR || Math.abs(product) < SMALLEST_PRODUCT) return false;
  const split = (a: number): readonly [high: number, low: number] => {
    const c = SPLITTER * a;
    const high = c - (c - a);
    return [high, a - high];
  };
  const [xh, xl] = split(x);
  const [yh, yl] = split(y);
  return xl * yl - (product - xh * yh - xl * yh - xh * yl) === 0;
}
