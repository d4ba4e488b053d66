import { compile, type Tensor, tensor } from "gradtape";
import { describe, expect, test } from "vitest";

const names = ["exp", "log", "log1p", "expm1", "tanh", "sigmoid", "softplus", "sin", "cos"] as const;
type Name = (typeof names)[number];
type Functions = Record<Name, (xs: Float64Array) => Float64Array>;

/** The functions under test, as the machine runs them over arrays. */
const functions = Object.fromEntries(
  names.map((name) => {
    const compiled = compile((x: Tensor) => x[name](), { backend: "wasm" });
    return [name, (xs: Float64Array): Float64Array => compiled(tensor(xs)).data];
  }),
) as Functions;

// The reference: double-double arithmetic, about 100 bits (Dekker 1971; Knuth 4.2.2). A result is (high + low) · 2^scale. It stands in
// three variables, because millions of objects would take longer than the arithmetic.
let high = 0;
let low = 0;
let scale = 0;

function set(h: number, l: number): void {
  high = h + l;
  low = l - (high - h);
}

/** h + l = a + b exactly, and then c + d besides. */
function add(a: number, b: number, c: number, d: number): void {
  const s = a + c;
  const t = s - a;
  const e = a - (s - t) + (c - t);
  const u = b + d;
  const v = u - b;
  const f = b - (u - v) + (d - v);
  set(s, e + u);
  set(high, low + f);
}

function multiply(a: number, b: number, c: number, d: number): void {
  const p = a * c;
  const s = 134217729 * a;
  const a1 = s - (s - a);
  const a2 = a - a1;
  const t = 134217729 * c;
  const c1 = t - (t - c);
  const c2 = c - c1;
  set(p, a1 * c1 - p + a1 * c2 + a2 * c1 + a2 * c2 + (a * d + b * c));
}

function divide(a: number, b: number, c: number, d: number): void {
  const q = a / c;
  multiply(c, d, q, 0);
  add(a, b, -high, -low);
  const r = high / c;
  multiply(c, d, q, 0);
  add(a, b, -high, -low);
  const [remainderHigh, remainderLow] = [high, low];
  multiply(c, d, r, 0);
  add(remainderHigh, remainderLow, -high, -low);
  const last = high / c;
  set(q, r);
  set(high, low + last);
}

/** 1/k! in two parts, for k up to 30. */
const inverseFactorials: [number, number][] = [[1, 0]];
for (let k = 1; k <= 30; k++) {
  const [h, l] = inverseFactorials[k - 1] as [number, number];
  divide(h, l, k, 0);
  inverseFactorials.push([high, low]);
}

/** Σ c x^i over the given Taylor coefficients, last first. */
function series(coefficients: readonly (readonly [number, number])[], x: number, y: number): void {
  let [h, l] = [0, 0];
  for (let i = coefficients.length - 1; i >= 0; i--) {
    multiply(h, l, x, y);
    const c = coefficients[i] as readonly [number, number];
    add(high, low, c[0], c[1]);
    h = high;
    l = low;
  }
}

const ln2 = [0.6931471805598903, 5.49792301870721e-14, 1.1612227229362532e-26] as const;

/** n ln 2 + (a + b). */
function addMultipleOfLn2(n: number, a: number, b: number): void {
  add(a, b, n * ln2[2], 0);
  add(high, low, n * ln2[1], 0);
  add(high, low, n * ln2[0], 0);
}

const exponentialSeries = inverseFactorials.slice(1, 11);

/** eʳ − 1 for x = n ln 2 + r, by the series at r / 256 and (1 + m)² − 1 = 2m + m² eight times; n is left in `scale`. */
function reducedExpm1(x: number, y: number): void {
  scale = Math.round(x / Math.LN2);
  // Largest part first: its difference from x is exact.
  add(x, y, -scale * ln2[0], 0);
  add(high, low, -scale * ln2[1], 0);
  add(high, low, -scale * ln2[2], 0);
  const [h, l] = [high / 256, low / 256];
  series(exponentialSeries, h, l);
  multiply(high, low, h, l);
  for (let i = 0; i < 8; i++) {
    const [a, b] = [high, low];
    multiply(a, b, a, b);
    add(2 * a, 2 * b, high, low);
  }
}

function exp(x: number, y = 0): void {
  reducedExpm1(x, y);
  add(1, 0, high, low);
}

