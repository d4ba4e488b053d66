import type { Shape } from "../base/shape.js";
import { Add } from "../ops/elementwise.js";
import { Assemble, Pad, Transpose } from "../ops/movement.js";
import { type AnyOp, isOf } from "../ops/op.js";
import { Center, CenterTranspose, LogSoftmax, LogSumExp, Softmax } from "../ops/reduce.js";
import { COMPILE } from "../tape/hollow.js";
import { type Node, Tape } from "../tape/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { instructionOf } from "./instructions/table.js";

/**
 * Writes what the machine knows only in another form as that: what goes along an axis that is not the last as the same along the last,
 * between transposes; parts that are put together and meet as a sum. Alone such a node is as well off with its kernel. In the step of a
 * loop it would leave all of it to kernels.
 */
export function inForms(tape: Tape): Tape {
  const nodes = tape.nodes.flatMap((node) => (node.op.kernel === null || instructionOf(node) !== undefined ? [node] : formsOf(node)));
  return new Tape(nodes, tape.inputs, tape.outputs);
}

/** Ops along an axis whose operands have the same shape. */
const ALONG: readonly AnyOp[] = [Softmax, LogSoftmax, LogSumExp, Center, CenterTranspose];

function formsOf(node: Node): Node[] {
  const { op, output, backward } = node;
  const nodes: Node[] = [];
  const apply = (form: AnyOp, inputs: readonly Tensor[], attributes: unknown, result: Shape | Tensor): Tensor => {
    const made = result instanceof Tensor ? result : Tensor.wrap(result, COMPILE);
    nodes.push({ op: form, inputs, output: made, attributes, backward });
    return made;
  };
  if (ALONG.includes(op)) {
    const { axis } = node.attributes as { readonly axis: number };
    const [x] = node.inputs;
    const axes = [...x.shape.keys()].filter((i) => i !== axis).concat(axis);
    const turned = axes.map((i) => x.shape[i]);
    const inputs = node.inputs.map((operand) => apply(Transpose, [operand], { axes }, turned));
    const attributes = { ...(node.attributes as object), axis: x.rank - 1 };
    if (op === LogSumExp) apply(op, inputs, attributes, output);
    else apply(Transpose, [apply(op, inputs, attributes, turned)], { axes: axes.map((_, i) => axes.indexOf(i)) }, output);
    return nodes;
  }
  if (isOf(node, Assemble)) {
    const { parts, shape } = node.attributes;
    const padded = node.inputs.map((x, i) => apply(Pad, [x], { ...parts[i], shape, value: 0 }, shape));
    padded.reduce((sum, part, i) => apply(Add, [sum, part], undefined, i === padded.length - 1 ? output : shape));
    return nodes;
  }
  return [node];
}
