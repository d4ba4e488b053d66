// Numbers, vectors and matrices as a reader of formulas has them.

/** Numbers of a shape; an axis of ANY is as long as it has to be. A row is a vector that lies. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly isRow?: boolean;
  /** A number times I, of any size. */
  readonly isIdentity?: boolean;
  /** Only the numbers of this triangle are not 0. */
  readonly triangle?: "lower" | "upper";
}
export type Value = Numbers;

export const ANY = -1;
export const scalar = (x: number): Value => ({ shape: [], data: [x] });
export const ONES: Value = { shape: [ANY], data: [1] };
export const IDENTITY: Value = { shape: [ANY, ANY], data: [1], isIdentity: true };

/** A tensor without its axes of size 1. */
export const valueOfTensor = ({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): Value => ({
  shape: shape.filter((size) => size !== 1),
  data: Array.from(data),
});

const text = ({ shape, isRow }: Value): string =>
  `${isRow === true ? "a row " : ""}[${shape.map((n) => (n === ANY ? "?" : n)).join(", ")}]`;
const fail = (what: string, ...values: readonly Value[]): never => {
  throw new Error(`${what} of ${values.map(text).join(" and ")}`);
};

export const isMatrix = ({ shape }: Value): boolean => shape.length === 2;
export const each = (x: Value, f: (x: number) => number): Value =>
  x.isIdentity === true ? fail("a function", x) : { ...x, data: x.data.map(f) };
export const scale = (x: Value, by: number): Value => ({ ...x, data: x.data.map((own) => own * by) });
export function numberOf(x: Value): number {
  return x.shape.length === 0 ? x.data[0] : fail("a number that is", x);
}

const strides = ({ shape }: Value): number[] => {
  let step = 1;
  return [...shape]
    .reverse()
    .map((size) => {
      const own = size === ANY ? 0 : step;
      if (size !== ANY) step *= size;
      return own;
    })
    .reverse();
};

/** The number at a place. */
export function get(x: Value, place: readonly number[]): number {
  if (x.isIdentity === true) return place[0] === place[1] ? x.data[0] : 0;
  if (x.triangle !== undefined && (x.triangle === "lower" ? place[0] < place[1] : place[0] > place[1])) return 0;
  const steps = strides(x);
  return x.data[place.reduce((sum, i, k) => sum + i * steps[k], 0)];
}

/** Numbers of a shape, made by place. */
function build(shape: readonly number[], isRow: boolean | undefined, f: (place: number[]) => number): Value {
  const counts = shape.map((size) => (size === ANY ? 1 : size));
  const data = Array.from({ length: counts.reduce((a, b) => a * b, 1) }, (_, flat) => {
    const place: number[] = [];
    let rest = flat;
    for (let k = counts.length - 1; k >= 0; k--) {
      place[k] = rest % counts[k];
      rest = Math.floor(rest / counts[k]);
    }
    return f(place);
  });
  return { shape, data, ...(isRow === true ? { isRow } : {}) };
}

function common(a: number, b: number): number | undefined {
  return a === b || b === ANY ? a : a === ANY ? b : undefined;
}

/** Place by place: shapes are the same, one is a number, or a vector stands beside a matrix whose rows are as long. */
export function placeByPlace(x: Value, y: Value, f: (x: number, y: number) => number): Value {
  if (x.isIdentity === true && y.shape.length === 0) return { ...x, data: [f(x.data[0], y.data[0])] };
  const rank = Math.max(x.shape.length, y.shape.length);
  const asked = (value: Value): boolean => value.shape.length === 0 || value.shape.length === rank || (rank === 2 && value.isRow !== true);
  if (!asked(x) || !asked(y)) fail("different shapes", x, y);
  if (x.shape.length === 1 && y.shape.length === 1 && (x.isRow === true) !== (y.isRow === true)) fail("a row beside a column:", x, y);
  const axis = (value: Value, k: number): number => value.shape[k - rank + value.shape.length] ?? ANY;
  const shape = Array.from({ length: rank }, (_, k) => common(axis(x, k), axis(y, k)) ?? fail("different sizes", x, y));
  const at = (value: Value, place: readonly number[]): number => get(value, place.slice(rank - value.shape.length));
  return build(shape, rank === 1 ? (x.isRow ?? y.isRow) : undefined, (place) => f(at(x, place), at(y, place)));
}

export function add(x: Value, y: Value): Value {
  if (x.isIdentity === true && y.isIdentity === true) return { ...x, data: [x.data[0] + y.data[0]] };
  if ([x, y].some(({ isIdentity }) => isIdentity === true) && [x, y].some(({ shape }) => shape.length !== 2)) fail("I added", x, y);
  return placeByPlace(x, y, (a, b) => a + b);
}

/** Beside each other: a number times anything, a product of matrices and vectors. */
export function multiply(x: Value, y: Value): Value {
  if (x.shape.length === 0) return scale(y, x.data[0]);
  if (y.shape.length === 0) return scale(x, y.data[0]);
  if (x.isIdentity === true) return scale(y, x.data[0]);
  if (y.isIdentity === true) return scale(x, y.data[0]);
  const isColumn = (value: Value): boolean => value.shape.length === 1 && value.isRow !== true;
  if (isColumn(x) && y.isRow === true) return build([x.shape[0], y.shape[0]], false, ([i, j]) => get(x, [i]) * get(y, [j]));
  const rows = x.shape.length === 2 ? x.shape[0] : x.isRow === true ? undefined : fail("a product", x, y);
  const isOpen = x.triangle !== undefined && x.shape[0] === ANY;
  const columns = y.shape.length === 2 ? y.shape[1] : isColumn(y) ? undefined : fail("a product", x, y);
  const size = common(x.shape[x.shape.length - 1], y.shape[0]) ?? fail("a product", x, y);
  if (size === ANY) fail("a product of unknown size", x, y);
  const at = (i: number | undefined, j: number | undefined): number => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += get(x, i === undefined ? [k] : [i, k]) * get(y, j === undefined ? [k] : [k, j]);
    return sum;
  };
  if (rows === undefined && columns === undefined) return scalar(at(undefined, undefined));
  if (rows === undefined) return build([columns as number], true, ([j]) => at(undefined, j));
  if (columns === undefined) return build([isOpen ? size : rows], false, ([i]) => at(i, undefined));
  return build([rows, columns], false, ([i, j]) => at(i, j));
}