function expm1(x: number, y = 0): void {
  if (x < -60) {
    set(-1, x < -700 ? 0 : Math.exp(x));
    scale = 0;
    return;
  }
  reducedExpm1(x, y);
  if (scale === 0) return;
  const [h, l] = [high, low];
  add(1, 0, -(2 ** -scale), 0);
  add(h, l, high, low);
}

/** ln(1 + f) by one Newton step from Math.log1p: ln(1 + f) = y + (1 + f − eʸ) / eʸ − …, whose next term is below 2⁻¹⁰⁴ of it. */
function log1pOf(f: number, g: number): void {
  const y = Math.log1p(f);
  expm1(y);
  const [a, b] = [high * 2 ** scale, low * 2 ** scale];
  add(f, g, -a, -b);
  set(y, high / (1 + a));
  scale = 0;
}

/** ln((a + b) · 2^k). */
function logOf(a: number, b: number, k: number): void {
  let n = Math.round(Math.log2(a));
  add(a * 2 ** -n, b * 2 ** -n, -1, 0);
  if (high < -0.3 || high > 0.45) n += Math.sign(high);
  add(a * 2 ** -n, b * 2 ** -n, -1, 0);
  log1pOf(high, low);
  if (n + k !== 0) addMultipleOfLn2(n + k, high, low);
  scale = 0;
}

/** ⌊π 2^bits⌋ by Machin's formula. */
function piBits(bits: bigint): bigint {
  const arctanOfInverse = (k: bigint): bigint => {
    let [sum, power] = [0n, (1n << (bits + 32n)) / k];
    for (let i = 1n; power !== 0n; i += 2n, power /= -k * k) sum += power / i;
    return sum;
  };
  return (16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)) >> 32n;
}

const precisions = [300n, 1500n].map((bits) => ({ bits, pi: piBits(bits) }));
/** The coefficients 1/k! for even or for odd k, with alternating signs. */
const alternating = (parity: number): [number, number][] =>
  inverseFactorials.filter((_, k) => k % 2 === parity).map(([h, l], i) => (i % 2 === 1 ? [-h, -l] : [h, l]));
const sineSeries = alternating(1);
const cosineSeries = alternating(0);
const view = new DataView(new ArrayBuffer(8));

/** sin(x + quarters · π/2), x reduced by multiples of π/2 in integer arithmetic. */
function circular(x: number, quarters: number): void {
  let quadrant = quarters;
  const magnitude = Math.abs(x);
  set(magnitude, 0);
  if (magnitude > 0.78) {
    const { bits, pi } = precisions[magnitude < 2 ** 60 ? 0 : 1] as { bits: bigint; pi: bigint };
    view.setFloat64(0, magnitude);
    const pattern = view.getBigUint64(0);
    const shift = bits + (pattern >> 52n) - 1075n;
    const scaled = 2n * (((pattern & 0xfffffffffffffn) | 0x10000000000000n) << shift);
    // In units of 2⁻¹⁻ᵇⁱᵗˢ, in which π/2 is the integer pi.
    const multiple = (2n * scaled + pi) / (2n * pi);
    const remainder = (scaled - multiple * pi) >> (bits - 260n);
    const rounded = Number(remainder);
    set(rounded * 2 ** -261, Number(remainder - BigInt(rounded)) * 2 ** -261);
    quadrant += (x < 0 ? -1 : 1) * Number(multiple % 4n);
  }
  const [r, s] = x < 0 ? [-high, -low] : [high, low];
  multiply(r, s, r, s);
  const odd = quadrant % 2 !== 0;
  series(odd ? cosineSeries : sineSeries, high, low);
  if (!odd) multiply(high, low, r, s);
  if ((quadrant + 8) % 4 >= 2) set(-high, -low);
  scale = 0;
}

const clamp = (x: number): number => Math.min(Math.max(x, -1100), 1100);
/** Below this, the functions that are 0 at 0 are x to more than 100 bits, and x² may underflow. */
const tiny = 2 ** -200;

