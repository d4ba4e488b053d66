import type { Shape } from "../../../base/shape.js";
import * as decompositions from "../../../ops/decompositions.js";
import * as reduce from "../../../ops/reduce.js";
import { applyAgain } from "../../../tensor/apply.js";
import { tensor } from "../../../tensor/create.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";
import { type Axis, type Index, isIndex, type Place } from "./places.js";
import type { Quantity } from "./quantity.js";
import type { Atom, AtomOf, Factor, Monomial, Polynomial } from "./terms.js";

/** Numbers for all values of some indices, in row-major order. */
export interface Grid {
  readonly indices: readonly Index[];
  readonly data: Float64Array;
}

/** What counts as equal in [x = y], relative to the larger of the two: both sides are computed. */
const EQUAL = 1e-13;

/** Evaluates formulas at given numbers for the named values; each atom is computed once. */
export class Evaluator {
  private readonly known = new Map<string, Grid>();

  constructor(private readonly numbersOf: (quantity: Quantity) => Tensor) {}

  /** The numbers of a formula as a tensor, whose axes are those of the indices; none along an axis of size 1. */
  tensor(p: Polynomial, indices: readonly (Index | undefined)[], shape: Shape): Tensor {
    const real = indices.filter((index) => index !== undefined);
    const out = new Float64Array(sizeOf(real));
    this.addTo(out, real, p);
    return tensor(out, shape);
  }

  /** Whether an atom is 0 at all places. */
  isZero(atom: Atom): boolean {
    const { data } = this.grid(atom);
    return data.length > 0 && data.every((x) => x === 0);
  }

  protected numberOf(coefficient: Fraction): number {
    return q.toNumber(coefficient);
  }

  private addTo(out: Float64Array, indices: readonly Index[], p: Polynomial): void {
    for (const { coefficient, monomial } of p.terms) this.accumulate(out, indices, [], monomial, this.numberOf(coefficient));
  }

  private polynomial(p: Polynomial, indices: readonly Index[] = [...p.free]): Grid {
    const data = new Float64Array(sizeOf(indices));
    this.addTo(data, indices, p);
    return { indices, data };
  }

  /** Adds c·Σ over bound indices of a product to what is there. What a zero of δ's and brackets shuts out is not looked at. */
  private accumulate(out: Float64Array, indices: readonly Index[], bound: readonly Index[], monomial: Monomial, c: number): void {
    const order = (factor: Factor): number => (isSwitch(factor.atom) ? 0 : 1);
    const factors = [...monomial.factors].sort((a, b) => order(a) - order(b)).map((factor) => this.powerOf(factor));
    const { grids, left } = summedOneByOne(factors, bound);
    addProducts(out, indices, left, {
      grids,
      switches: left === bound ? monomial.factors.filter(({ atom }) => isSwitch(atom)).length : 0,
      c,
    });
  }

  /** The numbers of a power of an atom. */
  powerOf({ atom, exponent }: Factor): Grid {
    if (q.isOne(exponent)) return this.grid(atom);
    const e = q.toNumber(exponent);
    // e^(0.01·u) of a large u: eᵘ alone may be ∞.
    if (atom.kind === "exponential") return this.exponential(atom, [...atom.free], e);
    const grid = this.grid(atom);
    return { ...grid, data: grid.data.map((x) => (e === 2 ? x * x : e === 0.5 ? Math.sqrt(x) : x ** e)) };
  }

  /** The numbers of an atom. */
  grid(atom: Atom): Grid {
    const before = this.known.get(atom.key);
    if (before !== undefined) return before;
    const grid = this.compute(atom, [...atom.free]);
    this.known.set(atom.key, grid);
    return grid;
  }

  protected compute(atom: Atom, indices: readonly Index[]): Grid {
    switch (atom.kind) {
      case "value":
        return over(indices, this.reader(atom.quantity, atom.places));
      case "group":
        return this.polynomial(atom.body, indices);
      case "function":
        return this.call(atom, indices);
      case "power": {
        const [x, y] = [atom.base, atom.exponent].map((p) => this.polynomial(p, indices));
        return { indices, data: x.data.map((base, i) => base ** y.data[i]) };
      }
      case "exponential":
        return this.exponential(atom, indices, 1);
      case "constant":
        return { indices, data: Float64Array.of(atom.value) };
      case "size":
        return { indices, data: Float64Array.of(atom.range.size) };
      case "delta": {
        const [left, right] = [this.place(atom.left), this.place(atom.right)];
        return over(indices, (at) => (left(at) === right(at) ? 1 : 0));
      }
      case "guard": {
        const place = this.place(atom.place);
        return over(indices, (at) => (place(at) >= 0 ? 1 : 0));
      }
      case "indicator":
        return this.indicator(atom, indices);
      case "sum": {
        const data = new Float64Array(sizeOf(indices));
        this.accumulate(data, indices, atom.bound, atom.body, 1);
        return { indices, data };
      }
      case "reduction":
        return this.reduction(atom, indices);
    }
  }

