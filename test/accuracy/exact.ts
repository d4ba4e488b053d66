import { Decimal } from "decimal.js";
import { init } from "gmp-wasm";
import type { Node, Tape, Tensor } from "gradtape";

// What a tape computes, to hundreds of digits, with derivatives of any order: arithmetic on Taylor series whose coefficients are
// decimal numbers. It shares no code with the engine: no kernel, no rule. Slow, for tests.

/** Coefficients of 1, t, t², …: a number that moves along a line. */
type Series = readonly Decimal[];

/** How many digits are enough for these numbers: what 1 + eˣ has to keep of the smaller one, and then some. */
export function digitsFor(numbers: readonly number[], more = 80): number {
  const digits = numbers.reduce((most, x) => {
    const size = Math.abs(x);
    if (size === 0 || !Number.isFinite(size)) return most;
    const ofPower = size < 3000 ? size * 0.87 : 0;
    return Math.max(most, more + 4 * Math.abs(Math.log10(size)) + ofPower);
  }, more);
  // decimal.js knows ln 10 and π to some more digits.
  return Math.min(digits, 1000);
}

type Direction = readonly (readonly number[])[];

/**
 * For each direction, the first Taylor coefficients of each output, one list a number, of a tape whose inputs move from `at` that way:
 * the value, the directional derivative, half of the second one, and so on.
 */
export function exactly(
  tape: Tape,
  at: readonly (readonly (number | Decimal)[])[],
  directions: readonly Direction[],
  order: number,
  digits: number,
): Decimal[][][][] {
  Decimal.set({ precision: Math.ceil(digits), toExpNeg: -40, toExpPos: 40, maxE: 9e15, minE: -9e15 });
  known.clear();
  context = mpfr.getContext({ precisionBits: Math.ceil(digits * BITS_PER_DIGIT) + 16 });
  const result = directions.map((along) => exactlyAlong(tape, at, along, order));
  context.destroy();
  return result;
}

function exactlyAlong(tape: Tape, at: readonly (readonly (number | Decimal)[])[], along: Direction, order: number): Decimal[][][] {
  const values = new Map<Tensor, readonly Series[]>();
  tape.inputs.forEach((x, i) => {
    values.set(
      x,
      at[i].map((value, j) =>
        Array.from({ length: order + 1 }, (_, k) => (k === 0 ? decimalOf(value) : k === 1 ? decimalOf(along[i][j]) : ZERO)),
      ),
    );
  });
  const read = (x: Tensor): readonly Series[] => {
    const found = values.get(x);
    if (found !== undefined) return found;
    const constant = [...x.data].map((value) => constantSeries(decimalOf(value), order));
    values.set(x, constant);
    return constant;
  };
  for (const node of tape.nodes) values.set(node.output, run(node, node.inputs.map(read), order));
  return tape.outputs.map((x) => read(x).map((series) => [...series]));
}

/** The number that a double is, and not the shortest text that stands for it. */
function decimalOf(x: number | Decimal): Decimal {
  if (typeof x !== "number") return x;
  if (!Number.isFinite(x)) return new Decimal(x);
  if (Number.isInteger(x)) return new Decimal(BigInt(x).toString());
  let mantissa = x;
  let exponent = 0;
  for (; !Number.isInteger(mantissa); mantissa *= 2) exponent--;
  return new Decimal(mantissa).times(Decimal.pow(2, exponent));
}

const ZERO = new Decimal(0);
const ONE = new Decimal(1);
const constantSeries = (value: Decimal, order: number): Series => [value, ...new Array<Decimal>(order).fill(ZERO)];

/** Values of functions, which take nearly all of the time and are the same in all directions: those of one call of `exactly`. */
const known = new Map<string, Decimal>();
/** MPFR, which computes them some hundred times faster than decimal.js does, where exponents stay in the range of both. */
const mpfr = await init();
let context = mpfr.getContext();
const BITS_PER_DIGIT = Math.log2(10);

type FunctionName = "exp" | "ln" | "sin" | "cos";
function functionOf(name: FunctionName, x: Decimal): Decimal {
  const key = `${name} ${x.toString()}`;
  let value = known.get(key);
  if (value === undefined) {
    const isInRange = x.isFinite() && !x.isZero() && x.e > -1000 && x.e < (name === "ln" ? 1000 : 4);
    value = isInRange ? new Decimal(context.Float(x.toString())[name]().toString()) : x[name]();
    known.set(key, value);
  }
  return value;
}