const reference: Record<Name, (x: number) => void> = {
  exp: (x) => exp(clamp(x)),
  expm1: (x) => expm1(clamp(x)),
  log(x) {
    if (x < 2 ** -1000) logOf(x * 2 ** 100, 0, -100);
    else logOf(x, 0, 0);
  },
  log1p(x) {
    if (Math.abs(x) < 0.3) log1pOf(x, 0);
    else {
      add(1, 0, x, 0);
      logOf(high, low, 0);
    }
  },
  tanh(x) {
    if (Math.abs(x) > 30) {
      set(Math.sign(x), 0);
      scale = 0;
      return;
    }
    expm1(2 * x);
    const [a, b] = [high * 2 ** scale, low * 2 ** scale];
    add(a, b, 2, 0);
    divide(a, b, high, low);
    scale = 0;
  },
  sigmoid(x) {
    exp(Math.min(clamp(x), 100));
    if (x < -80) return;
    const [a, b] = [high * 2 ** scale, low * 2 ** scale];
    add(a, b, 1, 0);
    divide(a, b, high, low);
    scale = 0;
  },
  softplus(x) {
    exp(clamp(-Math.abs(x)));
    if (x < -80) return;
    log1pOf(high * 2 ** scale, low * 2 ** scale);
    if (x > 0) add(x, 0, high, low);
  },
  sin: (x) => circular(x, 0),
  cos: (x) => circular(x, 1),
};

function exponentOf(x: number): number {
  view.setFloat64(0, x);
  return ((view.getUint16(0) >> 4) & 0x7ff) - 1023;
}

/** How far found is from the reference, in units in the last place of the reference. Infinity stands for 2¹⁰²⁴ here. */
function errorOf(found: number): number {
  if (high === 0) return found === 0 ? 0 : Number.POSITIVE_INFINITY;
  const exponent = exponentOf(high) + scale;
  if (exponent > 1023) return found === Number.POSITIVE_INFINITY ? 0 : Number.POSITIVE_INFINITY;
  if (Number.isNaN(found)) return found;
  const unit = Math.max(exponent - 52, -1074) - scale;
  const first = -Math.trunc(scale / 2);
  const scaled = Number.isFinite(found) ? found * 2 ** first * 2 ** (-scale - first) : Math.sign(found) * 2 ** (1024 - scale);
  return Math.abs(scaled - high - low) / 2 ** unit;
}

/** The reference of one function at x. */
function refer(name: Name, x: number): void {
  const vanishes = name === "expm1" || name === "log1p" || name === "tanh" || name === "sin";
  scale = 0;
  if (vanishes && Math.abs(x) < tiny) set(x, 0);
  else reference[name](x);
}

/** Values from mpmath, as their nearest double and the remainder's. */
const known: [Name, number, number, number][] = [
  ["exp", 1.25, 3.4903429574618414, -4.604261945372796e-17],
  ["exp", -0.3, 0.7408182206817179, -1.805530505953e-18],
  ["exp", 300.5, 3.202519714603633e130, 3.450128650899247e112],
  ["log", 11.5, 2.4423470353692043, 1.0359019419133584e-16],
  ["log", 0.7, -0.35667494393873245, 4.82556379937662e-18],
  ["log", 1.0000001, 9.999999505838704e-8, 1.5249709528441489e-24],
  ["log", 3e-320, -735.7286286023058, -2.092947921880584e-14],
  ["log1p", 1e-9, 9.999999995e-10, 7.493897403823754e-26],
  ["log1p", -0.8, -1.6094379124341005, -9.280081691085904e-17],
  ["log1p", 4.5, 1.7047480922384253, -3.7526586818263424e-17],
  ["expm1", 0.3, 0.3498588075760031, 1.6549155728191776e-17],
  ["expm1", -1e-7, -9.999999500000016e-8, 4.843256316656475e-25],
  ["expm1", -3, -0.950212931632136, -8.422032873046665e-18],
  ["tanh", 0.1, 0.09966799462495582, 3.542433877641546e-18],
  ["tanh", -0.6, -0.5370495669980353, 2.923064398544366e-17],
  ["tanh", 3.5, 0.9981778976111987, 2.5870171246124584e-17],
  ["sigmoid", 0.7, 0.668187772168166, 4.6882662817831034e-17],
  ["sigmoid", -5.5, 0.004070137715896128, -3.5709336014573357e-19],
  ["softplus", 0.25, 0.8259394198788436, 7.234200179867041e-19],
  ["softplus", -7, 0.0009114664537742447, -4.1095599445800637e-20],
  ["softplus", 12, 12.000006144193478, 1.7978828815933246e-16],
  ["sin", 1, 0.8414709848078965, 1.776845092935536e-18],
  ["sin", 22, -0.008851309290403876, 2.8485303089220057e-19],
  ["sin", 1e22, -0.8522008497671888, -6.7806825896773284e-18],
  ["cos", 1, 0.5403023058681398, -4.760954612604417e-17],
  ["cos", 11, 0.004425697988050785, 3.2449142686784373e-19],
  ["cos", -100000, -0.9993608074382124, -2.3447088905187402e-17],
];

