import { type Base, type Formula, type Place, Unreadable } from "./formula.js";
import { ELEMENTARY_VALUES } from "./functions.js";
import { partSizes, type Shape, type Shapes, type SizesOf } from "./shapes.js";

/** Numbers in rows and columns. */
export interface Matrix {
  readonly shape: Shape;
  readonly data: readonly number[];
}
/** Numbers with any number of axes, none of which has one place only. */
export interface Values {
  readonly sizes: readonly number[];
  readonly data: readonly number[];
}

/** What a line's letters stand for at one point. */
export interface Scope {
  readonly value: (name: string) => Values;
  readonly derivative: (of: string, by: string, fixed: readonly string[]) => Values;
  readonly second: (of: string, by: string, other: string) => Values;
  /** ∂/∂by of a formula. */
  readonly derivativeOf: (formula: Formula, by: string) => Values;
  /** A function that the notation does not know, as a user defined it. */
  readonly custom: (name: string) => ((...xs: number[]) => number) | undefined;
}

type Letters = ReadonlyMap<string, number>;

const scalar = (x: number): Matrix => ({ shape: [1, 1], data: [x] });
const asMatrix = ({ sizes, data }: Values): Matrix => ({ shape: [sizes[0] ?? 1, sizes[1] ?? 1], data });
const filled = (shape: Shape, at: (i: number, j: number) => number): Matrix => ({
  shape,
  data: Array.from({ length: shape[0] * shape[1] }, (_, k) => at(Math.floor(k / shape[1]), k % shape[1])),
});
const at = ({ shape, data }: Matrix, i: number, j: number): number => data[i * shape[1] + j];
const transposed = (x: Matrix): Matrix => filled([x.shape[1], x.shape[0]], (i, j) => at(x, j, i));

