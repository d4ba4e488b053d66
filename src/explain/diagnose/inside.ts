import { bodyOf, loopOf } from "../../ops/body.js";
import { describeNode, tapeNames } from "../../tape/print.js";
import type { Node, Tape } from "../../tape/tape.js";
import { applyAgain } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Birth, findBirth } from "./birth.js";

/** A place in the function that a node runs. */
export interface Inside {
  /** Where it is, in words: `in step 3, Log(%2)`. */
  readonly where: string;
  /** The node, and the tape of the function that it is on. */
  readonly node: Node;
  readonly tape: Tape;
  readonly birth: Birth;
}

/** Where in the function that a node runs, such as the step of a loop, the first NaN or ∞ is born: the function is run again to see. */
export function bornInside(node: Pick<Node, "inputs" | "attributes">): Inside | undefined {
  const body = bodyOf(node.attributes);
  if (body === undefined) return undefined;
  const { tape } = body;
  const { carries, xs, steps, reverse } = loopOf(node.attributes) ?? { carries: 0, xs: 0, steps: 1, reverse: false };
  const name = tapeNames(tape);
  const rows = node.inputs.slice(carries, carries + xs);
  const fixed = node.inputs.slice(carries + xs);
  let carry: readonly Tensor[] = node.inputs.slice(0, carries);
  for (let count = 0; count < steps; count++) {
    const step = reverse ? steps - 1 - count : count;
    const values = new Map<Tensor, Tensor>();
    const current = (x: Tensor): Tensor => values.get(x) ?? x;
    [...carry, ...rows.map((x) => x.slice([step])), ...fixed].forEach((x, i) => {
      values.set(tape.inputs[i], x);
    });
    for (const inner of tape.nodes) {
      const { op, output, attributes } = inner;
      const inputs = inner.inputs.map(current);
      const value = applyAgain(op, inputs, attributes);
      values.set(output, value);
      const birth = findBirth(op, inputs, value);
      if (birth === undefined) continue;
      const where = `${loopOf(node.attributes) === undefined ? "inside" : `in step ${step}`}, ${describeNode(inner, name)}`;
      const deeper = bornInside({ inputs, attributes });
      return deeper === undefined ? { where, node: inner, tape, birth } : { ...deeper, where: `${where}, ${deeper.where}` };
    }
    carry = tape.outputs.slice(0, carries).map(current);
  }
  return undefined;
}
