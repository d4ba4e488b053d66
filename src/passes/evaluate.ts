import { aside } from "../tape/aside.js";
import { Tape } from "../tape/tape.js";
import { applyAgain } from "../tensor/apply.js";
import type { Tensor } from "../tensor/tensor.js";

/** The tape as if it had been recorded with these inputs: its nodes with the numbers that they compute from them. */
export function evaluate(tape: Tape, inputs: readonly Tensor[]): Tape {
  const values = new Map<Tensor, Tensor>();
  const set = (x: Tensor, value: Tensor): Tensor => {
    const own = x.label === undefined ? value : value.named(x.label);
    values.set(x, own);
    return own;
  };
  const current = (x: Tensor): Tensor => values.get(x) ?? x;
  return aside(() => {
    const at = tape.inputs.map((x, i) => set(x, inputs[i]));
    const nodes = tape.nodes.map((node) => {
      const operands = node.inputs.map(current);
      return { ...node, inputs: operands, output: set(node.output, applyAgain(node.op, operands, node.attributes)) };
    });
    const cotangents = new Map([...tape.cotangents].map(([x, g]) => [current(x), current(g)]));
    return new Tape(nodes, at, tape.outputs.map(current), cotangents, tape.outputPaths);
  });
}
