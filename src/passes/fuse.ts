import { broadcastShapes } from "../base/broadcast.js";
import { type Shape, sameShape } from "../base/shape.js";
import * as k from "../kernels/fused.js";
import { Greater, GreaterEqual, Less, LessEqual, LogisticGradient, LogisticLoss, Mul, Neg, Sigmoid, Square } from "../ops/elementwise.js";
import type { AnyOp } from "../ops/op.js";
import { type Node, Tape } from "../tape/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { Look } from "./look.js";

// These ops stand only on tapes that are about to run. Nothing differentiates them any more, hence no rules.
const op = (name: string, kernel: AnyOp["kernel"], inputs: number): AnyOp => {
  const none = new Array<null>(inputs).fill(null);
  return { name, kernel, vjp: none, jvp: none };
};

/** e^(−|z|). */
export const ExpNegAbs = /* @__PURE__ */ op("ExpNegAbs", k.expNegAbs, 1);
/** σ(z) from z and e^(−|z|). */
export const SigmoidFromExp = /* @__PURE__ */ op("SigmoidFromExp", k.sigmoidFromExp, 2);
/** softplus(z) − y·z from z, y and e^(−|z|). */
export const LogisticLossFromExp = /* @__PURE__ */ op("LogisticLossFromExp", k.logisticLossFromExp, 3);
/** σ(z) − y from z, y and e^(−|z|). */
export const LogisticResidualFromExp = /* @__PURE__ */ op("LogisticResidualFromExp", k.logisticResidualFromExp, 3);

/** x + 1 where x + y is 0, else x: what the binary cross entropy guards its logarithm with. */
export const Guard = /* @__PURE__ */ op("Guard", k.guard, 2);

/** For each op that is computed from e^(−|z|), which of its inputs z is. */
const logits = /* @__PURE__ */ new Map<AnyOp, number>([
  [Sigmoid, 0],
  [LogisticLoss, 0],
  [LogisticGradient, 1],
]);

/**
 * Takes e^(−|z|) once where several nodes are made of it: σ(z) and σ(−z), the logistic loss and its gradient. It is the part
 * of them that takes longest. A σ(z) that is the only one stays as it is; the machine has no other form for the logistic loss
 * and its gradient.
 */
export function shareExponentials(tape: Tape): Tape {
  // −z has the same |z|.
  const opposite = new Map<Tensor, Tensor>();
  for (const { op, inputs, output } of tape.nodes) if (op === Neg) opposite.set(output, inputs[0]);
  const argument = ({ op, inputs }: Node): Tensor | undefined => {
    const at = logits.get(op);
    return at === undefined ? undefined : (opposite.get(inputs[at]) ?? inputs[at]);
  };
  const readers = new Map<Tensor, number>();
  for (const node of tape.nodes) {
    const z = argument(node);
    if (z !== undefined) readers.set(z, (readers.get(z) ?? 0) + 1);
  }

  const exponentials = new Map<Tensor, Tensor>();
  const nodes: Node[] = [];
  const add = (op: AnyOp, inputs: readonly Tensor[], shape: Shape): Tensor => {
    const output = placeholder(shape);
    nodes.push({ op, inputs, output, attributes: undefined, backward: false });
    return output;
  };
  for (const node of tape.nodes) {
    const z = argument(node);
    if (z === undefined || (node.op === Sigmoid && readers.get(z) === 1)) {
      nodes.push(node);
      continue;
    }
    const e = exponentials.get(z) ?? add(ExpNegAbs, [z], z.shape);
    exponentials.set(z, e);
    const { inputs } = node;
    if (node.op === Sigmoid) nodes.push({ ...node, op: SigmoidFromExp, inputs: [inputs[0], e] });
    else if (node.op === LogisticLoss) nodes.push({ ...node, op: LogisticLossFromExp, inputs: [...inputs, e] });
    else {
      const [g, logit, y] = inputs;
      const residual = add(LogisticResidualFromExp, [logit, y, e], broadcastShapes("compile", logit.shape, y.shape));
      nodes.push({ ...node, op: Mul, inputs: [g, residual] });
    }
  }
  return new Tape(nodes, tape.inputs, tape.outputs);
}

/**
 * Turns x + (x + y = 0), which is two additions and a comparison, into one op. `prune` drops the nodes
 * that nobody reads any more.
 */
export function fuseGuards(tape: Tape): Tape {
  const look = new Look(tape);
  const nodes = tape.nodes.map((node) => {
    const guard = look.guard(node.output);
    if (guard === undefined || !sameShape(guard.sum.shape, node.output.shape)) return node;
    return { ...node, op: Guard, inputs: [guard.p, guard.y] };
  });
  return new Tape(nodes, tape.inputs, tape.outputs);
}

/** Writes x > y as y < x, x ≥ y as y ≤ x, and x² as x·x: the same numbers, and fewer ops for the machine to know. */
export function canonicalize(tape: Tape): Tape {
  const nodes = tape.nodes.map((node) => {
    const { op } = node;
    const [x, y] = node.inputs;
    if (op === Square) return { ...node, op: Mul, inputs: [x, x] };
    if (op !== Greater && op !== GreaterEqual) return node;
    return { ...node, op: op === Greater ? Less : LessEqual, inputs: [y, x] };
  });
  return new Tape(nodes, tape.inputs, tape.outputs);
}

/** A value that only the program will compute: it has a shape and no numbers. */
const placeholder = (shape: Shape): Tensor => Tensor.wrap(shape, new Float64Array(0));
