import * as ops from "../../ops/movement.js";
import type { AnyOp } from "../../ops/op.js";
import { call, type Expression, negate, withoutSign } from "../formula/expression.js";
import type { FormulaTable, NumericFacts, NumericTable } from "./facts.js";
import * as words from "./words.js";

type Ops = typeof import("../../ops/movement.js");

/** −x under another shape is written as minus that of x: a minus stays in sight. */
function signInSight(op: AnyOp, [x]: readonly Expression[], attributes: unknown): Expression | undefined {
  const [positive, sign] = withoutSign(x);
  return sign < 0 ? negate(call(op, [positive], attributes)) : undefined;
}

/** What formulas know of ops that move numbers. */
export const formulas: FormulaTable<Ops> = {
  Reshape: {
    readsSometimes: (args, attributes) => signInSight(ops.Reshape, args, attributes),
    notation: { as: "reshape" },
  },
  Transpose: { notation: { as: "transpose" } },
  BroadcastTo: {
    readsSometimes: (args, attributes) => signInSight(ops.BroadcastTo, args, attributes),
    notation: { as: "argument" },
  },
  Slice: { notation: { as: "function", name: { text: "slice" } } },
  // What is filled in stays as it is, whatever the argument is multiplied by.
  Pad: { notation: { as: "function", name: { text: "pad" } } },
  // These are linear in all of their arguments at once, not in one of them.
  Assemble: { notation: { as: "function", name: { text: "assemble" } } },
  Concat: { notation: { as: "function", name: { text: "concat" } } },
  Take: { notation: { as: "function", name: { text: "take" } } },
  ScatterAdd: { notation: { as: "function", name: { text: "scatterAdd" } } },
  Result: { notation: { as: "function", name: { text: "result" } } },
  OneHot: { notation: { as: "function", name: { text: "oneHot" } } },
  StopGradient: { notation: { as: "argument" } },
  Leaf: { reads: ([x]) => x },
};

const MOVES: NumericFacts = { rounding: { kind: "exact" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} };
/** What is moved without being taken apart is still of what it was. */
const KEEPS: NumericFacts = { rounding: { kind: "exact" }, summarizes: true, steep: "nowhere", stops: undefined, advice: {} };

/** What is known of the numbers of ops that move numbers. */
export const numerics: NumericTable<Ops> = {
  Reshape: KEEPS,
  Transpose: MOVES,
  BroadcastTo: KEEPS,
  Slice: MOVES,
  Pad: MOVES,
  Assemble: {
    rounding: { kind: "rounded" },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES },
  },
  Concat: MOVES,
  Take: MOVES,
  ScatterAdd: {
    rounding: { kind: "sum", of: [0] },
    summarizes: false,
    steep: "nowhere",
    stops: undefined,
    advice: { "domain error": words.SUM_OF_INFINITIES, cancellation: words.TERMS_CANCEL },
  },
  Result: MOVES,
  OneHot: { rounding: { kind: "steps" }, summarizes: false, steep: "nowhere", stops: undefined, advice: {} },
  StopGradient: KEEPS,
  Leaf: MOVES,
};
