import { ELEMENTARY, type Formula, type Place, Unreadable } from "./formula.js";

/** A size along rows or columns: a number, or not known yet. */
type Size = number | Unknown;
class Unknown {
  is: Size | undefined;
}
/** Rows and columns. A vector is a column, n × 1; a number is 1 × 1. */
export type Shape = readonly [rows: number, columns: number];
type Open = readonly [rows: Size, columns: Size];

/** The sizes of the axes of a value that has a name; axes of size 1 are left out. */
export type SizesOf = (name: string) => readonly number[];

const ends = (size: Size): Size => (typeof size === "number" || size.is === undefined ? size : ends(size.is));
const isNumber = ([rows, columns]: Open): boolean => rows === 1 && columns === 1;
const ofSizes = (sizes: readonly number[], what: string): Open => {
  if (sizes.length > 2) throw new Unreadable(`${what} has more than two axes and no indices`);
  return [sizes[0] ?? 1, sizes[1] ?? 1];
};

/** What is found of a line: the shape of each part of it, and the range of each index. */
export interface Shapes {
  readonly of: (part: Formula) => Shape;
  readonly ranges: ReadonlyMap<string, number>;
}

/**
 * The shapes of all parts of a line. Each is what the notation says: products of matrices must fit, what goes place by place must be
 * equally large, and only a number, or the name of a vector beside a matrix, may be smaller than what it is added to.
 */
export function shapesOf(formula: Formula, sizes: SizesOf, left: Left | undefined): Shapes {
  const reader = new ShapeReader(sizes);
  for (const [k, letter] of (left?.letters ?? []).entries()) reader.says(letter, left?.sizes[k] as number);
  const found = reader.read(formula);
  // 0 alone is zeros of any shape.
  if (left !== undefined && !isZero(formula))
    reader.same(found, left.letters.length > 0 ? [1, 1] : ofSizes(left.sizes, "the left side"), "the sides of the line");
  reader.squareTriangles();
  return { of: (part) => reader.known(part), ranges: reader.ranges };
}

export const isZero = (formula: Formula): boolean => formula.kind === "number" && formula.value === 0;

/** The sizes of a left side, and the letters of its indices if it has them. */
export interface Left {
  readonly sizes: readonly number[];
  readonly letters: readonly string[];
}

class ShapeReader {
  readonly ranges = new Map<string, number>();
  private readonly said = new Set<string>();
  private readonly shapes = new Map<Formula, Open>();

  constructor(private readonly sizes: SizesOf) {}

  known(part: Formula): Shape {
    const [rows, columns] = (this.shapes.get(part) as Open).map(ends);
    if (typeof rows !== "number" || typeof columns !== "number") throw new Unreadable(`nothing says how large a part is (${part.kind})`);
    return [rows, columns];
  }

  /** A triangle of ones of which only one side is known is square. */
  squareTriangles(): void {
    for (const [part, shape] of this.shapes)
      if (part.kind === "call" && (part.name === "tril" || part.name === "triu") && shape.some((size) => typeof ends(size) !== "number"))
        this.square(shape);
  }

  /** The left side, or the bound of a sum, says how far an index runs: beyond an axis a bracket that is 0 has to stand beside it. */
  says(letter: string, size: number): void {
    this.bare(letter, size);
    this.said.add(letter);
  }

  bare(letter: string, size: number): void {
    if (this.said.has(letter)) return;
    const known = this.ranges.get(letter);
    if (known !== undefined && known !== size) throw new Unreadable(`the index ${letter} runs over ${known} and over ${size}`);
    this.ranges.set(letter, size);
  }

  read(part: Formula): Open {
    const found = this.compute(part).map(ends) as unknown as Open;
    this.shapes.set(part, found);
    return found;
  }

  private equal(a: Size, b: Size, what: string): void {
    const [x, y] = [ends(a), ends(b)];
    if (x === y) return;
    if (typeof x !== "number" && y !== 1) x.is = y;
    else if (typeof y !== "number" && x !== 1) y.is = x;
    else throw new Unreadable(`${what}: ${typeof x === "number" ? x : "ones"} and ${typeof y === "number" ? y : "ones"} do not fit`);
  }

