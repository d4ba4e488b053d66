import { DomainError } from "../base/errors.js";
import { SCALAR, type Shape, sizeOf } from "../base/shape.js";

/** The type of the numbers of a model. */
export type Precision = "float64" | "float32";

/** What a node needs beside values: whole numbers, lists of them, and words. */
export type OnnxAttributes = Readonly<Record<string, number | string | readonly number[]>>;

/** One application of an operator of ONNX. Values go by name. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
  /** What a loop repeats. */
  readonly body?: OnnxGraph;
}

/** The name, type and shape of an input or output. */
export interface Port {
  readonly name: string;
  readonly type: keyof typeof ElementType;
  readonly shape: Shape;
}

/** A graph of its own within a loop. It also reads what stands before the loop. */
export interface OnnxGraph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly OnnxNode[];
}

/** Constants of so many numbers are looked up before they are stored once more: the forms' own numbers, and sizes and axes. */
const SHORT = 16;

/** A constant of the model, with the numbers as they are stored. */
export interface Initializer {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float64Array | Float32Array | BigInt64Array;
}

/** A node as it grows: what its loop repeats can still lose results. */
interface Growing extends Omit<OnnxNode, "body"> {
  readonly loop?: { readonly graph: Graph; readonly inputs: readonly Port[]; readonly outputs: readonly Port[]; readonly carries: number };
}

/**
 * An ONNX graph as it grows. What appends something returns the name of its value. A node or a short constant that is there
 * already is not made again, so e^(−|z|) is taken once for σ(z), the logistic loss and its gradient.
 */
export class Graph {
  private readonly nodes: Growing[] = [];
  private readonly initializers = new Map<string, Initializer>();
  private readonly known = new Map<string, string>();
  /** For a comparison as numbers, the same as a truth value. */
  private readonly truths = new Map<string, string>();
  /** For several results that stand in one value, these one by one. */
  private readonly results = new Map<string, readonly string[]>();
  /** The names of what this graph has that the one around it has not. */
  private readonly own = new Set<string>();
  private readonly taken: Set<string>;
  private count = 0;

  /** The names of inputs and outputs are taken. A graph within a loop is in another one. */
  constructor(
    readonly precision: Precision,
    taken: Iterable<string>,
    private readonly around?: Graph,
  ) {
    this.taken = new Set(taken);
  }

  /** Appends a node. What is the same at each step of a loop stands before the loop. */
  node(operator: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    const outside = this.graphAround(...inputs);
    if (outside !== undefined) return outside.node(operator, inputs, attributes);
    return this.once(JSON.stringify([operator, inputs, attributes]), () => {
      const output = this.name(operator);
      this.nodes.push({ operator, inputs, outputs: [output], attributes });
      return output;
    });
  }

  /** Appends a node whose output has the given name. */
  output(name: string, value: string): void {
    this.nodes.push({ operator: "Identity", inputs: [value], outputs: [name], attributes: {} });
  }

  /**
   * Appends a loop of so many steps, with what it begins with as its carry. `step` writes one step: from the number of the step and the
   * carry to the next carry, as many, and behind it what is collected, of these shapes. Returns the last carry and what was collected
   * along a new axis 0.
   */
  loop(
    steps: number,
    carry: readonly string[],
    shapes: readonly Shape[],
    step: (graph: Graph, count: string, carry: readonly string[]) => readonly string[],
  ): string[] {
    const graph = new Graph(this.precision, [], this);
    const port = (wish: string, type: Port["type"], shape: Shape): Port => ({ name: graph.name(wish), type, shape });
    const [count, goesOn] = [port("step", "int64", SCALAR), port("goesOn", "bool", SCALAR)];
    const before = carry.map((_, i) => port("carry", this.precision, shapes[i]));
    const values = step(
      graph,
      count.name,
      before.map(({ name }) => name),
    );
    const after = [port("goesOn", "bool", SCALAR), ...values.map((_, i) => port("result", this.precision, shapes[i]))];
    for (const [i, value] of [goesOn.name, ...values].entries()) graph.output(after[i].name, value);
    const outputs = values.map(() => this.name("Loop"));
    const loop = { graph, inputs: [count, goesOn, ...before], outputs: after, carries: carry.length };
    this.nodes.push({ operator: "Loop", inputs: [this.integers([steps], SCALAR), "", ...carry], outputs, attributes: {}, loop });
    return outputs;
  }

