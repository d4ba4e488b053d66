import type { Body } from "../ops/body.js";
import type { AnyOp } from "../ops/op.js";
import type { Tape } from "../tape/tape.js";
import { type Draft, type Rule, rewrite } from "./rewrite.js";

/**
 * Computes equal things once: a node with the op, inputs and attributes of an earlier one is dropped, and the earlier
 * one's output takes its place (common subexpressions). Constants of one number are equal if the numbers are.
 */
export const share = (tape: Tape): Tape => rewrite(tape, sharing);

export const sharing = (draft: Draft): Rule => {
  const classOf = kindClasses(draft);
  // An open-addressed table: a node that is looked for stands at the place of its hash, or at the next ones. It holds nodes, plus 1.
  const mask = 2 ** Math.ceil(Math.log2(2 * draft.old.kindOf.length + 2)) - 1;
  const table = new Int32Array(mask + 1);
  return () => {
    const own = classOf(draft.kind);
    let hash = Math.imul(own, 0x9e3779b1);
    for (let j = 0; j < draft.count; j++) hash = Math.imul(hash ^ draft.operands[j], 0x85ebca6b) ^ (hash >>> 15);
    let at = (hash ^ (hash >>> 13)) & mask;
    for (; table[at] !== 0; at = (at + 1) & mask) {
      const node = table[at] - 1;
      if (classOf(draft.newKind(node)) === own && draft.hasSameOperands(node)) return draft.old.inputs.length + node;
    }
    table[at] = draft.length + 1;
    return undefined;
  };
};

/** Gives kinds that are equal one number: the same op, and attributes that are written alike. */
function kindClasses(draft: Draft): (kind: number) => number {
  const known: number[] = [];
  const classes = new Map<string, number>();
  const ids = new Map<object, number>();
  const idOf = (x: AnyOp | Body): number => {
    const id = ids.get(x) ?? ids.size;
    ids.set(x, id);
    return id;
  };
  return (kind) => {
    if (known[kind] === undefined) {
      const { op, attributes } = draft.kindAt(kind);
      const key = `${idOf(op)} ${keyOfAttributes(attributes, idOf)}`;
      known[kind] = classes.get(key) ?? classes.size;
      classes.set(key, known[kind]);
    }
    return known[kind];
  };
}

/** A number as text that no other number has. */
const keyOfNumber = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** Attributes as text; a body is equal to itself only. JSON alone writes NaN, ∞ and −∞ as null, and −0 as 0. */
export const keyOfAttributes = (attributes: unknown, idOf: (body: Body) => number): string =>
  JSON.stringify(attributes, (key, value: unknown) =>
    typeof value === "number" ? keyOfNumber(value) : key === "body" ? idOf(value as Body) : value,
  );
