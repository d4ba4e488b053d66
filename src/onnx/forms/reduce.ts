import type { ReducedAxes } from "../../base/axes.js";
import * as ops from "../../ops/reduce.js";
import type { Graph } from "../graph.js";
import { log1pOfPositive } from "./elementwise.js";
import type { Form, Forms } from "./form.js";

interface AxisAttributes {
  readonly axis: number;
}

/** A reduction of ONNX. Over no axis it would take them all there; here it is the value itself. */
const reduceOver = (graph: Graph, operator: string, x: string, { axes, keepDims }: ReducedAxes): string =>
  axes.length === 0 ? x : graph.node(operator, [x, graph.integers(axes)], { keepdims: Number(keepDims) });

const along = (axis: number, keepDims = false): ReducedAxes => ({ axes: [axis], keepDims });

const sum: Form = (graph, [x], { attributes }) => reduceOver(graph, "ReduceSum", x, attributes as ReducedAxes);

/** ONNX does not say what becomes of a NaN, and onnxruntime passes over it. Here it is added, so that the result is NaN. */
const extremum =
  (operator: string): Form =>
  (graph, [x], { attributes }) => {
    const reduction = attributes as ReducedAxes;
    const found = reduceOver(graph, operator, x, reduction);
    const nan = graph.node("Where", [graph.node("IsNaN", [x]), x, graph.number(0)]);
    return graph.node("Add", [found, reduceOver(graph, "ReduceSum", nan, reduction)]);
  };

const prod: Form = (graph, [x], { attributes }) => reduceOver(graph, "ReduceProd", x, along((attributes as AxisAttributes).axis));

/**
 * m + ln(1 + Σ' e^(x − m)) with the maximum m, whose own term is left out of Σ' once: a small rest is not rounded away against
 * the 1, as it is in ReduceLogSumExp.
 */
const logSumExp: Form = (graph, [x], { attributes, output }) => {
  const { axis } = attributes as AxisAttributes;
  const total = (terms: string): string => reduceOver(graph, "ReduceSum", terms, along(axis));
  const m = reduceOver(graph, "ReduceMax", x, along(axis, true));
  const isTop = graph.node("Equal", [x, m]);
  const others = graph.node("Where", [isTop, graph.number(0), graph.node("Exp", [graph.node("Sub", [x, m])])]);
  const ties = graph.node("Sub", [total(graph.asNumbers(isTop)), graph.number(1)]);
  const rest = graph.node("Add", [total(others), ties]);
  return graph.node("Add", [graph.reshape(m, output.shape), log1pOfPositive(graph, rest)]);
};

const softmax: Form = (graph, [x], { attributes }) => graph.node("Softmax", [x], { axis: (attributes as AxisAttributes).axis });

const cumsum: Form = (graph, [x], { attributes }) => {
  const { axis, reverse } = attributes as { axis: number; reverse: boolean };
  return graph.node("CumSum", [x, graph.integers([axis], [])], { reverse: Number(reverse) });
};

/** The place of the first NaN, where there is one, which ArgMax would pass over; else that of the first maximum. */
const argmax: Form = (graph, [x], { attributes }) => {
  const { axis } = attributes as AxisAttributes;
  const first = (of: string): string => graph.node("ArgMax", [of], { axis, keepdims: 0, select_last_index: 0 });
  const nan = graph.asNumbers(graph.node("IsNaN", [x]));
  const hasNan = graph.node("Greater", [reduceOver(graph, "ReduceMax", nan, along(axis)), graph.number(0)]);
  return graph.asNumbers(graph.node("Where", [hasNan, first(nan), first(x)]));
};

/** The forms of what works along axes. */
export const reduce: Forms = [
  [ops.Sum, sum],
  [ops.Max, extremum("ReduceMax")],
  [ops.Min, extremum("ReduceMin")],
  [ops.Prod, prod],
  [ops.LogSumExp, logSumExp],
  [ops.Softmax, softmax],
  [ops.CumSum, cumsum],
  [ops.ArgMax, argmax],
];