  same(a: Open, b: Open, what: string): Open {
    this.equal(a[0], b[0], what);
    this.equal(a[1], b[1], what);
    return a;
  }

  private compute(part: Formula): Open {
    switch (part.kind) {
      case "number":
      case "index":
        return [1, 1];
      case "name":
        return ofSizes(this.sizes(part.name), part.name);
      case "ones":
        return [new Unknown(), 1];
      case "identity": {
        const size = new Unknown();
        return [size, size];
      }
      case "sum":
        return this.spread(part.terms.map(({ of }) => of));
      case "hadamard": {
        const [first, ...rest] = part.factors.map((factor) => this.read(factor));
        if (isNumber(first)) throw new Unreadable("⊙ of numbers");
        return rest.reduce((all, one) => this.same(all, one, "⊙"), first);
      }
      case "product": {
        const [a, b] = [this.read(part.left), this.read(part.right)];
        if (isNumber(a)) return b;
        if (isNumber(b)) return a;
        this.equal(a[1], b[0], "a product of matrices");
        return [a[0], b[1]];
      }
      case "quotient":
        return this.either(this.read(part.over), this.read(part.under), "a quotient");
      case "power":
        return this.either(this.read(part.base), this.read(part.exponent), "a power");
      case "transpose": {
        const [rows, columns] = this.read(part.of);
        return [columns, rows];
      }
      case "inverse":
        return this.square(this.read(part.of));
      case "root":
      case "absolute":
        return this.read(part.of);
      case "norm":
        this.read(part.of);
        return [1, 1];
      case "relation":
        return this.spread([part.left, part.right]);
      case "call":
        return this.call(part);
      case "derivative":
        return ofSizes(this.sizes(part.by), part.by);
      case "second": {
        const all = [...this.sizes(part.by), ...this.sizes(part.with)];
        return ofSizes(all, `∂²/∂${part.by}∂${part.with}`);
      }
      case "derivativeOf":
        this.read(part.formula);
        return ofSizes(this.sizes(part.by), part.by);
      case "slice": {
        const sizes = part.of.kind === "name" ? this.sizes(part.of.name) : this.read(part.of).filter((size): size is number => size !== 1);
        return ofSizes(partSizes(part, sizes, this.sizes), "a part");
      }
      case "indexed":
        return this.indexed(part);
      case "indexSum": {
        for (const { letter, size } of part.over) if (size !== undefined) this.says(letter, size);
        const of = this.read(part.of);
        if (!isNumber(of)) throw new Unreadable("Σ over an index of what is no number");
        for (const { letter } of part.over)
          if (!this.ranges.has(letter)) throw new Unreadable(`nothing says how far the index ${letter} runs`);
        return of;
      }
    }
  }

  /** One of the two may be a number. */
  private either(a: Open, b: Open, what: string): Open {
    return isNumber(a) ? b : isNumber(b) ? a : this.same(a, b, what);
  }

  private square(shape: Open): Open {
    this.equal(shape[0], shape[1], "a square matrix");
    return shape;
  }

  /** Numbers go to all places, the name of a vector to each row of a matrix; all else is equally large. */
  private spread(parts: readonly Formula[]): Open {
    const shapes = parts.map((part) => this.read(part));
    const large = shapes.filter((shape) => !isNumber(shape));
    const matrices = large.filter(([rows, columns]) => rows !== 1 && columns !== 1);
    if (large.length === 0) return [1, 1];
    if (matrices.length === 0) return large.reduce((all, one) => this.same(all, one, "a sum"), large[0]);
    for (const [k, shape] of shapes.entries()) {
      if (isNumber(shape)) continue;
      if (shape[1] === 1 && isPlainVector(parts[k])) this.equal(shape[0], matrices[0][1], "a vector added to each row");
      else this.same(shape, matrices[0], "a sum");
    }
    return matrices[0];
  }

