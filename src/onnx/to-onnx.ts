import { describe, GradtapeError } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { bodyOf } from "../ops/body.js";
import type { AnyOp } from "../ops/op.js";
import { tidy } from "../passes/tidy.js";
import { type Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { encode } from "./encode.js";
import type { Write } from "./forms/form.js";
import { formsOf } from "./forms/table.js";
import { Graph, type Precision } from "./graph.js";
import { checkName, namesOf } from "./names.js";

/** Settings of {@link toOnnx}. */
export interface OnnxOptions {
  /** The type of all numbers in the model, `"float64"` if left out. A recording is in float64; `"float32"` rounds its constants. */
  readonly precision?: Precision;
  /** The version of ONNX's operator set, from 18, which is taken if left out, to 23. */
  readonly opset?: number;
  /** The names of the inputs, tensors of a tree one by one. Left out, their labels, or `input1`, `input2`, … */
  readonly inputNames?: readonly string[];
  /**
   * The names of the outputs. Left out, their labels, `grad_W` for the gradient with respect to the input `W`, in a tree their paths,
   * or `output1`, `output2`, …
   */
  readonly outputNames?: readonly string[];
  /** The name of the graph, `"gradtape"` if left out. */
  readonly name?: string;
}

const OPTIONS: Known<OnnxOptions> = { precision: true, opset: true, inputNames: true, outputNames: true, name: true };

/** For each version of the operator set, the version of the file format that came with it. */
const irVersions = /* @__PURE__ */ new Map([
  [18, 8],
  [19, 9],
  [20, 9],
  [21, 10],
  [22, 10],
  [23, 11],
]);

/**
 * A recorded tape as an ONNX model, the bytes of a `.onnx` file. The tape of `valueAndGrad(loss)` becomes an ordinary
 * inference model from parameters and data to value and gradient, so any ONNX runtime can do the training step.
 *
 * The arguments of the recorded function are the inputs of the model, in the shapes that they had; what the function closes over
 * is written into it. As with `compile`, what the function does beside tensor operations is frozen as it was recorded. The
 * bytes are written by the packages `onnx-buf` and `@bufbuild/protobuf`, to be installed beside this one.
 *
 * @param tape - From `record`, or the `tape` of a compiled function.
 * @returns The model. A tape with an op made by `defineOp`, for which ONNX has no form, is a `GradtapeError` that names it, and so is
 * one without outputs; a constant that float32 cannot hold, or only as 0, is a `DomainError`.
 *
 * @example
 * ```ts
 * const loss = (W: Tensor, x: Tensor, y: Tensor) => binaryCrossEntropyWithLogits(W.mul(x).sum(), y);
 * const W = tensor([0.5, -1]).named("W");
 * const bytes = toOnnx(record(valueAndGrad(loss), W, tensor([1, 2]), tensor(1)), { opset: 18 });
 * bytes instanceof Uint8Array; // true
 * ```
 */
export function toOnnx(tape: Tape, options?: OnnxOptions): Uint8Array {
  if (!(tape instanceof Tape)) throw new TypeError(`toOnnx: expected a tape from record, got ${describe(tape)}`);
  const { precision = "float64", opset = 18, inputNames, outputNames, name = "gradtape" } = checkOptions("toOnnx", options, OPTIONS);
  if (precision !== "float64" && precision !== "float32")
    throw new TypeError(`toOnnx: expected "float64" or "float32" as the precision, got ${describe(precision)}`);
  const irVersion = irVersions.get(opset);
  if (irVersion === undefined) throw new TypeError(`toOnnx: expected an opset from 18 to 23, got ${describe(opset)}`);
  checkName("name", name);
  if (tape.outputs.length === 0) throw new GradtapeError("toOnnx: expected at least one output, got a tape that returns nothing");

  const names = namesOf(tape, inputNames, outputNames);
  const tidied = tidy(tape);
  const graph = new Graph(precision, [...names.inputs, ...names.outputs]);
  const outputs = writer(tidied)(graph, tidied, names.inputs);
  outputs.forEach((value, i) => {
    graph.output(names.outputs[i], value);
  });
  const ports = (own: readonly string[], tensors: readonly Tensor[]) =>
    own.map((port, i) => ({ name: port, type: precision, shape: tensors[i].shape }));
  return encode({
    name,
    precision,
    opset,
    irVersion,
    inputs: ports(names.inputs, tidied.inputs),
    outputs: ports(names.outputs, tidied.outputs),
    ...graph.finish(names.outputs),
  });
}

/** Writes the nodes of a tape, and of tapes that its ops hold, if all of them have forms. */
function writer(whole: Tape): Write {
  const tidied = new Map([[whole, whole]]);
  const tidiedOf = (tape: Tape): Tape => {
    const known = tidied.get(tape) ?? tidy(tape);
    tidied.set(tape, known);
    return known;
  };
  const opsOf = (tape: Tape): AnyOp[] =>
    tidiedOf(tape).nodes.flatMap(({ op, attributes }) => {
      const body = bodyOf(attributes);
      return body === undefined ? [op] : [op, ...opsOf(body.tape)];
    });
  const forms = formsOf(opsOf(whole));

  const write: Write = (graph, tape, names) => {
    const { nodes, inputs, outputs } = tidiedOf(tape);
    const values = new Map<Tensor, string>(inputs.map((x, i) => [x, names[i]]));
    const nameOf = (x: Tensor): string => {
      const value = values.get(x) ?? graph.tensor(x.shape, x.data);
      values.set(x, value);
      return value;
    };
    for (const node of nodes) {
      const known = valueWithoutNumbers(node);
      const form = forms.get(node.op);
      if (known !== undefined) values.set(node.output, graph.tensor(node.output.shape, known));
      else if (form !== undefined) values.set(node.output, form(graph, node.inputs.map(nameOf), node, write));
    }
    return outputs.map(nameOf);
  };
  return write;
}

/** The result where there is nothing to compute with, which is known. Runtimes disagree on operators without numbers. */
function valueWithoutNumbers({ op, inputs, output, attributes }: Node): Float64Array | undefined {
  if (output.size > 0 && inputs.some(({ size }) => size > 0)) return undefined;
  const data = new Float64Array(output.size);
  const none = inputs.map(({ shape }) => ({ shape, data: new Float64Array() }));
  op.kernel?.({ shape: output.shape, data }, none, attributes);
  return data;
}
