import type { Shape } from "../base/shape.js";
import type { AnyOp } from "../ops/op.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Columns, Ints, Kinds } from "./columns.js";
import { COMPILE } from "./hollow.js";

/** One application of an op. */
export interface Node {
  /** What was computed; `node.op.name` is for instance `"Mul"`. */
  readonly op: AnyOp;
  /** From what. */
  readonly inputs: readonly Tensor[];
  /** The result. */
  readonly output: Tensor;
  /** What the op needs beside tensors: the axes of a `Sum`, the transposes of a `MatMul`. */
  readonly attributes: unknown;
  /** Whether a reverse sweep computed it: on the tape of a gradient, what belongs to the backward pass. */
  readonly backward: boolean;
}

/** The tensors and the nodes of a tape, which are made when somebody asks for them. */
export class View {
  /** What nodes compute that passes have put in. */
  private readonly putIn = new Map<number, Tensor>();

  constructor(private readonly columns: Columns) {}

  tensor(value: number): Tensor {
    const { inputs, constants, places, source } = this.columns;
    if (value < 0) return constants[~value];
    if (value < inputs.length) return inputs[value];
    const node = value - inputs.length;
    return places[node] < 0 ? this.unknown(node) : source.output(places[node]);
  }

  /** A value that only a program will compute. */
  private unknown(node: number): Tensor {
    const { operands, begins, shapes } = this.columns;
    const made = this.putIn.get(node) ?? this.tensor(operands[begins[node]]).withValues(shapes[node], COMPILE);
    this.putIn.set(node, made);
    return made;
  }

  nodes(): Node[] {
    const { kinds, kindOf, begins, operands, inputs, places, source } = this.columns;
    return Array.from(kindOf, (kind, i): Node => {
      const own: Tensor[] = [];
      for (let j = begins[i]; j < begins[i + 1]; j++) own.push(this.tensor(operands[j]));
      const { op, attributes } = kinds[kind];
      return {
        op,
        inputs: own,
        output: this.tensor(inputs.length + i),
        attributes,
        backward: places[i] >= 0 && source.isBackward(places[i]),
      };
    });
  }
}

/** Nodes as columns. */
export function columnsOf(nodes: readonly Node[], inputs: readonly Tensor[], outputs: readonly Tensor[]): Columns {
  const values = new Map<Tensor, number>(inputs.map((x, i) => [x, i]));
  const constants: Tensor[] = [];
  const valueFor = (x: Tensor): number => {
    const value = values.get(x) ?? -constants.push(x); // ~k for the last one
    values.set(x, value);
    return value;
  };
  const kinds = new Kinds();
  const kindOf = new Int32Array(nodes.length);
  const begins = new Int32Array(nodes.length + 1);
  const operands = new Ints(2 * nodes.length);
  const shapes: Shape[] = [];
  const labels = new Map<number, string>();
  nodes.forEach(({ op, attributes, inputs: own, output }, i) => {
    for (const x of own) operands.push(valueFor(x));
    begins[i + 1] = operands.length;
    kindOf[i] = kinds.of(op, attributes);
    shapes.push(output.shape);
    if (output.label !== undefined) labels.set(i, output.label);
    values.set(output, inputs.length + i);
  });
  return {
    inputs,
    constants,
    kinds: kinds.list,
    kindOf,
    begins,
    operands: operands.take(),
    shapes,
    outputs: outputs.map(valueFor),
    places: Int32Array.from(nodes.keys()),
    labels,
    source: { output: (place) => nodes[place].output, isBackward: (place) => nodes[place].backward },
  };
}