  private call({ name, axis, bound, args }: Formula & { readonly kind: "call" }): Open {
    for (const { letter, size } of bound) if (size !== undefined) this.says(letter, size);
    if (args.length > 1) return this.spread(args);
    const of = this.read(args[0]);
    if (bound.length > 0) {
      if (!isNumber(of)) throw new Unreadable(`${name} over an index of what is no number`);
      for (const { letter } of bound) if (!this.ranges.has(letter)) throw new Unreadable(`nothing says how far the index ${letter} runs`);
      return [1, 1];
    }
    if ((ELEMENTARY as readonly string[]).includes(name) || !KNOWN.has(name)) return of;
    switch (name) {
      case "softmax":
      case "tril":
      case "triu":
        return of;
      case "diag":
        return of[1] === 1 ? [of[0], of[0]] : [this.square(of)[0], 1];
      case "onehot":
        return isNumber(of) ? [new Unknown(), 1] : [of[0], new Unknown()];
      case "tr":
      case "det":
      case "logAbsDet":
        this.square(of);
        return [1, 1];
      default:
        if (axis === undefined) return [1, 1];
        if (of[0] === 1 || of[1] === 1) throw new Unreadable(`${name} along axis ${axis} of what is no matrix`);
        return [axis === 0 ? of[1] : of[0], 1];
    }
  }

  private indexed({ of, at }: Formula & { readonly kind: "indexed" }): Open {
    const sizes = this.axesOf(of);
    if (sizes.length !== at.length) throw new Unreadable(`${at.length} indices of what has ${sizes.length} axes`);
    for (const [k, place] of at.entries()) this.place(place, sizes[k]);
    return [1, 1];
  }

  private axesOf(of: Formula): readonly number[] {
    if (of.kind === "name") return this.sizes(of.name);
    if (of.kind === "derivative") return this.sizes(of.by);
    if (of.kind === "second") return [...this.sizes(of.by), ...this.sizes(of.with)];
    if (of.kind === "call" && of.bound.length > 0) {
      this.read(of);
      return of.bound.map(({ letter }) => this.ranges.get(letter) as number);
    }
    return this.read(of)
      .map(ends)
      .filter((size): size is number => size !== 1);
  }

  private place({ offset, steps }: Place, size: number): void {
    const [only] = steps;
    if (offset === 0 && steps.length === 1 && only.step === 1 && only.base.kind === "index") this.bare(only.base.letter, size);
    for (const { base } of steps) if (base.kind === "lookup") this.lookup(base.name, base.at);
  }

  private lookup(name: string, at: readonly Place[]): void {
    const sizes = this.sizes(name);
    if (sizes.length !== at.length) throw new Unreadable(`${at.length} indices of ${name}, which has ${sizes.length} axes`);
    for (const [k, place] of at.entries()) this.place(place, sizes[k]);
  }
}

const KNOWN = new Set([
  "Σ",
  "mean",
  "max",
  "min",
  "prod",
  "logSumExp",
  "softmax",
  "tr",
  "diag",
  "det",
  "logAbsDet",
  "tril",
  "triu",
  "onehot",
]);

/** v, a part of it, or a number times it. */
const isPlainVector = (part: Formula): boolean =>
  part.kind === "name" || part.kind === "slice" || (part.kind === "product" && part.left.kind === "number" && isPlainVector(part.right));

/** The sizes of the axes of a part; axes of one place are left out. */
export function partSizes({ parts }: Formula & { readonly kind: "slice" }, sizes: readonly number[], sizesOf: SizesOf): number[] {
  if (parts.length > sizes.length) throw new Unreadable(`a part with ${parts.length} places of what has ${sizes.length} axes`);
  return sizes.flatMap((size, axis) => {
    const part = parts[axis];
    if (part === undefined) return [size];
    if (part.kind === "place") return [];
    if (part.kind === "lookup") return sizesOf(part.name);
    return [(part.to ?? size) - part.from].filter((own) => own !== 1);
  });
}
