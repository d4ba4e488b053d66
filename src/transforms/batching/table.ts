import { stack } from "../../functions/movement.js";
import { type AnyOp, isElementwise, rowOf } from "../../ops/op.js";
import { zeros } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { control } from "./control.js";
import { decompositions } from "./decompositions.js";
import { linalg } from "./linalg.js";
import { movement } from "./movement.js";
import { order } from "./order.js";
import { reduce } from "./reduce.js";
import { again, type BatchRule, type Call, elementwise, type SeveralRule } from "./rule.js";

/** The families' tables in one. The families of elementwise ops have none: one rule serves them all. */
export const batchRules: Readonly<Record<string, BatchRule<never>>> = /* @__PURE__ */ Object.assign(
  {},
  reduce,
  linalg,
  movement,
  decompositions,
  order,
);

/** The op of a user's own, one example after the other: only its author knows what it does with axes. */
function oneByOne(call: Call): Tensor {
  const { operands, size, shape } = call;
  if (size === 0) return zeros([0, ...shape]);
  const example = (i: number): Tensor[] => operands.map(({ value, isBatched }) => (isBatched ? value.slice([i]) : value));
  return stack(Array.from({ length: size }, (_, i) => again(call, example(i))));
}

/** The rules of ops with several results. */
export const severalRules: Readonly<Record<string, SeveralRule<never>>> = control;

/** How an op with several results is applied to a batch. */
export const severalRuleOf = (op: AnyOp): SeveralRule => severalRules[op.name] as SeveralRule;

/** How an op with one result is applied to a batch. */
export const batchRuleOf = (op: AnyOp): BatchRule => (rowOf(batchRules, op) ?? (isElementwise(op) ? elementwise : oneByOne)) as BatchRule;
