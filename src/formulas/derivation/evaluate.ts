import { sameShape } from "../../base/shape.js";
import { det, inv } from "../../functions/decompositions.js";
import { diag, matmul, outer, trace } from "../../functions/linalg.js";
import { stack } from "../../functions/movement.js";
import { norm } from "../../functions/reduce.js";
import { cosh, erf, sinh, tan } from "../../functions/special.js";
import { eye, full } from "../../tensor/create.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import { partOf, placeOf, rangeOf, rowOf, ShapesDiffer } from "./indices.js";
import { innerOf, type Joined, NotUnderstood, type Written } from "./parse.js";
import { forAxes } from "./subscripts.js";

/** A number, a vector or a matrix; a vector may lie, as xᵀ does. */
export interface Value {
  readonly x: Tensor;
  readonly isRow: boolean;
}

/** What names mean at one point. */
export interface Meaning {
  readonly value: (name: string) => Tensor | undefined;
  readonly derivative: (of: string, by: string) => Tensor | undefined;
  readonly jacobian: (of: string, by: string) => Tensor | undefined;
  /** Counts a part that is evaluated, and the products of numbers in it. */
  readonly spend: (products?: number) => void;
  /** The places of indices, from 0. */
  readonly places: ReadonlyMap<string, number>;
  /** What was found of formulas that are the same at all places. */
  readonly known: Map<Written, Value>;
}

/** How a formula is read where people differ. */
export interface Reading {
  /** Two vectors beside each other: place by place, or their inner product. */
  readonly vectors: "place by place" | "inner";
  /** Whether a/bc is a/(bc). */
  readonly isTight: boolean;
  /** Whether Σ(x − μ)² adds up squares, or is the square of a sum. */
  readonly addsPowers: boolean;
}

const READINGS: readonly Reading[] = [false, true].flatMap((addsPowers) =>
  (["place by place", "inner"] as const).flatMap((vectors) => [false, true].map((isTight) => ({ vectors, isTight, addsPowers }))),
);

/** The ways in which a formula may be meant. */
export function readingsOf(written: Written): readonly Reading[] {
  const hasPowerOfSum = (of: Written): boolean => (of.kind === "power" && isOfSum(of)) || innerOf(of).some(hasPowerOfSum);
  return hasPowerOfSum(written) ? READINGS : READINGS.filter(({ addsPowers }) => !addsPowers);
}

const plain = (x: Tensor): Value => ({ x, isRow: false });
const number = (value: number): Value => plain(asTensor("checkDerivation", value));
const isScalar = ({ x }: Value): boolean => x.size === 1;
const scalar = ({ x }: Value): Tensor => x.reshape([]);

/** The value of a formula. A size is 𝟏's: it gets as long as what it meets. */
export function evaluate(written: Written, meaning: Meaning, reading: Reading): Value {
  const value = evaluated(written, meaning, reading);
  meaning.spend(value.x.size);
  return value;
}

function evaluated(written: Written, meaning: Meaning, reading: Reading): Value {
  const inner = (of: Written): Value => evaluate(of, meaning, reading);
  switch (written.kind) {
    case "number":
      return number(written.value);
    case "name": {
      const x = meaning.value(written.name);
      if (x === undefined) throw new NotUnderstood(`expected a name of the derivation, got "${written.name}"`);
      return plain(x);
    }
    case "derivative": {
      const x = (written.isWhole ? meaning.jacobian : meaning.derivative)(written.of, written.by);
      if (x === undefined) throw new NotUnderstood(`expected a derivative between named values, got ∂${written.of}/∂${written.by}`);
      return plain(x);
    }
    case "ones":
    case "identity":
      throw new NotUnderstood("expected 𝟏 and I within a product or a sum");
    case "sum":
      return sum(
        written.terms.map(({ isNegative, of }) => [of.kind === "identity" || of.kind === "ones" ? of.kind : ofTerm(of, inner), isNegative]),
      );
    case "product":
      return product(written.factors, inner, reading, meaning.spend);
    case "power":
      return reading.addsPowers && isOfSum(written) ? inner(ofEach(written)) : power(written, inner);
    case "transpose": {
      if (written.of.kind === "ones" || written.of.kind === "identity") throw new NotUnderstood("expected 𝟏ᵀ within a product");
      const { x, isRow } = inner(written.of);
      return x.rank === 2 ? plain(x.transpose()) : { x, isRow: x.rank === 1 ? !isRow : isRow };
    }
    case "call":
      return call(written.name, written.axis, written.args.map(inner));
    case "relation":
      return relation(written.sign, inner(written.left), inner(written.right));
    case "at": {
      const { x } = everywhere(written.of, meaning, reading);
      const places = forAxes(written.indices, x.rank).map((index) => placeOf(index, meaning.places));
      return plain(partOf(x, places));
    }
    case "delta": {
      const [i, j] = written.indices.map((index) => placeOf(index, meaning.places));
      return number(i === j ? 1 : 0);
    }
    case "total":
      return total(written, meaning, reading);
  }
}

