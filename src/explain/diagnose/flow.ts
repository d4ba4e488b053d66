import { around } from "../../base/axes.js";
import * as e from "../../ops/elementwise.js";
import type { AnyOp } from "../../ops/op.js";
import { Prod, Softmax } from "../../ops/reduce.js";
import type { Node } from "../../tape/tape.js";
import { conditionOf, slopesOf, UNIT_ROUNDOFF } from "./conditions.js";
import { type FindingKind, inRuleOf, type Suspicion } from "./finding.js";
import { shownValues, valuesAt } from "./places.js";
import type { Run } from "./run.js";

/** A node stops the gradient if more than this part of what arrives does not get through. */
const STOPPED = 0.5;
/** Of a layer whose units are all off: of the cotangents there, about half want a unit on. */
const STOPPED_LAYER = 0.2;
/** A node enlarges a gradient too much from this factor on, if the gradient ends up as large. */
const ENORMOUS = 1e10;
/** A logit of no more than this was put there to take a place out. */
const MASKED = -1e8;
/** So many units that are all off are no coincidence. */
const LAYER = 16;

/** At which places a node lets no gradient through that should. */
type Stops = (node: Node, g: Float64Array) => (place: number) => boolean;

/**
 * σ is exactly flat, or rounds to its limit and the cotangent points away from it: a loss that goes down with −g wants to leave
 * the limit and cannot. One that is certain and right wants to go on, and is well.
 */
const sigmoidStops: Stops =
  ({ inputs: [{ data: z }] }, g) =>
  (i) =>
    Math.abs(z[i]) > 745 || (Math.abs(z[i]) > 36.7 && z[i] * g[i] > 0);

/** 1 − tanh² is 0. */
const tanhStops: Stops =
  ({ output: { data } }) =>
  (i) =>
    Math.abs(data[i]) === 1;

/** One probability rounds to 1, and the loss wants it lower than the others; or the others are exactly 0. */
const softmaxStops: Stops = ({ inputs: [x], output, attributes }, g) => {
  const { axis } = attributes as { axis: number };
  const { size, inner } = around(output.shape, axis);
  return (i) => {
    const start = i - (Math.floor(i / inner) % size) * inner;
    const row = Array.from({ length: size }, (_, k) => start + k * inner);
    const top = row.find((k) => output.data[k] === 1);
    if (top === undefined || size === 1) return false;
    const others = row.filter((k) => k !== top && x.data[k] > MASKED);
    return others.some((k) => g[k] !== g[top]) && (others.every((k) => output.data[k] === 0) || others.some((k) => g[k] < g[top]));
  };
};

/** The result underflowed to 0 though no operand is 0. */
const underflowStops: Stops = ({ inputs, output }) => {
  const at = valuesAt(inputs, output.shape);
  return (i) => output.data[i] === 0 && at(i).every((x) => x !== 0 && Number.isFinite(x));
};

/** All units are off, and the loss wants this one on. A hinge loss wants them off. */
const reluStops: Stops = ({ inputs: [{ data }] }, g) => (data.length >= LAYER && data.every((x) => x < 0) ? (i) => g[i] < 0 : () => false);

const prodStops: Stops = ({ inputs, output: { data } }) => (inputs[0].data.every((x) => x !== 0) ? (i) => data[i] === 0 : () => false);

const STOPS: ReadonlyMap<AnyOp, readonly [FindingKind, Stops]> = /* @__PURE__ */ new Map<AnyOp, readonly [FindingKind, Stops]>([
  [e.Sigmoid, ["saturation", sigmoidStops]],
  [e.Tanh, ["saturation", tanhStops]],
  [Softmax, ["saturation", softmaxStops]],
  [e.Relu, ["vanishing gradient", reluStops]],
  [e.Exp, ["vanishing gradient", underflowStops]],
  [e.Mul, ["vanishing gradient", underflowStops]],
  [e.Square, ["vanishing gradient", underflowStops]],
  [e.Pow, ["vanishing gradient", underflowStops]],
  [Prod, ["vanishing gradient", prodStops]],
]);

/** Ops whose derivative has no bound near the edge of their domain, or far out. */
const STEEP: ReadonlySet<AnyOp> = /* @__PURE__ */ new Set<AnyOp>([e.Log, e.Log1p, e.Sqrt, e.Reciprocal, e.Div, e.Pow, e.Exp]);

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
  const [kind, stops] = STOPS.get(node.op) ?? [];
  if (kind === undefined || stops === undefined) return undefined;
  const isStopped = stops(node, g);
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
  if (places.length === 0 || lost <= (node.op === e.Relu ? STOPPED_LAYER : STOPPED) * all) return undefined;
  return [suspicion(kind, node, places[0], places.length)];
}

function enlarged(node: Node, g: Float64Array): Suspicion[] {
  const { op, inputs, output } = node;
  if (!STEEP.has(op)) return [];
  const at = valuesAt(inputs, output.shape);
  const slope = (i: number): number => (g[i] === 0 ? 0 : Math.max(...(slopesOf(op, at(i), output.data[i]) ?? [0])));
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

function suspicion(kind: FindingKind, { op, inputs, output }: Node, place: number, count: number): Suspicion {
  const values = shownValues(op, inputs, output.shape, place);
  const relativeError = conditionOf(op, values, output.data[place]) * UNIT_ROUNDOFF;
  return inRuleOf(output, { kind, inputs: values, place, count, relativeError });
}
