import { describe, GradtapeError } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { tidy } from "../passes/tidy.js";
import { Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { encode } from "./encode.js";
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
  const { nodes, inputs, outputs } = tidy(tape);
  const forms = formsOf(nodes.map(({ op }) => op));
  const graph = new Graph(precision, [...names.inputs, ...names.outputs]);
  const values = new Map<Tensor, string>(inputs.map((x, i) => [x, names.inputs[i]]));
  const nameOf = (x: Tensor): string => {
    const value = values.get(x) ?? graph.tensor(x.shape, x.data);
    values.set(x, value);
    return value;
  };
  for (const node of nodes) {
    // Where there is nothing to compute with, the result is known. Runtimes disagree on operators without numbers.
    const isKnown = node.output.size === 0 || node.inputs.every(({ size }) => size === 0);
    const form = isKnown ? undefined : forms.get(node.op);
    if (form !== undefined) values.set(node.output, form(graph, node.inputs.map(nameOf), node));
  }
  outputs.forEach((x, i) => {
    graph.output(names.outputs[i], nameOf(x));
  });
  const ports = (own: readonly string[], tensors: readonly Tensor[]) => own.map((port, i) => ({ name: port, shape: tensors[i].shape }));
  return encode({
    name,
    precision,
    opset,
    irVersion,
    inputs: ports(names.inputs, inputs),
    outputs: ports(names.outputs, outputs),
    ...graph.finish(names.outputs),
  });
}