/** The value of a formula of which a place is taken: once for all places, if it has no index itself. */
function everywhere(written: Written, meaning: Meaning, reading: Reading): Value {
  const known = meaning.known.get(written);
  if (known !== undefined) return known;
  const value = evaluate(written, meaning, reading);
  const hasIndex = (of: Written): boolean => of.kind === "at" || of.kind === "delta" || innerOf(of).some(hasIndex);
  if (!hasIndex(written)) meaning.known.set(written, value);
  return value;
}

const withPlace = (meaning: Meaning, index: string, place: number): Meaning => ({
  ...meaning,
  places: new Map(meaning.places).set(index, place),
});

/** The value of a formula with an axis for each of these indices, which are as long as what it has of them. */
export function atIndices(written: Written, meaning: Meaning, reading: Reading, free: readonly string[]): Tensor {
  const atFirst = free.reduce((places, index) => withPlace(places, index, 0), meaning);
  const shape = free.map((index) => rangeOf(index, written, (value) => everywhere(value, atFirst, reading).x.shape));
  return evaluateAtAll(written, meaning, reading, free, shape).x;
}

/** The value of a formula in the places of free indices one after the other, as one value with an axis for each of them. */
export function evaluateAtAll(
  written: Written,
  meaning: Meaning,
  reading: Reading,
  free: readonly string[],
  shape: readonly number[],
): Value {
  if (free.length === 0) return evaluate(written, meaning, reading);
  const [index, ...others] = free;
  const parts = Array.from({ length: shape[0] }, (_, place) => {
    const { x } = evaluateAtAll(written, withPlace(meaning, index, place), reading, others, shape.slice(1));
    return others.length > 0 ? x : rowOf(x, shape.slice(1));
  });
  return plain(stack(parts));
}

/** Σ over the first index, of Σ over the others. */
function total({ indices: [index, ...others], end, of }: Extract<Written, { kind: "total" }>, meaning: Meaning, reading: Reading): Value {
  const length = rangeOf(index, of, (value) => everywhere(value, meaning, reading).x.shape);
  if (end !== undefined && end !== length) throw new ShapesDiffer(`the index ${index} goes to ${length}, not to ${end}`);
  const inner: Written = others.length === 0 ? of : { kind: "total", indices: others, end: undefined, of };
  const values = Array.from({ length }, (_, place) => evaluate(inner, withPlace(meaning, index, place), reading));
  if (values.length === 0) return number(0);
  return values.reduce((a, b) => together(a, b, (x, y) => x.add(y)));
}

/** One shape for what is added or multiplied place by place: numbers everywhere, a vector in each row. */
function together(a: Value, b: Value, f: (x: Tensor, y: Tensor) => Tensor): Value {
  if (isScalar(a)) return { x: f(scalar(a), b.x), isRow: b.isRow };
  if (isScalar(b)) return { x: f(a.x, scalar(b)), isRow: a.isRow };
  const fits =
    sameShape(a.x.shape, b.x.shape) ||
    (a.x.rank === 2 && b.x.rank === 1 && a.x.shape[1] === b.x.shape[0]) ||
    (b.x.rank === 2 && a.x.rank === 1 && b.x.shape[1] === a.x.shape[0]);
  const isColumn = (m: Value, v: Value): boolean =>
    m.x.rank === 2 && v.x.rank === 1 && m.x.shape[0] === v.x.shape[0] && m.x.shape[1] !== v.x.shape[0];
  if (isColumn(a, b)) return plain(f(a.x, b.x.expandDims(1)));
  if (isColumn(b, a)) return plain(f(a.x.expandDims(1), b.x));
  if (!fits) throw new ShapesDiffer(`shapes [${a.x.shape.join(", ")}] and [${b.x.shape.join(", ")}] do not fit`);
  return { x: f(a.x, b.x), isRow: a.isRow && b.isRow };
}

/** λI, by the number beside I. */
interface Multiple {
  readonly ofIdentity: Tensor;
}

/** A term of a sum; a number times I is as large as what it is added to. */
function ofTerm(of: Written, inner: (of: Written) => Value): Value | Multiple {
  const value = inner(of);
  const isMultiple = of.kind === "product" && of.factors.some((factor) => factor.of.kind === "identity") && isScalar(value);
  return isMultiple ? { ofIdentity: scalar(value) } : value;
}