/** The numbers of a formula at a point, under numbers for its free indices. */
export function evaluate(formula: Formula, scope: Scope, shapes: Shapes, letters: Letters = new Map()): Matrix {
  const sizesOf: SizesOf = (name) => scope.value(name).sizes;
  const read = (part: Formula, inner: Letters): Matrix => {
    switch (part.kind) {
      case "number":
        return scalar(part.value);
      case "index": {
        const value = inner.get(part.letter);
        if (value === undefined) throw new Unreadable(`the index ${part.letter} is bound by nothing`);
        return scalar(value);
      }
      case "name":
        return asMatrix(scope.value(part.name));
      case "ones":
        return filled(shapes.of(part), () => 1);
      case "identity":
        return filled(shapes.of(part), (i, j) => Number(i === j));
      case "sum": {
        const terms = part.terms.map(({ of, sign }) => ({ x: read(of, inner), sign }));
        return filled(shapes.of(part), (i, j) => terms.reduce((sum, { x, sign }) => sum + sign * spread(x, shapes.of(part), i, j), 0));
      }
      case "hadamard":
        return part.factors.map((factor) => read(factor, inner)).reduce((a, b) => filled(a.shape, (i, j) => at(a, i, j) * at(b, i, j)));
      case "product": {
        const [a, b] = [read(part.left, inner), read(part.right, inner)];
        if (a.data.length === 1) return each(b, (x) => times(a.data[0], x));
        if (b.data.length === 1) return each(a, (x) => times(x, b.data[0]));
        return filled([a.shape[0], b.shape[1]], (i, j) => {
          let sum = 0;
          for (let k = 0; k < a.shape[1]; k++) sum += at(a, i, k) * at(b, k, j);
          return sum;
        });
      }
      case "quotient":
        return both(read(part.over, inner), read(part.under, inner), (x, y) => (x === 0 ? 0 : x / y));
      case "power":
        return both(read(part.base, inner), read(part.exponent, inner), (x, y) => x ** y);
      case "transpose":
        return transposed(read(part.of, inner));
      case "inverse": {
        const x = read(part.of, inner);
        return x.data.length === 1 ? scalar(1 / x.data[0]) : inverse(x).matrix;
      }
      case "root":
        return each(read(part.of, inner), Math.sqrt);
      case "absolute":
        return each(read(part.of, inner), Math.abs);
      case "norm":
        return scalar(Math.hypot(...read(part.of, inner).data));
      case "relation": {
        const [a, b] = [read(part.left, inner), read(part.right, inner)];
        const holds = COMPARISONS[part.sign];
        const shape = shapes.of(part);
        return filled(shape, (i, j) => Number(holds(spread(a, shape, i, j), spread(b, shape, i, j))));
      }
      case "call":
        return call(part, inner);
      case "derivative":
        return asMatrix(scope.derivative(part.of, part.by, part.fixed));
      case "second":
        return asMatrix(scope.second(part.of, part.by, part.with));
      case "derivativeOf":
        return asMatrix(scope.derivativeOf(part.formula, part.by));
      case "slice":
        return asMatrix(slice(part, part.of.kind === "name" ? scope.value(part.of.name) : squeezed(read(part.of, inner))));
      case "indexed": {
        const { sizes, data } = valuesOf(part.of, inner);
        return scalar(
          data[
            flat(
              part.at.map((place, k) => placeAt(place, inner, sizes[k])),
              sizes,
            )
          ],
        );
      }
      case "indexSum":
        return scalar(
          overLetters(
            part.over.map(({ letter }) => letter),
            inner,
          ).reduce((sum, own) => sum + read(part.of, own).data[0], 0),
        );
    }
  };

  /** All numbers for some letters, on top of those that stand. */
  const overLetters = (over: readonly string[], inner: Letters): Letters[] =>
    over.reduce<Letters[]>(
      (all, letter) =>
        all.flatMap((own) => Array.from({ length: shapes.ranges.get(letter) as number }, (_, k) => new Map([...own, [letter, k]]))),
      [inner],
    );

  const call = (part: Formula & { readonly kind: "call" }, inner: Letters): Matrix => {
    const { name, axis, bound, args } = part;
    if (bound.length > 0)
      return scalar(
        REDUCED[name](
          overLetters(
            bound.map(({ letter }) => letter),
            inner,
          ).map((own) => read(args[0], own).data[0]),
        ),
      );
    const of = args.map((arg) => read(arg, inner));
    const elementary = ELEMENTARY_VALUES[name] ?? scope.custom(name);
    const [x] = of;
    if (of.length > 1 || (elementary !== undefined && REDUCED[name] === undefined)) {
      const shape = shapes.of(part);
      if (elementary === undefined) throw new Unreadable(`the function ${name} is not known`);
      return filled(shape, (i, j) => elementary(...of.map((one) => spread(one, shape, i, j))));
    }
    switch (name) {
      case "diag":
        return x.shape[1] === 1
          ? filled([x.shape[0], x.shape[0]], (i, j) => (i === j ? x.data[i] : 0))
          : filled([x.shape[0], 1], (i) => at(x, i, i));
      case "tr":
        return scalar(Array.from({ length: x.shape[0] }, (_, i) => at(x, i, i)).reduce((a, b) => a + b, 0));
      case "tril":
        return filled(x.shape, (i, j) => (i >= j ? at(x, i, j) : 0));
      case "triu":
        return filled(x.shape, (i, j) => (i <= j ? at(x, i, j) : 0));
      case "det":
        return scalar(x.data.length === 1 ? x.data[0] : inverse(x).det);
      case "logAbsDet":
        return scalar(Math.log(Math.abs(x.data.length === 1 ? x.data[0] : inverse(x).det)));
      case "onehot":
        return x.data.length === 1
          ? filled(shapes.of(part), (i) => Number(i === x.data[0]))
          : filled(shapes.of(part), (i, j) => Number(j === x.data[i]));
      case "softmax": {
        if (x.shape[1] === 1) return { ...x, data: softmax(x.data) };
        const own = axis === 0 ? transposed(x) : x;
        const rows = Array.from({ length: own.shape[0] }, (_, i) => softmax(own.data.slice(i * own.shape[1], (i + 1) * own.shape[1])));
        const found = { ...own, data: rows.flat() };
        return axis === 0 ? transposed(found) : found;
      }
    }
    const reduce = REDUCED[name];
    if (reduce === undefined) throw new Unreadable(`the function ${name} is not known`);
    if (axis === undefined) return scalar(reduce(x.data));
    const own = axis === 0 ? transposed(x) : x;
    return filled([own.shape[0], 1], (i) => reduce(own.data.slice(i * own.shape[1], (i + 1) * own.shape[1])));
  };

  const squeezed = ({ shape, data }: Matrix): Values => ({ sizes: shape.filter((size) => size !== 1), data });

  const slice = (part: Formula & { readonly kind: "slice" }, { sizes, data }: Values): Values => {
    let found: number[][] = [[]];
    for (const [axis, size] of sizes.entries()) {
      const own = part.parts[axis];
      const [from, to] =
        own === undefined
          ? [0, size]
          : own.kind === "range"
            ? [own.from, own.to ?? size]
            : own.kind === "place"
              ? [own.at, own.at + 1]
              : [0, 0];
      const places =
        own?.kind === "lookup"
          ? scope.value(own.name).data.map((k) => (k < 0 ? k + size : k))
          : Array.from({ length: to - from }, (_, k) => from + k);
      found = found.flatMap((before) => places.map((place) => [...before, place]));
    }
    return { sizes: partSizes(part, sizes, sizesOf), data: found.map((places) => data[flat(places, sizes)]) };
  };

  const valuesOf = (of: Formula, inner: Letters): Values => {
    if (of.kind === "name") return scope.value(of.name);
    if (of.kind === "derivative") return scope.derivative(of.of, of.by, of.fixed);
    if (of.kind === "second") return scope.second(of.of, of.by, of.with);
    if (of.kind === "call" && of.name === "softmax" && of.bound.length > 0) {
      const letters = of.bound.map(({ letter }) => letter);
      return {
        sizes: letters.map((letter) => shapes.ranges.get(letter) as number),
        data: softmax(overLetters(letters, inner).map((own) => read(of.args[0], own).data[0])),
      };
    }
    return squeezed(read(of, inner));
  };

  const baseAt = (base: Base, inner: Letters): number => {
    if (base.kind === "index") return read({ kind: "index", letter: base.letter }, inner).data[0];
    const { sizes, data } = scope.value(base.name);
    return data[
      flat(
        base.at.map((place, k) => placeAt(place, inner, sizes[k])),
        sizes,
      )
    ];
  };
  const placeAt = ({ offset, steps }: Place, inner: Letters, size: number): number => {
    const found = steps.reduce((sum, { step, base }) => sum + step * baseAt(base, inner), offset);
    return found < 0 && steps.some(({ base }) => base.kind === "lookup") ? found + size : found;
  };

  return read(formula, letters);
}