const plus = (a: Series, b: Series): Series => a.map((x, k) => x.plus(b[k]));
const minus = (a: Series, b: Series): Series => a.map((x, k) => x.minus(b[k]));
const scale = (a: Series, c: Decimal): Series => a.map((x) => x.times(c));
const times = (a: Series, b: Series): Series =>
  a.map((_, k) => {
    let sum = ZERO;
    for (let j = 0; j <= k; j++) sum = sum.plus(a[j].times(b[k - j]));
    return sum;
  });
function over(a: Series, b: Series): Series {
  const q: Decimal[] = [];
  for (let k = 0; k < a.length; k++) {
    let rest = a[k];
    for (let j = 0; j < k; j++) rest = rest.minus(q[j].times(b[k - j]));
    q.push(rest.div(b[0]));
  }
  return q;
}
/** The series whose value is `first` and whose derivative is `slope` times that of x; slope may ask for what is there already. */
function integrate(first: Decimal, x: Series, slope: (known: readonly Decimal[], k: number) => Decimal): Series {
  const y = [first];
  for (let k = 1; k < x.length; k++) {
    let sum = ZERO;
    for (let j = 1; j <= k; j++) sum = sum.plus(x[j].times(j).times(slope(y, k - j)));
    y.push(sum.div(k));
  }
  return y;
}
const exp = (x: Series): Series => integrate(functionOf("exp", x[0]), x, (y, k) => y[k]);
const log = (x: Series): Series => {
  const one = constantSeries(ONE, x.length - 1);
  const inverse = over(one, x);
  return integrate(functionOf("ln", x[0]), x, (_, k) => inverse[k]);
};
const power = (x: Series, e: Decimal): Series => {
  if (e.isInteger() && e.abs().lte(64)) {
    let result = constantSeries(ONE, x.length - 1);
    for (let i = 0; i < e.abs().toNumber(); i++) result = times(result, x);
    return e.isNeg() ? over(constantSeries(ONE, x.length - 1), result) : result;
  }
  // y = xᵉ has x·y′ = e·x′·y.
  const y = [e.eq(0.5) ? x[0].sqrt() : functionOf("exp", functionOf("ln", x[0]).times(e))];
  for (let k = 1; k < x.length; k++) {
    let sum = ZERO;
    for (let j = 1; j <= k; j++) sum = sum.plus(x[j].times(y[k - j]).times(e.times(j).minus(k - j)));
    y.push(sum.div(x[0].times(k)));
  }
  return y;
};
function sineAndCosine(x: Series): readonly [Series, Series] {
  const s = [functionOf("sin", x[0])];
  const c = [functionOf("cos", x[0])];
  for (let k = 1; k < x.length; k++) {
    let a = ZERO;
    let b = ZERO;
    for (let j = 1; j <= k; j++) {
      a = a.plus(x[j].times(j).times(c[k - j]));
      b = b.minus(x[j].times(j).times(s[k - j]));
    }
    s.push(a.div(k));
    c.push(b.div(k));
  }
  return [s, c];
}
const sigmoid = (x: Series): Series => {
  const one = constantSeries(ONE, x.length - 1);
  // Of the two forms the one whose power does not grow.
  if (x[0].isNeg()) {
    const e = exp(x);
    return over(e, plus(one, e));
  }
  return over(one, plus(one, exp(scale(x, new Decimal(-1)))));
};
const softplus = (x: Series): Series => log(plus(constantSeries(ONE, x.length - 1), exp(x)));
const tanh = (x: Series): Series => minus(scale(sigmoid(scale(x, new Decimal(2))), new Decimal(2)), constantSeries(ONE, x.length - 1));

type Elementwise = (...args: Series[]) => Series;
const compare =
  (holds: (x: Decimal, y: Decimal) => boolean): Elementwise =>
  (x, y) =>
    constantSeries(holds(x[0], y[0]) ? ONE : ZERO, x.length - 1);

