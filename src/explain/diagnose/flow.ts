import { Relu } from "../../ops/elementwise.js";
import { isElementwise } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import { numericFactsOf } from "../facts/numerics.js";
import { shownValues, valuesAt } from "../places.js";
import { Clips } from "./clips.js";
import { UNIT_ROUNDOFF } from "./conditions.js";
import { type FindingKind, inRuleOf, type Suspicion } from "./finding.js";
import type { Run } from "./run.js";
import { conditionAt, slopesAt } from "./slopes.js";
import { Upstream } from "./upstream.js";

/** A node enlarges a gradient too much from this factor on, if the gradient ends up as large. */
const ENORMOUS = 1e10;

/** A gradient that is so much smaller than the result does not count as one. */
const NEGLIGIBLE = 1e-8;

/** Finds the nodes at which the gradient is stopped or becomes enormous. */
export function findBlockages(run: Run): Suspicion[] {
  const largest = run.gradient.reduce((most, { data }) => data.reduce((a, x) => Math.max(a, Math.abs(x)), most), 0);
  const size = run.forward.outputs.reduce((sum, { data }) => data.reduce((a, x) => a + Math.abs(x), sum), 0);
  const upstream = new Upstream(run);
  const clips = new Clips(run, upstream);
  return run.forward.nodes.flatMap((node) => {
    const g = run.cotangent(node)?.data;
    if (g === undefined || !g.every(Number.isFinite) || !node.output.data.every(Number.isFinite)) return [];
    return stopped(node, g, size, upstream) ?? clips.at(node, g) ?? (largest >= ENORMOUS ? enlarged(node, g) : []);
  });
}

function stopped(node: Node, g: Float64Array, size: number, upstream: Upstream): Suspicion[] | undefined {
  const { stops } = numericFactsOf(node.op);
  if (stops === undefined) return undefined;
  // What is 0 is lost only if nothing else brings a gradient to the same arguments: e⁻ˣ next to x may as well be 0.
  if (stops.kind === "vanishing gradient" && node.op !== Relu && upstream.hasGradient(node)) return undefined;
  const isStopped = stops.at(node, g);
  const byNode = stops.kind === "saturation" ? passes(node, g, size) : () => false;
  const besides = upstream.changeAt(node);
  // Through the node, or from elsewhere to the same number: log(σ(z)/σ(−z)) has all of its gradient from one of the two.
  const getsThrough = (i: number): boolean => byNode(i) || besides(i) > NEGLIGIBLE * size;
  const places: number[] = [];
  let all = 0;
  let lost = 0;
  for (let i = 0; i < g.length; i++) {
    const part = Math.abs(g[i]);
    all += part;
    if (part > 0 && isStopped(i) && !getsThrough(i)) {
      lost += part;
      places.push(i);
    }
  }
  if (places.length === 0 || lost <= stops.part * all) return undefined;
  return [suspicion(stops.kind, node, places[0], places.length)];
}

/** Where a slope next to 0 meets a cotangent so large that the product counts: in log σ(z) it does. */
function passes(node: Node, g: Float64Array, size: number): (place: number) => boolean {
  if (!isElementwise(node.op)) return () => false;
  const slopes = slopesAt(node);
  const at = valuesAt(node.inputs, node.output.shape);
  return (i) => Math.abs(slopes(i)[0] * g[i] * at(i)[0]) > NEGLIGIBLE * size;
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