/** Σ(x − μ)² as Σ((x − μ)²). */
const ofEach = ({ base, exponent }: PowerOfSum): Written => ({
  ...base,
  args: base.args.map((arg) => ({ kind: "power", base: arg, exponent })),
});
interface PowerOfSum {
  readonly base: Extract<Written, { kind: "call" }>;
  readonly exponent: Written;
}
const isOfSum = (written: { readonly base: Written; readonly exponent: Written }): written is PowerOfSum =>
  written.base.kind === "call" && written.base.name === "Σ";

function sum(terms: readonly (readonly [Value | Multiple | "identity" | "ones", boolean])[]): Value {
  const like = terms.map(([value]) => value).find((value) => typeof value !== "string" && "x" in value && value.x.rank > 0);
  const values = terms.map(([value, isNegative]): Value => {
    const own = typeof value !== "string" && "x" in value ? value : special(value, like as Value | undefined);
    return isNegative ? { ...own, x: own.x.neg() } : own;
  });
  return values.reduce((a, b) => together(a, b, (x, y) => x.add(y)));
}

function special(kind: Multiple | "identity" | "ones", like: Value | undefined): Value {
  if (like === undefined) throw new NotUnderstood("expected something beside 𝟏 or I that says how long it is");
  if (typeof kind !== "string") return plain(eye(like.x.shape[0]).mul(kind.ofIdentity));
  return plain(kind === "identity" ? eye(like.x.shape[0]) : full(like.x.shape, 1));
}

type Part = Value | "ones" | "row of ones" | "identity";

function product(factors: readonly Joined[], inner: (of: Written) => Value, reading: Reading, spend: (products: number) => void): Value {
  const groups = reading.isTight ? tight(factors) : factors.map(({ sign, of }) => ({ sign, parts: [{ sign: "" as const, of }] }));
  let result: Part | undefined;
  for (const { sign, parts } of groups) {
    const value = parts.reduce<Part | undefined>(
      (before, part) => (before === undefined ? read(part.of, inner) : times(before, read(part.of, inner), part.sign, reading, spend)),
      undefined,
    ) as Part;
    result = result === undefined ? value : times(result, value, sign, reading, spend);
  }
  if (result === undefined || typeof result === "string") throw new NotUnderstood("expected something beside 𝟏 or I");
  return result;
}

/** a/bc as a/(bc): what stands beside a denominator without a sign belongs to it. */
function tight(factors: readonly Joined[]): { readonly sign: Joined["sign"]; readonly parts: readonly Joined[] }[] {
  const groups: { readonly sign: Joined["sign"]; readonly parts: Joined[] }[] = [];
  for (const factor of factors) {
    const last = groups[groups.length - 1];
    if (last !== undefined && last.sign === "/" && factor.sign === "") last.parts.push(factor);
    else groups.push({ sign: factor.sign, parts: [{ sign: "", of: factor.of }] });
  }
  return groups;
}

function read(of: Written, inner: (of: Written) => Value): Part {
  if (of.kind === "ones") return "ones";
  if (of.kind === "identity") return "identity";
  if (of.kind === "transpose" && of.of.kind === "ones") return "row of ones";
  return inner(of);
}

function times(a: Part, b: Part, sign: Joined["sign"], reading: Reading, spend: (products: number) => void): Part {
  if (a === "identity") return b;
  if (b === "identity") return a;
  if (typeof a === "string" && typeof b === "string") throw new NotUnderstood("expected a vector beside 𝟏, got 𝟏𝟏ᵀ alone");
  if (typeof a === "string") return onesBefore(a, b as Value);
  if (typeof b === "string") return onesBehind(a, b);
  if (sign === "⊙") return together(a, b, (x, y) => x.mul(y));
  if (sign === "/") return together(a, b, (x, y) => x.div(y));
  if (isScalar(a) || isScalar(b)) return together(a, b, (x, y) => x.mul(y));
  // As NumPy has it; a product of matrices where shapes fit that only.
  if (sign === "*" && reading.vectors === "place by place" && sameShape(a.x.shape, b.x.shape)) return together(a, b, (x, y) => x.mul(y));
  spend(a.x.size * (b.x.rank === 2 ? b.x.shape[1] : 1));
  return matrixProduct(a, b, reading);
}

/** 𝟏ᵀv is a sum, 𝟏vᵀ repeats a row: as it is added to rows anyway, it stays one. */
function onesBefore(kind: "ones" | "row of ones", { x, isRow }: Value): Value {
  if (kind === "row of ones") return plain(x.rank === 2 ? x.sum(0) : x.sum());
  if (x.rank === 0) return plain(x);
  if (x.rank === 1 && isRow) return { x, isRow: false };
  throw new ShapesDiffer("𝟏 meets a column");
}