const ELEMENTWISE: Readonly<Record<string, Elementwise>> = {
  Neg: (x) => scale(x, new Decimal(-1)),
  Exp: exp,
  Expm1: (x) => minus(exp(x), constantSeries(ONE, x.length - 1)),
  Log: log,
  Log1p: (x) => log(plus(constantSeries(ONE, x.length - 1), x)),
  Sqrt: (x) => power(x, new Decimal(0.5)),
  Square: (x) => times(x, x),
  Reciprocal: (x) => over(constantSeries(ONE, x.length - 1), x),
  Abs: (x) => (x[0].isNeg() ? scale(x, new Decimal(-1)) : x),
  Sign: (x) => constantSeries(new Decimal(Decimal.sign(x[0])), x.length - 1),
  Sin: (x) => sineAndCosine(x)[0],
  Cos: (x) => sineAndCosine(x)[1],
  Tanh: tanh,
  Sigmoid: sigmoid,
  Softplus: softplus,
  Silu: (x) => times(x, sigmoid(x)),
  Relu: (x) => (x[0].gt(0) ? x : constantSeries(ZERO, x.length - 1)),
  Add: plus,
  Sub: minus,
  Mul: times,
  Div: over,
  Pow: (x, y) => (y.slice(1).every((c) => c.isZero()) ? power(x, y[0]) : exp(times(y, log(x)))),
  Maximum: (x, y) => (x[0].gte(y[0]) ? x : y),
  Minimum: (x, y) => (x[0].lte(y[0]) ? x : y),
  Where: (c, x, y) => (c[0].isZero() ? y : x),
  LogisticLoss: (z, y) => minus(softplus(z), times(y, z)),
  StopGradient: (x) => constantSeries(x[0], x.length - 1),
  Equal: compare((x, y) => x.eq(y)),
  NotEqual: compare((x, y) => !x.eq(y)),
  Less: compare((x, y) => x.lt(y)),
  LessEqual: compare((x, y) => x.lte(y)),
  Greater: compare((x, y) => x.gt(y)),
  GreaterEqual: compare((x, y) => x.gte(y)),
};

function run({ op, inputs, output, attributes }: Node, args: readonly (readonly Series[])[], order: number): readonly Series[] {
  const elementwise = ELEMENTWISE[op.name];
  if (elementwise !== undefined) {
    const readers = inputs.map((x) => broadcastReader(x.shape, output.shape));
    return Array.from({ length: output.size }, (_, i) => elementwise(...args.map((arg, j) => arg[readers[j](i)])));
  }
  const [x] = args;
  const sum = (list: readonly Series[]): Series => list.reduce(plus, constantSeries(ZERO, order));
  const along = (axes: readonly number[]): number[][] => groups(inputs[0].shape, axes);
  switch (op.name) {
    case "Reshape":
      return x;
    case "BroadcastTo": {
      const from = broadcastReader(inputs[0].shape, output.shape);
      return Array.from({ length: output.size }, (_, i) => x[from(i)]);
    }
    case "Transpose": {
      const { axes } = attributes as { axes: readonly number[] };
      const before = (index: readonly number[]): number[] => axes.map((_, axis) => index[axes.indexOf(axis)]);
      return indices(output.shape).map((index) => x[placeOf(before(index), inputs[0].shape)]);
    }
    case "Sum":
      return along((attributes as { axes: readonly number[] }).axes).map((places) => sum(places.map((i) => x[i])));
    case "Mean": {
      const { axes, count } = attributes as { axes: readonly number[]; count: number };
      return along(axes).map((places) => scale(sum(places.map((i) => x[i])), ONE.div(count)));
    }
    case "Max":
      return along((attributes as { axes: readonly number[] }).axes).map((places) =>
        places.map((i) => x[i]).reduce((a, b) => (b[0].gt(a[0]) ? b : a)),
      );
    case "Prod":
      return along([(attributes as { axis: number }).axis]).map((places) => places.map((i) => x[i]).reduce(times));
    case "LogSumExp":
      return along([(attributes as { axis: number }).axis]).map((places) => log(sum(places.map((i) => exp(x[i])))));
    case "Softmax": {
      const result = new Array<Series>(x.length);
      for (const places of along([(attributes as { axis: number }).axis])) {
        const powers = places.map((i) => exp(x[i]));
        const total = sum(powers);
        places.forEach((i, k) => {
          result[i] = over(powers[k], total);
        });
      }
      return result;
    }
    default:
      throw new Error(`exactly: no arithmetic for ${op.name}`);
  }
}

function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>((list, size) => list.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])), [[]]);
}
const placeOf = (index: readonly number[], shape: readonly number[]): number =>
  shape.reduce((place, size, i) => place * size + index[i], 0);

/** For each place of the output, that of an input that broadcasts to it. */
function broadcastReader(from: readonly number[], to: readonly number[]): (place: number) => number {
  const all = indices(to);
  const lead = to.length - from.length;
  return (place) =>
    placeOf(
      from.map((size, i) => (size === 1 ? 0 : all[place][lead + i])),
      from,
    );
}

/** The places that go into each number of a reduction. */
function groups(shape: readonly number[], axes: readonly number[]): number[][] {
  const list = new Map<string, number[]>();
  indices(shape).forEach((index, place) => {
    const key = index.filter((_, i) => !axes.includes(i)).join();
    const known = list.get(key);
    if (known === undefined) list.set(key, [place]);
    else known.push(place);
  });
  return [...list.values()];
}
