import type { Body } from "../ops/body.js";
import type { AnyOp } from "../ops/op.js";
import { type Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { Look } from "./look.js";

/**
 * Computes equal things once: a node with the op, inputs and attributes of an earlier one is dropped, and the earlier
 * one's output takes its place (common subexpressions). Constants of one number are equal if the numbers are.
 */
export function share(tape: Tape): Tape {
  const stands = new Map<Tensor, Tensor>(); // for what is dropped, what stands in its place
  const resolve = (x: Tensor): Tensor => stands.get(x) ?? x;
  const ids = new Map<object | string, number>();
  const look = new Look(tape);
  const idOf = (x: Tensor | AnyOp | Body): number => {
    const isLoneConstant = "rank" in x && x.rank === 0 && look.isConstant(x);
    const key = isLoneConstant ? keyOfNumber(x.first) : x;
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    return id;
  };
  const seen = new Map<string, Tensor>();
  const kept: Node[] = [];
  for (const node of tape.nodes) {
    const inputs = node.inputs.map(resolve);
    const key = `${idOf(node.op)} ${inputs.map(idOf).join(" ")} ${keyOfAttributes(node.attributes, idOf)}`;
    const earlier = seen.get(key);
    if (earlier !== undefined) stands.set(node.output, earlier);
    else {
      seen.set(key, node.output);
      kept.push({ ...node, inputs });
    }
  }
  return new Tape(kept, tape.inputs, tape.outputs.map(resolve));
}

/** A number as text that no other number has. */
const keyOfNumber = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Attributes as text; a body is equal to itself only. JSON alone writes NaN, ∞ and −∞ as null, and −0 as 0. */
export const keyOfAttributes = (attributes: unknown, idOf: (body: Body) => number): string =>
  JSON.stringify(attributes, (key, value: unknown) =>
    typeof value === "number" ? keyOfNumber(value) : key === "body" ? idOf(value as Body) : value,
  );
