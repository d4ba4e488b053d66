import { broadcastShapes } from "../base/broadcast.js";
import { SCALAR, type Shape } from "../base/shape.js";
import * as k from "../kernels/fused.js";
import {
  Div,
  Greater,
  GreaterEqual,
  Heaviside,
  Less,
  LessEqual,
  LogisticGradient,
  LogisticLoss,
  Mul,
  Neg,
  Sigmoid,
  SigmoidSlope,
  Square,
} from "../ops/elementwise.js";
import { type AnyOp, type Applied, isOf } from "../ops/op.js";
import { Mean, Sum } from "../ops/reduce.js";
import { COMPILE } from "../tape/hollow.js";
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
/** σ(z)(1 − σ(z)) from e^(−|z|). */
export const SigmoidSlopeFromExp = /* @__PURE__ */ op("SigmoidSlopeFromExp", k.sigmoidSlopeFromExp, 1);
/** softplus(z) − y·z from z, y and e^(−|z|). */
export const LogisticLossFromExp = /* @__PURE__ */ op("LogisticLossFromExp", k.logisticLossFromExp, 3);
/** σ(z) − y from z, y and e^(−|z|). */
export const LogisticResidualFromExp = /* @__PURE__ */ op("LogisticResidualFromExp", k.logisticResidualFromExp, 3);

/** x·y with a strong zero: {@link Mul}. */
export const MulLimit = /* @__PURE__ */ op("MulLimit", k.mulLimit, 2);
export const MulFirst = /* @__PURE__ */ op("MulFirst", k.mulFirst, 2);
export const MulEither = /* @__PURE__ */ op("MulEither", k.mulEither, 2);
/** x/y with a strong zero: {@link Div}. */
export const DivFirst = /* @__PURE__ */ op("DivFirst", k.divFirst, 2);
/** {@link Heaviside} with the number for ties as a third input. */
export const Step = /* @__PURE__ */ op("Step", k.step, 3);

/** For each op that is computed from e^(−|z|), which of its inputs z is. */
const logits = /* @__PURE__ */ new Map<AnyOp, number>([
  [Sigmoid, 0],
  [SigmoidSlope, 0],
  [LogisticLoss, 0],
  [LogisticGradient, 1],
]);

/**
 * Takes e^(−|z|) once where several nodes are made of it: σ(z), σ(−z) and σ(z)(1 − σ(z)), the logistic loss and its gradient. It is
 * the part of them that takes longest. A σ(z) that is the only one stays as it is; of the others the machine knows no other form.
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
    else if (node.op === SigmoidSlope) nodes.push({ ...node, op: SigmoidSlopeFromExp, inputs: [e] });
    else if (node.op === LogisticLoss) nodes.push({ ...node, op: LogisticLossFromExp, inputs: [...inputs, e] });
    else {
      const [g, logit, y] = inputs;
      const residual = add(LogisticResidualFromExp, [logit, y, e], broadcastShapes("compile", logit.shape, y.shape));
      nodes.push({ ...node, op: Mul, inputs: [g, residual], attributes: { strong: "first" } });
    }
  }
  return new Tape(nodes, tape.inputs, tape.outputs);
}

/**
 * Writes x > y as y < x, x ≥ y as y ≤ x, x² as x·x, and a mean as a sum over a count, so that the machine has fewer ops to know; and
 * ops whose attributes say which of several things they do as that.
 */
export function canonicalize(tape: Tape): Tape {
  const look = new Look(tape);
  const nodes = tape.nodes.flatMap((node) => {
    const { op } = node;
    const [x, y] = node.inputs;
    if (isOf(node, Mean)) return sumOverCount(node);
    if (isOf(node, Heaviside))
      return { ...node, op: Step, inputs: [x, y, Tensor.wrap(SCALAR, node.attributes.tie)], attributes: undefined };
    if (isOf(node, Mul) && node.attributes !== undefined)
      return { ...node, op: hasTamed(look, x, y) ? Mul : STRONG_MUL[node.attributes.strong], attributes: undefined };
    if (isOf(node, Div) && node.attributes !== undefined)
      return { ...node, op: hasTamed(look, x, y) ? Div : DivFirst, attributes: undefined };
    if (op === Square) return { ...node, op: Mul, inputs: [x, x] };
    if (op !== Greater && op !== GreaterEqual) return node;
    return { ...node, op: op === Greater ? Less : LessEqual, inputs: [y, x] };
  });
  return new Tape(nodes, tape.inputs, tape.outputs);
}

const STRONG_MUL = { limit: MulLimit, first: MulFirst, either: MulEither } as const;

/** Whether a constant sees to it that 0 meets neither ∞ nor NaN: a finite second operand, or a first one that is not 0. */
function hasTamed(look: Look, x: Tensor, y: Tensor): boolean {
  const isNumber = (z: Tensor): boolean => look.isConstant(z) && z.size === 1 && Number.isFinite(z.first) && z.first !== 0;
  return isNumber(x) || isNumber(y);
}

/** The mean as Σ (x·2⁻ᵏ) over n·2⁻ᵏ with 2ᵏ ≥ n: the factor changes no digit, and the sum does not overflow. */
function sumOverCount(node: Node & Applied<typeof Mean>): Node[] {
  const { axes, keepDims, count } = node.attributes;
  const [x] = node.inputs;
  const scale = 2 ** -Math.ceil(Math.log2(x.size / Math.max(node.output.size, 1)));
  const scaled = placeholder(x.shape);
  const sum = placeholder(node.output.shape);
  return [
    { ...node, op: Mul, inputs: [x, Tensor.wrap(SCALAR, scale)], output: scaled, attributes: undefined },
    { ...node, op: Sum, inputs: [scaled], output: sum, attributes: { axes, keepDims } },
    { ...node, op: Div, inputs: [sum, Tensor.wrap(SCALAR, count * scale)], attributes: undefined },
  ];
}

/** A value that only the program will compute. */
const placeholder = (shape: Shape): Tensor => Tensor.wrap(shape, COMPILE);