test.each(known)("the reference for %s at %d has 95 bits", (name, x, expectedHigh, expectedLow) => {
  refer(name, x);
  const [h, l] = [high * 2 ** scale, low * 2 ** scale];
  expect(Math.abs(h - expectedHigh + (l - expectedLow))).toBeLessThan(Math.abs(expectedHigh) * 2 ** -95);
});

let seed = 20240229;
/** A 32-bit xorshift generator (Marsaglia 2003): a fixed sequence, and fast. */
function random32(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed >>> 0;
}
const uniform = (from: number, to: number): number => from + (to - from) * ((random32() + random32() * 2 ** -32) * 2 ** -32);
const ofAnySize = (from: number, to: number): number => (random32() & 1 ? 1 : -1) * 2 ** uniform(from, to);
const ofAnyBits = (): number => {
  view.setUint32(0, random32());
  view.setUint32(4, random32());
  return view.getFloat64(0);
};
/** A number a few units away from x. */
const near = (x: number): number => {
  view.setFloat64(0, x);
  view.setBigUint64(0, view.getBigUint64(0) + BigInt((random32() % 33) - 16));
  return view.getFloat64(0);
};

const { LN2, PI, SQRT1_2, SQRT2 } = Math;
const exponentialEdges = [
  LN2 / 2,
  -LN2 / 2,
  1.5 * LN2,
  -1.5 * LN2,
  708,
  -708,
  708.3964,
  -708.3964,
  709.782712893384,
  -745.1332191019411,
  -36.7,
  36.7,
];
const thresholds: Record<Name, number[]> = {
  exp: exponentialEdges,
  expm1: [...exponentialEdges, -37.4],
  log: [1, SQRT1_2, SQRT2, 2, 0.5, 2 ** -1022, 2 ** -1023, 1e-320, Number.MAX_VALUE / 2],
  log1p: [SQRT1_2 - 1, SQRT2 - 1, 1, -0.5, 2 ** 53, 2 ** 52, 2 ** -53, 2 ** 1000, -1 + 2 ** -40, -1 + 2 ** -52],
  tanh: [0.625, -0.625, 20, 19.06, -19.06, LN2 / 4, 0.75 * LN2],
  sigmoid: [...exponentialEdges, 53 * LN2, -53 * LN2, 52.5 * LN2],
  softplus: [...exponentialEdges, 37, 18.4],
  sin: [PI / 2, PI, 2 * PI, 1e5, 0.75 * PI, 6381956970095103 * 2 ** 797],
  cos: [PI / 2, PI, 2 * PI, 1e5, 0.75 * PI, 6381956970095103 * 2 ** 797],
};
const ordinary: Record<Name, [number, number]> = {
  exp: [-6, 6],
  expm1: [-6, 6],
  log: [0, 10],
  log1p: [-1, 8],
  tanh: [-6, 6],
  sigmoid: [-6, 6],
  softplus: [-6, 6],
  sin: [-6, 6],
  cos: [-6, 6],
};
const inDomain = (name: Name, x: number): boolean => {
  if (!Number.isFinite(x) || x === 0) return false;
  return name === "log" ? x > 0 : name === "log1p" ? x > -1 : true;
};

