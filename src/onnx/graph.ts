import { DomainError } from "../base/errors.js";
import { SCALAR, type Shape } from "../base/shape.js";

/** The type of the numbers of a model. */
export type Precision = "float64" | "float32";

/** What a node needs beside values: whole numbers, lists of them, and words. */
export type OnnxAttributes = Readonly<Record<string, number | string | readonly number[]>>;

/** One application of an operator of ONNX. Values go by name. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: OnnxAttributes;
}

/** Constants of so many numbers are looked up before they are stored once more: the forms' own numbers, and sizes and axes. */
const SHORT = 16;

/** A constant of the model, with the numbers as they are stored. */
export interface Initializer {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float64Array | Float32Array | BigInt64Array;
}

/**
 * An ONNX graph as it grows. What appends something returns the name of its value. A node or a short constant that is there
 * already is not made again, so e^(−|z|) is taken once for σ(z), the logistic loss and its gradient.
 */
export class Graph {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers = new Map<string, Initializer>();
  private readonly known = new Map<string, string>();
  /** For a comparison as numbers, the same as a truth value. */
  private readonly truths = new Map<string, string>();
  private readonly taken: Set<string>;
  private count = 0;

  /** The names of inputs and outputs are taken. */
  constructor(
    readonly precision: Precision,
    taken: Iterable<string>,
  ) {
    this.taken = new Set(taken);
  }

  /** Appends a node. */
  node(operator: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.once(JSON.stringify([operator, inputs, attributes]), () => {
      const output = this.name(operator);
      this.nodes.push({ operator, inputs, output, attributes });
      return output;
    });
  }

  /** Appends a node whose output has the given name. */
  output(name: string, value: string): void {
    this.nodes.push({ operator: "Identity", inputs: [value], output: name, attributes: {} });
  }

  /** A constant of one number. */
  number(value: number): string {
    return this.tensor(SCALAR, [value]);
  }

  /** A constant in the model's precision. */
  tensor(shape: Shape, values: ArrayLike<number>): string {
    const key = values.length <= SHORT ? `number ${shape} ${Array.from(values, (v) => (Object.is(v, -0) ? "-0" : v))}` : undefined;
    return this.once(key, () => {
      if (this.precision === "float64") return this.initializer(shape, Float64Array.from(values));
      const rounded = Float32Array.from(values);
      const lost = rounded.findIndex((v, i) => (Number.isFinite(values[i]) && !Number.isFinite(v)) || (v === 0 && values[i] !== 0));
      if (lost >= 0) throw new DomainError(`toOnnx: expected constants within the range of float32, got ${values[lost]}`);
      return this.initializer(shape, rounded);
    });
  }

  /** A constant list of whole numbers: sizes, axes. */
  integers(values: readonly number[], shape: Shape = [values.length]): string {
    return this.once(values.length <= SHORT ? `integer ${shape} ${values}` : undefined, () =>
      this.initializer(shape, BigInt64Array.from(values, BigInt)),
    );
  }

  /** A value's numbers as whole numbers: a constant's right away, others by a node. */
  asIntegers(value: string): string {
    const constant = this.initializers.get(value);
    if (constant === undefined || constant.data instanceof BigInt64Array) return this.node("Cast", [value], { to: ElementType.int64 });
    const { data, shape } = constant;
    return this.once(`integers of ${value}`, () => this.integers(Array.from(data), shape));
  }

  /** A value of another type in the model's precision. */
  asNumbers(value: string): string {
    return this.node("Cast", [value], { to: ElementType[this.precision] });
  }

  /** A comparison, as 0 or 1. */
  comparison(operator: string, x: string, y: string): string {
    return this.fromTruth(this.node(operator, [x, y]));
  }

  /** A truth value as 0 or 1. */
  fromTruth(truth: string): string {
    const value = this.asNumbers(truth);
    this.truths.set(value, truth);
    return value;
  }

  /** Whether a value is not 0, place by place, as a truth value. */
  asTruth(value: string): string {
    return this.truths.get(value) ?? this.node("Not", [this.node("Equal", [value, this.number(0)])]);
  }

  /** The value under another shape. */
  reshape(value: string, shape: Shape): string {
    return this.node("Reshape", [value, this.integers(shape)]);
  }

  /** What the given outputs need, in order. */
  finish(outputs: readonly string[]): { readonly nodes: readonly OnnxNode[]; readonly initializers: readonly Initializer[] } {
    const needed = new Set(outputs);
    const nodes = [...this.nodes].reverse().filter(({ inputs, output }) => {
      if (!needed.has(output)) return false;
      for (const input of inputs) needed.add(input);
      return true;
    });
    return { nodes: nodes.reverse(), initializers: [...this.initializers.values()].filter(({ name }) => needed.has(name)) };
  }

  private initializer(shape: Shape, data: Initializer["data"]): string {
    const name = this.name("constant");
    this.initializers.set(name, { name, shape, data });
    return name;
  }

  private once(key: string | undefined, make: () => string): string {
    const known = key === undefined ? undefined : this.known.get(key);
    if (known !== undefined) return known;
    const name = make();
    if (key !== undefined) this.known.set(key, name);
    return name;
  }

  private name(prefix: string): string {
    let name: string;
    do name = `${prefix}_${++this.count}`;
    while (this.taken.has(name));
    return name;
  }
}

/** The numbers by which ONNX files name the types of elements. */
export const ElementType = { float32: 1, int64: 7, float64: 11 } as const;