  private exponential({ exponent }: AtomOf<"exponential">, indices: readonly Index[], times: number): Grid {
    const data = new Float64Array(sizeOf(indices));
    this.accumulate(data, indices, [], exponent, times);
    return { indices, data: data.map(Math.exp) };
  }

  private call({ of, args }: AtomOf<"function">, indices: readonly Index[]): Grid {
    const inputs = args.map((arg) => tensor(this.polynomial(arg, indices).data));
    return { indices, data: applyAgain(of.op, inputs, of.attributes).data };
  }

  private indicator({ relation, difference }: AtomOf<"indicator">, indices: readonly Index[]): Grid {
    const { data } = this.polynomial(difference, indices);
    const sizes = new Float64Array(data.length);
    for (const { coefficient, monomial } of difference.terms) {
      const part = new Float64Array(data.length);
      this.accumulate(part, indices, [], monomial, q.toNumber(coefficient));
      for (let i = 0; i < part.length; i++) sizes[i] = Math.max(sizes[i], Math.abs(part[i]));
    }
    const holds = (d: number): boolean => (relation === ">" ? d > 0 : relation === "≥" ? d >= 0 : d === 0);
    return { indices, data: data.map((d, i) => (Number.isNaN(d) ? d : holds(Math.abs(d) <= EQUAL * sizes[i] ? 0 : d) ? 1 : 0)) };
  }

  private reduction(atom: AtomOf<"reduction">, indices: readonly Index[]): Grid {
    const { bound, body, name, at } = atom;
    const outer = [...body.free].filter((index) => !bound.includes(index));
    const { data } = this.polynomial(body, [...outer, ...bound]);
    const shape = [sizeOf(outer), ...bound.map(({ size }) => size)];
    const whole = tensor(data, shape);
    const flat = tensor(data, [shape[0], sizeOf(bound)]);
    const kept = [...outer, ...(at.length > 0 ? bound : [])];
    const found = (): Tensor => {
      switch (name) {
        case "max":
          return flat.max(1);
        case "min":
          return flat.min(1);
        case "prod":
          return flat.prod(1);
        case "logSumExp":
          return flat.logSumExp(1);
        case "softmax":
          return applyAgain(reduce.Softmax, [flat], { axis: 1 });
        case "inverse":
          return applyAgain(decompositions.Inverse, [whole], { caller: "inv" });
        case "det":
          return applyAgain(decompositions.Det, [whole], undefined);
        case "logAbsDet":
          return applyAgain(decompositions.LogAbsDet, [whole], undefined);
      }
    };
    const values = found().data;
    if (at.length === 0) return rearranged({ indices: kept, data: values }, indices);
    const strides = stridesIn(kept, kept);
    const places = at.map((place) => this.place(place));
    return over(indices, (where) => {
      let offset = 0;
      for (const [k, index] of outer.entries()) offset += strides[k] * (where.get(index) ?? 0);
      for (const [k, place] of places.entries()) offset += strides[outer.length + k] * place(where);
      return values[offset];
    });
  }

  /** Reads a value at its places; what lies beyond its edges is 0. */
  private reader(quantity: Quantity, places: readonly Axis[]): (at: ReadonlyMap<Index, number>) => number {
    const { data, shape } = this.numbersOf(quantity);
    const found = places.map((place) => (place === undefined ? () => 0 : this.place(place)));
    return (at) => {
      let offset = 0;
      for (const [axis, place] of found.entries()) {
        const own = place(at);
        if (own < 0 || own >= shape[axis]) return 0;
        offset = offset * shape[axis] + own;
      }
      return data[offset];
    };
  }

  private place({ offset, steps }: Place): (at: ReadonlyMap<Index, number>) => number {
    const parts = steps.map(([base, step]) => {
      if (isIndex(base)) return (at: ReadonlyMap<Index, number>) => step * (at.get(base) ?? 0);
      const read = this.reader(base.quantity, base.places);
      return (at: ReadonlyMap<Index, number>) => {
        const own = read(at);
        return step * (own < 0 ? own + base.size : own);
      };
    });
    return (at) => parts.reduce((sum, part) => sum + part(at), offset);
  }
}

