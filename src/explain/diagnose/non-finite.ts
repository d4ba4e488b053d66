import { Add, Sub, Where } from "../../ops/elementwise.js";
import { type AnyOp, isElementwise } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { numericFactsOf } from "../facts/numerics.js";
import { shownValues, valuesAt } from "../places.js";
import { type Birth, findBirth } from "./birth.js";
import { Roundings } from "./conditions.js";
import { type FindingKind, inRuleOf, type Suspicion } from "./finding.js";
import type { Run } from "./run.js";

const allFinite = (x: Tensor): boolean => x.data.every(Number.isFinite);

/**
 * Finds where NaN and ∞ are born: not where they spread to, nor a NaN that comes from an ∞ which was found already. What the
 * backward pass makes is blamed on the node in whose rule it happens, and each node is named once.
 */
export function findNonFinite(run: Run): Suspicion[] {
  const found: Suspicion[] = nonFiniteInputs(run);
  /** Values that hold something not finite which a finding accounts for. */
  const explained = new Set(found.map(({ tensor }) => tensor));
  const blamed = new Set<number>();
  for (const node of run.tape.nodes) {
    const { op, inputs, output } = node;
    if (allFinite(output)) continue;
    const isExplained = inputs.some((x) => explained.has(x));
    const birth = findBirth(op, inputs, output);
    if (birth !== undefined && !(birth.fromInfinity && isExplained)) {
      const owner = run.owner(node);
      const at = owner ?? node;
      const suspicion = owner === undefined ? (cancelled(node, birth, run) ?? ofForward(node, birth)) : ofRule(owner, birth, run);
      if (!blamed.has(at.output.slot)) found.push(suspicion);
      blamed.add(at.output.slot);
      explained.add(output);
      // An ∞ from outside is accounted for once its first NaN is found.
      if (birth.fromInfinity) for (const x of inputs) if (!allFinite(x)) explained.add(x);
    } else if (isExplained) explained.add(output);
  }
  return maskedOnes(found, run);
}

/**
 * A logarithm or a division that finds a 0 where a sum of two values has lost all of its digits: x + √(x² + 1) at −10⁸. The sum is
 * where the trouble is. A number that is subtracted, as in 1 − p, says what the edge is; then the op at the edge is told.
 */
function cancelled({ op, inputs, output }: Node, birth: Birth, run: Run): Suspicion | undefined {
  if (!isElementwise(op) || kindOf(op, birth) !== "domain edge") return undefined;
  const made = new Map(run.forward.nodes.map((node) => [node.output, node]));
  const { rounded } = new Roundings(run.forward);
  for (const x of inputs) {
    const sum = made.get(x);
    if (sum === undefined || (sum.op !== Add && sum.op !== Sub) || x.size !== output.size || x.data[birth.place] !== 0) continue;
    const terms = valuesAt(sum.inputs, x.shape)(birth.place);
    const isMade = sum.inputs.every((term) => made.has(term) || run.inputs.includes(term));
    if (!isMade || !sum.inputs.some((term) => rounded.has(term)) || terms.includes(0)) continue;
    return {
      ...birth,
      kind: "cancellation",
      slot: x.slot,
      backward: false,
      inputs: terms,
      output: 0,
      relativeError: Number.POSITIVE_INFINITY,
    };
  }
  return undefined;
}

function ofForward({ op, output }: Node, birth: Birth): Suspicion {
  return { ...birth, kind: kindOf(op, birth), slot: output.slot, backward: false, relativeError: Number.POSITIVE_INFINITY };
}

/** ∞ from finite numbers is an edge of the domain, or too large a result; NaN lies outside of it. */
export function kindOf(op: AnyOp, { inputs, output }: Birth): FindingKind {
  if (Number.isNaN(output)) return "domain error";
  return isAtEdge(op, inputs) ? "domain edge" : "overflow";
}

/** Whether an op is at the edge of its domain: its slope is infinite there, and perhaps its value. */
function isAtEdge(op: AnyOp, values: readonly number[]): boolean {
  const { steep } = numericFactsOf(op);
  return typeof steep === "function" && steep(values);
}

/** What is born in the rule of a node, described by the numbers of the node itself. */
function ofRule(owner: Node, birth: Birth, run: Run): Suspicion {
  const g = run.cotangent(owner);
  const { op, inputs, output } = owner;
  const place = placeOfTrouble(owner, birth);
  const values = shownValues(op, inputs, output.shape, place);
  const arrived = g?.data[place];
  const kind = Number.isNaN(birth.output)
    ? arrived === 0
      ? "zero times infinity"
      : "domain error"
    : isAtEdge(op, values)
      ? "domain edge"
      : "overflow";
  return inRuleOf(output, { kind, inputs: values, place, count: birth.count, relativeError: Number.POSITIVE_INFINITY });
}

/** The first place where the node is at an edge; without one, the place of the birth if the node is as large. */
function placeOfTrouble({ op, inputs, output }: Node, birth: Birth): number {
  const at = isElementwise(op) ? valuesAt(inputs, output.shape) : undefined;
  const edge = at === undefined ? -1 : output.data.findIndex((_, place) => isAtEdge(op, at(place)));
  return edge >= 0 ? edge : birth.place < output.size ? birth.place : 0;
}

/** Arguments and constants that hold NaN, at the first node that reads them. */
function nonFiniteInputs(run: Run): Suspicion[] {
  const made = new Set(run.tape.nodes.map(({ output }) => output));
  const read = new Set(run.forward.nodes.flatMap(({ inputs }) => inputs));
  return [...read].flatMap((x) => {
    const places = made.has(x) ? [] : [...x.data.keys()].filter((i) => Number.isNaN(x.data[i]));
    if (places.length === 0) return [];
    return [
      {
        kind: "non-finite input" as const,
        slot: -1,
        backward: false,
        inputs: [],
        output: Number.NaN,
        place: places[0],
        count: places.length,
        relativeError: Number.POSITIVE_INFINITY,
        tensor: x,
      },
    ];
  });
}

/**
 * Without an ∞ or NaN that something later covers up, as `where` does: it has no part in the result, and with a cotangent of 0
 * none in the gradient. If the gradient is not finite, the trouble is in the rule of the same node.
 */
function maskedOnes(found: readonly Suspicion[], run: Run): Suspicion[] {
  if (!run.forward.outputs.every(allFinite)) return [...found];
  const nodes = new Map(run.forward.nodes.map((node) => [node.output.slot, node]));
  const isHarmless = run.gradient.every(allFinite);
  return found.flatMap((suspicion) => {
    const node = nodes.get(suspicion.slot);
    const g = node && run.cotangent(node);
    const isSelected = run.forward.nodes.some(({ op, inputs }) => op === Where && node !== undefined && inputs.includes(node.output));
    if (suspicion.backward || (suspicion.kind === "overflow" && !isSelected) || g === undefined || g.data[suspicion.place] !== 0)
      return [suspicion];
    return isHarmless ? [] : [{ ...suspicion, kind: "zero times infinity" as const, backward: true }];
  });
}