function onesBehind({ x, isRow }: Value, kind: "ones" | "row of ones"): Value {
  if (kind === "ones") return x.rank === 2 ? plain(x.sum(1)) : isRow ? plain(x.sum()) : plain(x);
  return x.rank === 1 ? plain(x.expandDims(1)) : plain(x);
}

function matrixProduct(a: Value, b: Value, { vectors }: Reading): Value {
  const [p, r] = [a.x, b.x];
  const agree = (one: number, other: number): void => {
    if (one !== other) throw new ShapesDiffer(`shapes [${p.shape.join(", ")}] and [${r.shape.join(", ")}] do not fit in a product`);
  };
  if (p.rank === 2 && r.rank === 2) {
    agree(p.shape[1], r.shape[0]);
    return plain(matmul(p, r));
  }
  if (p.rank === 2) {
    if (b.isRow) throw new ShapesDiffer("a matrix meets a row");
    agree(p.shape[1], r.shape[0]);
    return plain(matmul(p, r));
  }
  if (r.rank === 2) {
    agree(p.shape[0], r.shape[0]);
    return { x: matmul(p, r), isRow: true };
  }
  if (!a.isRow && b.isRow) return plain(outer(p, r));
  agree(p.shape[0], r.shape[0]);
  if (a.isRow && !b.isRow) return plain(p.mul(r).sum());
  return vectors === "inner" ? plain(p.mul(r).sum()) : { x: p.mul(r), isRow: a.isRow };
}

function power({ base, exponent }: Extract<Written, { kind: "power" }>, inner: (of: Written) => Value): Value {
  const own = inner(exponent);
  if (base.kind === "number" && base.value === Math.E) return { x: own.x.exp(), isRow: own.isRow };
  const value = inner(base);
  return together(value, own, (x, y) => (y.rank === 0 ? x.pow(y.first) : x.pow(y)));
}

type Elementwise = (x: Tensor) => Tensor;
const ELEMENTWISE: Readonly<Record<string, Elementwise>> = {
  σ: (x) => x.sigmoid(),
  sigma: (x) => x.sigmoid(),
  logistic: (x) => x.sigmoid(),
  expit: (x) => x.sigmoid(),
  sigmoid: (x) => x.sigmoid(),
  tanh: (x) => x.tanh(),
  relu: (x) => x.relu(),
  ReLU: (x) => x.relu(),
  softplus: (x) => x.softplus(),
  exp: (x) => x.exp(),
  ln: (x) => x.log(),
  log: (x) => x.log(),
  sqrt: (x) => x.sqrt(),
  "√": (x) => x.sqrt(),
  abs: (x) => x.abs(),
  sign: (x) => x.sign(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  tan: (x) => tan(x),
  sinh: (x) => sinh(x),
  cosh: (x) => cosh(x),
  erf: (x) => erf(x),
};

function call(name: string, axis: number | undefined, args: readonly Value[]): Value {
  const [first, second] = args;
  const elementwise = ELEMENTWISE[name];
  if (elementwise !== undefined) return { ...first, x: elementwise(first.x) };
  const along = axis ?? undefined;
  switch (name) {
    case "softmax":
      return { ...first, x: first.x.softmax(along ?? -1) };
    case "logSumExp":
    case "logsumexp":
    case "lse":
      return plain(first.x.logSumExp(along));
    case "sum":
    case "Σ":
      return plain(first.x.sum(along));
    case "mean":
      return plain(first.x.mean(along));
    case "max":
    case "min":
      if (second !== undefined) return together(first, second, (x, y) => (name === "max" ? x.maximum(y) : x.minimum(y)));
      return plain(name === "max" ? first.x.max(along) : first.x.min(along));
    case "norm":
      return plain(norm(first.x));
    case "outer":
    case "dot":
      if (second === undefined) throw new NotUnderstood(`expected two vectors in ${name}`);
      return name === "outer" ? plain(outer(first.x, second.x)) : plain(first.x.mul(second.x).sum());
    case "diag":
      return plain(diag(first.x));
    case "tr":
    case "trace":
      return plain(trace(first.x));
    case "det":
      return plain(det(first.x));
    case "inv":
      return first.x.rank === 2 ? plain(inv(first.x)) : { ...first, x: first.x.reciprocal() };
    default:
      throw new NotUnderstood(`expected the name of a function, got "${name}"`);
  }
}

function relation(sign: string, left: Value, right: Value): Value {
  return together(left, right, (x, y) => {
    switch (sign) {
      case "<":
        return x.less(y);
      case "≤":
        return x.lessEqual(y);
      case ">":
        return x.greater(y);
      case "≥":
        return x.greaterEqual(y);
      case "≠":
        return x.notEqual(y);
      default:
        return x.equal(y);
    }
  });
}
