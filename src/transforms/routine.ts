import type { Routine } from "../kernels/control.js";
import { loopOf } from "../ops/body.js";
import { Result } from "../ops/movement.js";
import { isElementwise, isOf } from "../ops/op.js";
import type { Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A tape as a list of calls: without what no output needs, and without what loops in it keep for derivatives that nobody takes. */
export function routineOf(tape: Tape): Routine {
  const { inputs, outputs } = tape;
  const nodes = neededNodes(tape);
  const places = new Map<Tensor, number>();
  const number = (x: Tensor): void => {
    if (!places.has(x)) places.set(x, places.size);
  };
  inputs.forEach(number);
  const computed = new Set(nodes.map(({ output }) => output));
  const constants = [...new Set([...nodes.flatMap((node) => node.inputs), ...outputs])].filter((x) => !places.has(x) && !computed.has(x));
  constants.forEach(number);
  const calls = nodes.map(({ op, inputs: operands, output, attributes }) => {
    const from = operands.map((x) => places.get(x) as number);
    number(output);
    const shape = op.results === undefined ? output.shape : (op.shape?.(operands, attributes) ?? output.shape);
    return { kernel: op.kernel, attributes, inputs: from, shape, clears: !isElementwise(op) };
  });
  return {
    inputs: inputs.map(({ shape }) => shape),
    constants: constants.map(({ shape, data }) => ({ shape, data })),
    calls,
    outputs: outputs.map((x) => places.get(x) as number),
  };
}

/** The nodes that the outputs depend on; of scans whose kept values nobody reads, such as keep none. */
function neededNodes({ nodes, outputs }: Tape): Node[] {
  const needed = new Set<Tensor>(outputs);
  /** How many results of an op are read, from the first on. */
  const read = new Map<Tensor, number>();
  const found: Node[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    const { inputs, output } = node;
    if (!needed.has(output)) continue;
    for (const x of inputs) needed.add(x);
    if (isOf(node, Result)) read.set(inputs[0], Math.max(read.get(inputs[0]) ?? 0, node.attributes.index + 1));
    const loop = loopOf(node.attributes);
    const keepsInVain = loop !== undefined && !outputs.includes(output) && (read.get(output) ?? 0) <= loop.body.tape.outputs.length;
    found.push(keepsInVain ? { ...node, attributes: { ...loop, kept: [] } } : node);
  }
  return found.reverse();
}