export function transpose(x: Value): Value {
  if (x.shape.length === 1) return { ...x, isRow: x.isRow !== true };
  if (x.shape.length !== 2) fail("a transpose", x);
  return x.isIdentity === true ? x : build([x.shape[1], x.shape[0]], false, ([i, j]) => get(x, [j, i]));
}

export const norm = (x: Value): Value => scalar(Math.sqrt(x.data.reduce((sum, own) => sum + own * own, 0)));

export function holds(x: number, sign: string, y: number): boolean {
  switch (sign) {
    case ">":
      return x > y;
    case "<":
      return x < y;
    case "≥":
      return x >= y;
    case "≤":
      return x <= y;
    case "=":
      return x === y;
    default:
      return x !== y;
  }
}

/** Gauss and Jordan, with the largest pivots. */
export function eliminated(x: Value): { readonly inverse: Value; readonly determinant: number } {
  const [n, columns] = x.shape;
  if (x.shape.length !== 2 || n !== columns) fail("an inverse", x);
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => get(x, [i, j])),
    ...Array.from({ length: n }, (_, j) => Number(i === j)),
  ]);
  let determinant = 1;
  for (let k = 0; k < n; k++) {
    const pivot = rows.slice(k).reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k);
    if (pivot !== k) determinant = -determinant;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    const lead = rows[k][k];
    determinant *= lead;
    rows[k] = rows[k].map((own) => own / lead);
    for (const [i, row] of rows.entries()) if (i !== k) rows[i] = row.map((own, j) => own - row[k] * rows[k][j]);
  }
  return { inverse: build([n, n], false, ([i, j]) => rows[i][n + j]), determinant };
}
export const inverse = (x: Value): Value => eliminated(x).inverse;

/** A function of the numbers along an axis, or of all. */
export function along(x: Value, axis: number | undefined, f: (list: readonly number[]) => number): Value {
  if (x.shape.includes(ANY)) fail("a sum over unknown places", x);
  if (axis === undefined || x.shape.length < 2) return scalar(f(x.data));
  const count = x.shape[1 - axis];
  return build([count], false, ([i]) => f(Array.from({ length: x.shape[axis] }, (_, k) => get(x, axis === 0 ? [k, i] : [i, k]))));
}

export function diagonal(x: Value): Value {
  if (x.shape.length === 1) return build([x.shape[0], x.shape[0]], false, ([i, j]) => (i === j ? get(x, [i]) : 0));
  return x.shape.length === 2 ? build([x.shape[0]], false, ([i]) => get(x, [i, i])) : fail("a diagonal", x);
}

export const sizeOf = ({ shape }: Value, axis: number): number => shape[axis];
/** A number at a place; beyond the end 0, since a bracket stands before it that says where it counts. */
export function at(x: Value, place: readonly number[]): Value {
  if (place.some((i, axis) => i < 0 || i >= x.shape[axis])) return scalar(0);
  return place.length === x.shape.length ? scalar(get(x, place)) : fail(`a place of ${place.length} indices`, x);
}

/** A part of a value: a number, a range or all of each axis, or the places that another value names. */
export function slice(x: Value, parts: readonly string[], valueNamed: (name: string) => Value): Value {
  const lists = x.shape.map((size, axis): { readonly at: readonly number[]; readonly goes: boolean } => {
    const part = parts[axis] ?? ":";
    const all = Array.from({ length: size }, (_, i) => i);
    if (part === ":") return { at: all, goes: false };
    const range = /^(\d+):(\d+)$/.exec(part);
    if (range !== null) return { at: all.slice(Number(range[1]), Number(range[2])), goes: false };
    if (/^\d+$/.test(part)) return { at: [Number(part)], goes: true };
    const named = valueNamed(part);
    return { at: named.data, goes: named.shape.length === 0 };
  });
  const kept = lists.filter(({ goes }) => !goes);
  return build(
    kept.map(({ at }) => at.length),
    x.isRow,
    (place) => {
      let next = 0;
      return get(
        x,
        lists.map(({ at, goes }) => at[goes ? 0 : place[next++]]),
      );
    },
  );
}

/** Numbers as long as asked: ones and I find their sizes here, and a number stands for each place. */
export function spread(x: Value, shape: readonly number[]): Float64Array {
  if (x.isRow === true || (x.shape.length > 0 && x.shape.length !== shape.length)) fail(`the shape [${shape.join(", ")}]`, x);
  const full = build(shape, false, (place) => get(x, x.shape.length === 0 ? [] : place));
  for (const [k, size] of x.shape.entries()) if (common(size, shape[k]) !== shape[k]) fail(`the shape [${shape.join(", ")}]`, x);
  return Float64Array.from(full.data);
}

/** A matrix of which one triangle is left; of ones of any size, 1 where it is. */
export const triangle = (x: Value, isLower: boolean): Value => ({ ...x, triangle: isLower ? "lower" : "upper" });
