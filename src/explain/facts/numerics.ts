import { type AnyOp, rowOf } from "../../ops/op.js";
import { numerics as control } from "./control.js";
import { numerics as decompositions } from "./decompositions.js";
import { numerics as elementwise } from "./elementwise.js";
import type { AnyNumericFacts, NumericRows } from "./facts.js";
import { numerics as linalg } from "./linalg.js";
import { numerics as movement } from "./movement.js";
import { numerics as order } from "./order.js";
import { numerics as reduce } from "./reduce.js";
import { numerics as special } from "./special.js";

const merge = (...families: NumericRows[]): NumericRows => Object.assign({}, ...families);
/** The rows of all families. */
export const numericRows = /* @__PURE__ */ merge(elementwise, reduce, movement, linalg, decompositions, order, special, control);

/** What is taken for granted of an op that a user defined: that it rounds, and nothing else. */
const CUSTOM: AnyNumericFacts = { rounding: { kind: "rounded" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };

/** What is known of the numbers of an op. */
export const numericFactsOf = (op: AnyOp): AnyNumericFacts => rowOf(numericRows, op) ?? CUSTOM;