  /** Several results of these shapes as one value, a vector of all their numbers. */
  pack(results: readonly string[], shapes: readonly Shape[]): string {
    const flat = results.filter((_, i) => sizeOf(shapes[i]) > 0).map((value) => this.reshape(value, [-1]));
    const packed = this.node("Concat", flat, { axis: 0 });
    this.results.set(packed, results);
    return packed;
  }

  /** One of several results that were packed; `undefined` if the value was made otherwise. */
  unpacked(packed: string, index: number): string | undefined {
    return this.graphAround(packed)?.unpacked(packed, index) ?? this.results.get(packed)?.[index];
  }

  /** A constant of one number. */
  number(value: number): string {
    return this.tensor(SCALAR, [value]);
  }

  /** A constant in the model's precision. */
  tensor(shape: Shape, values: ArrayLike<number>): string {
    if (this.around !== undefined) return this.around.tensor(shape, values);
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
    if (this.around !== undefined) return this.around.integers(values, shape);
    return this.once(values.length <= SHORT ? `integer ${shape} ${values}` : undefined, () =>
      this.initializer(shape, BigInt64Array.from(values, BigInt)),
    );
  }

  /** A value's numbers as whole numbers: a constant's right away, others by a node. */
  asIntegers(value: string): string {
    const outside = this.graphAround(value);
    if (outside !== undefined) return outside.asIntegers(value);
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
    return this.truthOf(value) ?? this.node("Not", [this.node("Equal", [value, this.number(0)])]);
  }

  /** The value under another shape. */
  reshape(value: string, shape: Shape): string {
    return this.node("Reshape", [value, this.integers(shape)]);
  }

  /** What the given outputs need, in order. */
  finish(outputs: readonly string[]): { readonly nodes: readonly OnnxNode[]; readonly initializers: readonly Initializer[] } {
    const needed = new Set(outputs);
    const nodes = this.close(needed);
    return { nodes, initializers: [...this.initializers.values()].filter(({ name }) => needed.has(name)) };
  }

  /** The nodes that are needed, in order; notes what they need themselves. */
  private close(needed: Set<string>): OnnxNode[] {
    const nodes: OnnxNode[] = [];
    for (const { loop, ...node } of [...this.nodes].reverse()) {
      if (!node.outputs.some((output) => needed.has(output))) continue;
      for (const input of node.inputs) needed.add(input);
      if (loop === undefined) {
        nodes.push(node);
        continue;
      }
      // The carry goes on from step to step; of what is collected there is what is read.
      const isKept = (i: number): boolean => i < loop.carries || needed.has(node.outputs[i]);
      const outputs = loop.outputs.filter((_, i) => i === 0 || isKept(i - 1));
      for (const { name } of outputs) needed.add(name);
      const body = { inputs: loop.inputs, outputs, nodes: loop.graph.close(needed) };
      nodes.push({ ...node, outputs: node.outputs.filter((_, i) => isKept(i)), body });
    }
    return nodes.reverse();
  }

  /** The graph around this one, if it has all that is named. */
  private graphAround(...names: readonly string[]): Graph | undefined {
    return names.some((name) => this.own.has(name)) ? undefined : this.around;
  }

  /** The truth value that a value is, if it is one. */
  private truthOf(value: string): string | undefined {
    return this.truths.get(value) ?? this.around?.truthOf(value);
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
    const name = this.freshName(prefix);
    this.own.add(name);
    return name;
  }

  private freshName(prefix: string): string {
    if (this.around !== undefined) return this.around.freshName(prefix);
    let name: string;
    do name = `${prefix}_${++this.count}`;
    while (this.taken.has(name));
    return name;
  }
}

/** The numbers by which ONNX files name the types of elements. */
export const ElementType = { float32: 1, int64: 7, bool: 9, float64: 11 } as const;