/** A bracket that is 0 counts more than what is not defined. */
const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);

const flat = (places: readonly number[], sizes: readonly number[]): number => {
  if (places.some((place, k) => place < 0 || place >= sizes[k])) return Number.NaN; // a place that is not there
  return places.reduce((sum, place, k) => sum * sizes[k] + place, 0);
};

/** What stands at a place of a larger shape: a number everywhere, a vector in each row. */
function spread(x: Matrix, shape: Shape, i: number, j: number): number {
  if (x.data.length === 1) return x.data[0];
  return x.shape[1] === 1 && shape[1] !== 1 ? x.data[j] : at(x, i, j);
}
const both = (a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix =>
  a.data.length === 1
    ? each(b, (y) => f(a.data[0], y))
    : b.data.length === 1
      ? each(a, (x) => f(x, b.data[0]))
      : { ...a, data: a.data.map((x, k) => f(x, b.data[k])) };
const each = (x: Matrix, f: (x: number) => number): Matrix => ({ ...x, data: x.data.map(f) });

const COMPARISONS: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  ">": (x, y) => x > y,
  "≥": (x, y) => x >= y,
  "=": (x, y) => Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y)), // rounding aside
  "<": (x, y) => x < y,
  "≤": (x, y) => x <= y,
  "≠": (x, y) => Math.abs(x - y) > 1e-9 * Math.max(Math.abs(x), Math.abs(y)),
};

const total = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const REDUCED: Readonly<Record<string, (xs: readonly number[]) => number>> = {
  Σ: total,
  mean: (xs) => total(xs) / xs.length,
  max: (xs) => Math.max(...xs),
  min: (xs) => Math.min(...xs),
  prod: (xs) => xs.reduce((a, b) => a * b, 1),
  logSumExp: (xs) => {
    const most = Math.max(...xs);
    return most + Math.log(total(xs.map((x) => Math.exp(x - most))));
  },
};
function softmax(xs: readonly number[]): number[] {
  const most = Math.max(...xs);
  const powers = xs.map((x) => Math.exp(x - most));
  return powers.map((x) => x / total(powers));
}

/** The inverse of a square matrix, and its determinant: Gauss and Jordan, with the largest pivot. */
function inverse({ shape: [n], data }: Matrix): { readonly matrix: Matrix; readonly det: number } {
  const rows = Array.from({ length: n }, (_, i) => [
    ...data.slice(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (_, j) => Number(i === j)),
  ]);
  let det = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    if (pivot !== k) det = -det;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    const lead = rows[k][k];
    det *= lead;
    rows[k] = rows[k].map((x) => x / lead);
    for (let i = 0; i < n; i++) {
      const factor = rows[i][k];
      if (i !== k) rows[i] = rows[i].map((x, j) => x - factor * rows[k][j]);
    }
  }
  return { matrix: { shape: [n, n], data: rows.flatMap((row) => row.slice(n)) }, det };
}
