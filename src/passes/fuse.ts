import { broadcastShapes } from "../base/broadcast.js";
import { SCALAR, sizeOf } from "../base/shape.js";
import type { Strength } from "../kernels/elementwise.js";
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
import type { Tape } from "../tape/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Draft, type Rule, rewrite } from "./rewrite.js";

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
export const shareExponentials = (tape: Tape): Tape => rewrite(tape, sharingExponentials);

export const sharingExponentials = (draft: Draft): Rule => {
  const { inputs, kinds, kindOf, begins, operands } = draft.old;
  const places = kinds.map(({ op }) => logits.get(op));
  if (places.every((place) => place === undefined)) return () => undefined;
  /** On the old tape the z of a node that is made of e^(−|z|). −z has the same |z|. */
  const argumentOf = (node: number): number | undefined => {
    const place = places[kindOf[node]];
    if (place === undefined) return undefined;
    const z = operands[begins[node] + place];
    const by = z - inputs.length;
    return by >= 0 && kinds[kindOf[by]].op === Neg ? operands[begins[by]] : z;
  };
  const readers = new Map<number, number>();
  for (let node = 0; node < kindOf.length; node++) {
    const z = argumentOf(node);
    if (z !== undefined) readers.set(z, (readers.get(z) ?? 0) + 1);
  }

  const exponentials = new Map<number, number>();
  return () => {
    const z = argumentOf(draft.node);
    if (z === undefined || (draft.op === Sigmoid && readers.get(z) === 1)) return undefined;
    const current = draft.current(z);
    const e = exponentials.get(z) ?? draft.insert(ExpNegAbs, undefined, draft.shapeOf(current), current);
    exponentials.set(z, e);
    const [x, y, t] = draft.operands;
    if (draft.op === Sigmoid) return draft.become(SigmoidFromExp, undefined, x, e);
    if (draft.op === SigmoidSlope) return draft.become(SigmoidSlopeFromExp, undefined, e);
    if (draft.op === LogisticLoss) return draft.become(LogisticLossFromExp, undefined, x, y, e);
    const shape = broadcastShapes("compile", draft.shapeOf(y), draft.shapeOf(t));
    return draft.become(Mul, FIRST, x, draft.insert(LogisticResidualFromExp, undefined, shape, y, t, e));
  };
};

const FIRST: Strength = /* @__PURE__ */ Object.freeze({ strong: "first" });

/**
 * Writes x > y as y < x, x ≥ y as y ≤ x, x² as x·x, and a mean as a sum over a count, so that the machine has fewer ops to know; and
 * ops whose attributes say which of several things they do as that.
 */
export const canonicalize = (tape: Tape): Tape => rewrite(tape, canonicalizing);

export const canonicalizing =
  (draft: Draft): Rule =>
  () => {
    const { op } = draft;
    const [x, y] = draft.operands;
    if (op === Greater || op === GreaterEqual) return draft.become(op === Greater ? Less : LessEqual, undefined, y, x);
    if (op === Square) return draft.become(Mul, undefined, x, x);
    if (isOf(draft, Mul) && draft.attributes !== undefined)
      return draft.become(hasTamed(draft, x, y) ? Mul : STRONG_MUL[draft.attributes.strong], undefined, x, y);
    if (isOf(draft, Div) && draft.attributes !== undefined) return draft.become(hasTamed(draft, x, y) ? Div : DivFirst, undefined, x, y);
    if (isOf(draft, Heaviside)) return draft.become(Step, undefined, x, y, number(draft, draft.attributes.tie));
    return isOf(draft, Mean) ? sumOverCount(draft) : undefined;
  };

const STRONG_MUL = { limit: MulLimit, first: MulFirst, either: MulEither } as const;

/** Whether a constant sees to it that 0 meets neither ∞ nor NaN: a finite second operand, or a first one that is not 0. */
function hasTamed(draft: Draft, x: number, y: number): boolean {
  const isTame = (value: number): boolean => {
    const constant = draft.numberOf(value);
    return Number.isFinite(constant) && constant !== 0;
  };
  return isTame(x) || isTame(y);
}

/** The mean as Σ (x·2⁻ᵏ) over n·2⁻ᵏ with 2ᵏ ≥ n: the factor changes no digit, and the sum does not overflow. */
function sumOverCount(draft: Draft & Applied<typeof Mean>): undefined {
  const { axes, keepDims, count } = draft.attributes;
  const [x] = draft.operands;
  const shape = draft.shapeOf(x);
  const scale = 2 ** -Math.ceil(Math.log2(sizeOf(shape) / Math.max(sizeOf(draft.shape), 1)));
  const scaled = draft.insert(Mul, undefined, shape, x, number(draft, scale));
  const sum = draft.insert(Sum, { axes, keepDims }, draft.shape, scaled);
  return draft.become(Div, undefined, sum, number(draft, count * scale));
}

const number = (draft: Draft, value: number): number => draft.addConstant(Tensor.wrap(SCALAR, value));
