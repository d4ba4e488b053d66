import type { Node } from "../../tape/tape.js";
import { numericFactsOf } from "../facts/numerics.js";
import { shownValues } from "../places.js";
import { UNIT_ROUNDOFF } from "./conditions.js";
import { type FindingKind, inRuleOf, type Suspicion } from "./finding.js";
import type { Run } from "./run.js";
import { conditionAt, slopesAt } from "./slopes.js";

/** A node enlarges a gradient too much from this factor on, if the gradient ends up as large. */
const ENORMOUS = 1e10;

/** Finds the nodes at which the gradient is stopped or becomes enormous. */
export function findBlockages(run: Run): Suspicion[] {
  const largest = run.gradient.reduce((most, { data }) => data.reduce((a, x) => Math.max(a, Math.abs(x)), most), 0);
  return run.forward.nodes.flatMap((node) => {
    const g = run.cotangent(node)?.data;
    if (g === undefined || !g.every(Number.isFinite) || !node.output.data.every(Number.isFinite)) return [];
    return stopped(node, g) ?? (largest >= ENORMOUS ? enlarged(node, g) : []);
  });
}

function stopped(node: Node, g: Float64Array): Suspicion[] | undefined {
  const { stops } = numericFactsOf(node.op);
  if (stops === undefined) return undefined;
  const isStopped = stops.at(node, g);
  const places: number[] = [];
  let all = 0;
  let lost = 0;
  for (let i = 0; i < g.length; i++) {
    const size = Math.abs(g[i]);
    all += size;
    if (size > 0 && isStopped(i)) {
      lost += size;
      places.push(i);
    }
  }
  if (places.length === 0 || lost <= stops.part * all) return undefined;
  return [suspicion(stops.kind, node, places[0], places.length)];
}

function enlarged(node: Node, g: Float64Array): Suspicion[] {
  if (numericFactsOf(node.op).steep === "nowhere") return [];
  const slopes = slopesAt(node);
  const slope = (i: number): number => (g[i] === 0 ? 0 : Math.max(...slopes(i)));
  const places = [...g.keys()].filter((i) => slope(i) >= ENORMOUS);
  return places.length === 0
    ? []
    : [
        suspicion(
          "exploding gradient",
          node,
          places.reduce((a, b) => (slope(b) > slope(a) ? b : a)),
          places.length,
        ),
      ];
}

function suspicion(kind: FindingKind, node: Node, place: number, count: number): Suspicion {
  const { op, inputs, output } = node;
  const values = shownValues(op, inputs, output.shape, place);
  return inRuleOf(output, { kind, inputs: values, place, count, relativeError: conditionAt(node, place) * UNIT_ROUNDOFF });
}