/** What is 0 or 1. */
const isSwitch = ({ kind }: Atom): boolean => kind === "delta" || kind === "guard" || kind === "indicator";

const sizeOf = (indices: readonly Index[]): number => indices.reduce((product, { size }) => product * size, 1);

/** How far apart in a grid the values of each index of a list are; 0 for indices that it does not have. */
function stridesIn(own: readonly Index[], all: readonly Index[]): number[] {
  const strides = new Map<Index, number>();
  let stride = 1;
  for (const index of [...own].reverse()) {
    strides.set(index, stride);
    stride *= index.size;
  }
  return all.map((index) => strides.get(index) ?? 0);
}

/** A grid of what a function says for each place. */
function over(indices: readonly Index[], f: (at: ReadonlyMap<Index, number>) => number): Grid {
  const data = new Float64Array(sizeOf(indices));
  const at = new Map<Index, number>(indices.map((index) => [index, 0]));
  for (let i = 0; i < data.length; i++) {
    data[i] = f(at);
    for (let axis = indices.length - 1; axis >= 0; axis--) {
      const next = (at.get(indices[axis]) as number) + 1;
      at.set(indices[axis], next < indices[axis].size ? next : 0);
      if (next < indices[axis].size) break;
    }
  }
  return { indices, data };
}

function rearranged(grid: Grid, indices: readonly Index[]): Grid {
  const strides = stridesIn(grid.indices, indices);
  return over(indices, (at) => grid.data[indices.reduce((offset, index, k) => offset + strides[k] * (at.get(index) ?? 0), 0)]);
}

/** A product of grids, of which the first few are switches: what a zero of theirs shuts out is not looked at. */
interface Products {
  readonly grids: readonly Grid[];
  readonly switches: number;
  readonly c: number;
}

/** Adds c·Σ over bound indices of a product of grids to what is there. */
function addProducts(out: Float64Array, indices: readonly Index[], bound: readonly Index[], { grids, switches, c }: Products): void {
  const all = [...indices, ...bound];
  const strides = grids.map(({ indices: own }) => stridesIn(own, all));
  const outer = sizeOf(indices);
  const inner = sizeOf(bound);
  const at = new Array<number>(all.length).fill(0);
  const offsets = grids.map(() => 0);
  for (let o = 0; o < outer; o++) {
    let total = 0;
    for (let b = 0; b < inner; b++) {
      let value = c;
      for (let k = 0; k < grids.length; k++) {
        const own = grids[k].data[offsets[k]];
        if (own === 0 && k < switches) {
          value = 0;
          break;
        }
        value *= own;
      }
      total += value;
      for (let axis = all.length - 1; axis >= 0; axis--) {
        at[axis]++;
        for (let k = 0; k < grids.length; k++) offsets[k] += strides[k][axis];
        if (at[axis] < all[axis].size) break;
        for (let k = 0; k < grids.length; k++) offsets[k] -= strides[k][axis] * at[axis];
        at[axis] = 0;
      }
    }
    out[o] += total;
  }
}

/** Sums over more indices than these are not done at once. */
const MOST_BOUND = 2;

/**
 * Σ over many indices, one index after the other: first that which leaves the smallest grid, as in a product of matrices. Where a
 * number is not finite nothing is done: a switch elsewhere could shut it out.
 */
function summedOneByOne(
  factors: readonly Grid[],
  bound: readonly Index[],
): { readonly grids: readonly Grid[]; readonly left: readonly Index[] } {
  if (bound.length <= MOST_BOUND || !factors.every(({ data }) => data.every(Number.isFinite))) return { grids: factors, left: bound };
  let grids = factors;
  let left = bound;
  const around = (index: Index): readonly Index[] => {
    const found = new Set(grids.filter(({ indices }) => indices.includes(index)).flatMap(({ indices }) => indices));
    found.delete(index);
    return [...found];
  };
  while (left.length > 0) {
    const next = left.reduce((best, index) => (sizeOf(around(index)) < sizeOf(around(best)) ? index : best));
    const indices = around(next);
    const data = new Float64Array(sizeOf(indices));
    const own = grids.filter((grid) => grid.indices.includes(next));
    addProducts(data, indices, [next], { grids: own, switches: 0, c: 1 });
    grids = [...grids.filter((grid) => !own.includes(grid)), { indices, data }];
    left = left.filter((index) => index !== next);
  }
  return { grids, left };
}
