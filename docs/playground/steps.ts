import { type Node, ones, type Tape, type Tensor } from "gradtape";
import * as elementwise from "../../src/ops/elementwise.js";
import * as special from "../../src/ops/special.js";

/** What one rule sends to one operand. */
export interface Part {
  /** The place among the node's inputs. */
  readonly input: number;
  readonly to: Tensor;
  readonly amount: Tensor;
  /** The derivative by itself, where it is a number for each place: the amount is this times the incoming cotangent. */
  readonly local: Tensor | undefined;
}

/** One stop on the way through a run. */
export interface Moment {
  readonly kind: "inputs" | "forward" | "seed" | "backward";
  /** The node that is computed, or whose rule is applied; at the seed the one of the output. −1 for none, as where the output is an input. */
  readonly node: number;
  /** The value that is computed, or whose rule is applied; at the seed the output. */
  readonly value: Tensor | undefined;
  /** How many nodes have their value. */
  readonly computed: number;
  /** The cotangents as far as they have been added up. */
  readonly cotangents: ReadonlyMap<Tensor, Tensor>;
  /** Of a rule: what flows to the operands. */
  readonly parts: readonly Part[];
}

/** A run as the list of its moments: the inputs, each node forward, 1 at the output, each rule backward. */
export function momentsOf(tape: Tape): Moment[] {
  const { nodes, inputs, outputs } = tape;
  const none: ReadonlyMap<Tensor, Tensor> = new Map();
  const moments: Moment[] = [{ kind: "inputs", node: -1, value: undefined, computed: 0, cotangents: none, parts: [] }];
  for (const [node, { output: value }] of nodes.entries())
    moments.push({ kind: "forward", node, value, computed: node + 1, cotangents: none, parts: [] });
  const [output] = outputs;
  const seed = tape.cotangents.get(output);
  if (seed === undefined) return moments;
  const own = new Set<Tensor>([...inputs, ...nodes.map((node) => node.output)]);
  let cotangents: ReadonlyMap<Tensor, Tensor> = new Map([[output, seed]]);
  const computed = nodes.length;
  const seeded = nodes.findIndex((node) => node.output === output);
  moments.push({ kind: "seed", node: seeded, value: output, computed, cotangents, parts: [] });
  for (let i = nodes.length - 1; i >= 0; i--) {
    const g = cotangents.get(nodes[i].output);
    if (g === undefined) continue;
    const parts = partsOf(nodes[i], g).filter(({ to }) => own.has(to) && tape.cotangents.has(to));
    const next = new Map(cotangents);
    for (const { to, amount } of parts) next.set(to, next.get(to)?.add(amount) ?? amount);
    cotangents = next;
    moments.push({ kind: "backward", node: i, value: nodes[i].output, computed, cotangents, parts });
  }
  return moments;
}

/** What the rules of a node make of the cotangent g of its output, broadcasting undone. */
function partsOf(node: Node, g: Tensor): Part[] {
  const parts = node.inputs.map((to, input) => {
    const amount = applyRule(node, input, g, node.output, node.inputs);
    return amount === undefined ? undefined : { input, to, amount: spread(amount, to), local: localOf(node, input, to) };
  });
  return parts.filter((part) => part !== undefined);
}

/** The ops that compute each place from the same place of their inputs. */
const pointwise: ReadonlySet<unknown> = new Set([...Object.values(elementwise), ...Object.values(special)]);

/** What the rule makes of ones. Of a rule that goes place by place, or from a number to a number, this is the derivative. */
function localOf(node: Node, input: number, to: Tensor): Tensor | undefined {
  const isPointwise = pointwise.has(node.op) && to.size === node.output.size;
  if (!isPointwise && (node.output.size !== 1 || to.size !== 1)) return undefined;
  const local = applyRule(node, input, ones(node.output.shape), node.output, node.inputs);
  if (local === undefined || local.size > node.output.size) return undefined;
  // The rule gives it the shape of the operand, which of one number may have another rank.
  return local.size === node.output.size ? local.reshape(node.output.shape) : local.broadcastTo(node.output.shape);
}

/** A rule may give a cotangent that broadcasts to its operand, or one that broadcasting has made larger. */
export const spread = (amount: Tensor, to: Tensor): Tensor =>
  amount.size < to.size ? amount.broadcastTo(to.shape) : amount.sumTo(to.shape);

/** The rule of one input, on whatever tensors it is given; nothing where no gradient flows. */
export function applyRule(
  { op, attributes }: Node,
  input: number,
  g: Tensor,
  output: Tensor,
  inputs: readonly Tensor[],
): Tensor | undefined {
  if (typeof op.vjp === "function") return op.vjp(g, output, inputs, attributes)[input];
  return op.vjp[input]?.(g, output, ...inputs, attributes);
}
