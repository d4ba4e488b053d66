// Signs of sums of products that are certain. A double is a whole number times a power of two, so whole numbers of any length
// can say what rounding hides.

/** Σ aᵢbᵢ and a bound of its error. */
function dotWithBound(a: readonly number[], b: readonly number[]): { sum: number; bound: number } {
  let [sum, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
    size += Math.abs(a[i] * b[i]);
  }
  return { sum, bound: (a.length + 2) * Number.EPSILON * size };
}

/** The sign of Σ aᵢbᵢ, exactly. */
export function signOfDot(a: readonly number[], b: readonly number[]): number {
  const { sum, bound } = dotWithBound(a, b);
  if (Math.abs(sum) > bound) return Math.sign(sum);
  const [whole, other] = [toIntegers(a), toIntegers(b)];
  const exact = whole.reduce((total, value, i) => total + value * other[i], 0n);
  return exact > 0n ? 1 : exact < 0n ? -1 : 0;
}

const view = new DataView(new ArrayBuffer(8));

/** A double as mantissa · 2^exponent. */
function partsOf(value: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, exponent: Math.max(exponent, 1) - 1075 };
}

/** The numbers times a power of two that makes them whole. */
export function toIntegers(values: readonly number[]): bigint[] {
  const parts = values.map(partsOf);
  const least = parts.reduce((min, { mantissa, exponent }) => (mantissa === 0n ? min : Math.min(min, exponent)), 1 << 12);
  return parts.map(({ mantissa, exponent }) => (mantissa === 0n ? 0n : mantissa << BigInt(exponent - least)));
}

/**
 * The vector next to `guess` that is orthogonal to all of these rows, exactly, times some whole number: elimination without
 * fractions (Bareiss 1968) names pivots, the other components are those of the guess. `undefined` where only 0 is.
 */
export function orthogonalNear(rows: readonly (readonly number[])[], guess: readonly number[]): bigint[] | undefined {
  const n = guess.length;
  const matrix: bigint[][] = [];
  const pivots: number[] = [];
  for (const row of rows) {
    let next = toIntegers(row);
    matrix.forEach((other, k) => {
      const [p, q] = [other[pivots[k]], next[pivots[k]]];
      if (q !== 0n) next = reduced(next.map((value, j) => value * p - other[j] * q));
    });
    let pivot = -1;
    // The largest guess is best left free.
    for (let j = 0; j < n; j++) if (next[j] !== 0n && (pivot < 0 || Math.abs(guess[j]) < Math.abs(guess[pivot]))) pivot = j;
    if (pivot < 0) continue;
    for (let k = 0; k < matrix.length; k++) {
      const [p, q] = [next[pivot], matrix[k][pivot]];
      if (q !== 0n) matrix[k] = reduced(matrix[k].map((value, j) => value * p - next[j] * q));
    }
    matrix.push(next);
    pivots.push(pivot);
  }
  if (pivots.length === n) return undefined;
  const free = toIntegers(guess.map((value, j) => (pivots.includes(j) ? 0 : value)));
  // With the product of the pivots' numbers as common denominator all components are whole.
  const denominator = matrix.reduce((product, row, k) => product * absolute(row[pivots[k]]), 1n);
  const found = free.map((value) => value * denominator);
  matrix.forEach((row, k) => {
    const sum = row.reduce((total, value, j) => (j === pivots[k] ? total : total + value * free[j]), 0n);
    found[pivots[k]] = (-sum * denominator) / row[pivots[k]];
  });
  return found.some((value) => value !== 0n) ? found : undefined;
}

/** The sign of the inner product of doubles with whole numbers. */
export function signOfIntegerDot(a: readonly number[], b: readonly bigint[]): number {
  const total = toIntegers(a).reduce((sum, value, i) => sum + value * b[i], 0n);
  return total > 0n ? 1 : total < 0n ? -1 : 0;
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** Without the divisor that all have in common. */
function reduced(row: bigint[]): bigint[] {
  let divisor = 0n;
  for (const value of row) {
    let [a, b] = [absolute(value), divisor];
    while (b !== 0n) [a, b] = [b, a % b];
    divisor = a;
    if (divisor === 1n) return row;
  }
  return divisor === 0n ? row : row.map((value) => value / divisor);
}
