import { GradtapeError } from "../../base/errors.js";
import { type AnyOp, rowOf } from "../../ops/op.js";
import { control } from "./control.js";
import { decompositions } from "./decompositions.js";
import { elementwise } from "./elementwise.js";
import type { BodyForm, Refusal } from "./form.js";
import { linalg } from "./linalg.js";
import { movement } from "./movement.js";
import { order } from "./order.js";
import { reduce } from "./reduce.js";
import { special } from "./special.js";

// biome-ignore lint/suspicious/noExplicitAny: the attributes belong to the op by which a form was found
type AnyForm = BodyForm<any>;
type Entries = Readonly<Record<string, AnyForm | Refusal>>;
const merge = (...families: Entries[]): Entries => Object.assign({}, ...families);

/** The form of each op of the library, or why it has none, by the op's name. */
export const forms = /* @__PURE__ */ merge(elementwise, reduce, linalg, movement, decompositions, order, special, control);

/** Why an op that a user defined has no form. */
const UNKNOWN: Refusal = { refused: "an op of your own: compose it from others to export it" };

/** The forms of ops. Those without one are an error that names them all. */
export function formsOf(ops: Iterable<AnyOp>, entries = forms): ReadonlyMap<AnyOp, AnyForm> {
  const found = new Map<AnyOp, AnyForm>();
  const refused = new Set<string>();
  for (const op of ops) {
    const entry = rowOf(entries, op) ?? UNKNOWN;
    if (typeof entry === "function") found.set(op, entry);
    else refused.add(`${op.name} (${entry.refused})`);
  }
  if (refused.size > 0) throw new GradtapeError(`toOnnx: expected ops that have a form in ONNX, got ${[...refused].join(", ")}`);
  return found;
}