describe("within two units in the last place", () => {
  const sweep = (name: Name, count: number, argument: () => number): void => {
    const xs = new Float64Array(count);
    for (let i = 0; i < count; ) {
      const x = argument();
      if (inDomain(name, x)) xs[i++] = x;
    }
    const found = functions[name](xs);
    let [worst, at] = [0, 0];
    for (let i = 0; i < count; i++) {
      refer(name, xs[i] as number);
      const error = errorOf(found[i] as number);
      if (!(error <= worst)) {
        worst = error;
        at = i;
        if (!(error <= 2)) break;
      }
    }
    expect(worst, `${name}(${xs[at]}) = ${found[at]}`).toBeLessThanOrEqual(2);
  };

  for (const name of names) {
    const [from, to] = ordinary[name];
    const circle = name === "sin" || name === "cos";
    test(`${name} of ordinary numbers`, () => sweep(name, 200_000, () => uniform(from, to)));
    test(`${name} of numbers of any size, denormal ones too`, () => {
      sweep(name, circle ? 30_000 : 60_000, ofAnyBits);
      sweep(name, 40_000, () => ofAnySize(-1080, -1000));
      sweep(name, 60_000, () => ofAnySize(-60, 3));
      sweep(name, 60_000, () => ofAnySize(3, 11));
    });
    test(`${name} of numbers near where its method changes`, () => {
      for (const threshold of thresholds[name]) sweep(name, 2_000, () => near(threshold));
      for (const threshold of thresholds[name]) sweep(name, 2_000, () => threshold * (1 + ofAnySize(-50, -3)));
    });
    if (circle) {
      test(`${name} of numbers near multiples of π/2, and of large ones`, () => {
        sweep(name, 60_000, () => near((random32() % 70_000) * (PI / 2)));
        sweep(name, 40_000, () => (random32() % 64_000) * (PI / 2));
        sweep(name, 20_000, () => ofAnySize(10, 30));
      });
    } else if (name === "log" || name === "log1p") {
      test(`${name} of numbers near where it is 0`, () => sweep(name, 60_000, () => (name === "log" ? 1 : 0) + ofAnySize(-52, -2)));
    } else {
      test(`${name} of numbers from −750 to 712`, () => sweep(name, 60_000, () => uniform(-750, 712)));
    }
  }
});

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;
const special: Record<Name, [number, number][]> = {
  exp: [
    [0, 1],
    [-0, 1],
    [-infinity, 0],
    [infinity, infinity],
    [710, infinity],
    [-746, 0],
  ],
  log: [
    [0, -infinity],
    [-0, -infinity],
    [-1, nan],
    [-5e-324, nan],
    [-infinity, nan],
    [infinity, infinity],
    [1, 0],
  ],
  log1p: [
    [-1, -infinity],
    [0, 0],
    [-0, -0],
    [-2, nan],
    [-infinity, nan],
    [infinity, infinity],
  ],
  expm1: [
    [0, 0],
    [-0, -0],
    [-infinity, -1],
    [infinity, infinity],
    [-800, -1],
    [800, infinity],
  ],
  tanh: [
    [0, 0],
    [-0, -0],
    [-infinity, -1],
    [infinity, 1],
    [-25, -1],
    [25, 1],
  ],
  sigmoid: [
    [0, 0.5],
    [-0, 0.5],
    [-infinity, 0],
    [infinity, 1],
    [-800, 0],
    [800, 1],
  ],
  softplus: [
    [-infinity, 0],
    [infinity, infinity],
    [-800, 0],
    [800, 800],
  ],
  sin: [
    [0, 0],
    [-0, -0],
    [infinity, nan],
    [-infinity, nan],
  ],
  cos: [
    [0, 1],
    [-0, 1],
    [infinity, nan],
    [-infinity, nan],
  ],
};

describe("exactly", () => {
  for (const name of names) {
    test(`${name} of zeros, infinities and NaN, in either lane and beside an ordinary number`, () => {
      view.setBigUint64(0, 0xfff8123456789abdn);
      for (const [x, expected] of [...special[name], [nan, nan] as const, [view.getFloat64(0), nan] as const]) {
        expect(functions[name](Float64Array.of(x, x)), `${x}`).toEqual(Float64Array.of(expected, expected));
        const [ordinaryNumber] = functions[name](Float64Array.of(0.5, 0.5));
        expect(functions[name](Float64Array.of(x, 0.5, 0.5, x)), `${x}`).toEqual(
          Float64Array.of(expected, ordinaryNumber as number, ordinaryNumber as number, expected),
        );
      }
    });
  }

  test.each(["log1p", "expm1", "tanh", "sin"] as const)("%s of a tiny number is that number", (name) => {
    const xs = Float64Array.of(1e-17, -1e-17, 1e-300, -1e-300, 5e-324, -5e-324, 2 ** -1022, -3e-320);
    expect(functions[name](xs)).toEqual(xs);
  });
});
