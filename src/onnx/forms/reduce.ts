import type { ReducedAxes } from "../../base/axes.js";
import type { AttributesOf, NameOf } from "../../ops/op.js";
import type { Graph } from "../graph.js";
import { log1pOfPositive } from "./elementwise.js";
import type { Form, Forms } from "./form.js";

type Ops = typeof import("../../ops/reduce.js");
/** The form of one of these ops, with its attributes. */
type FormOf<N extends NameOf<Ops>> = Form<AttributesOf<Ops[N]>>;

/** A reduction of ONNX. An empty list of axes means all of them there; here it means none, and the result is the value itself. */
const reduceOver = (graph: Graph, operator: string, x: string, { axes, keepDims }: ReducedAxes): string =>
  axes.length === 0 ? x : graph.node(operator, [x, graph.integers(axes)], { keepdims: Number(keepDims) });

const along = (axis: number, keepDims = false): ReducedAxes => ({ axes: [axis], keepDims });

const sum: FormOf<"Sum"> = (graph, [x], { attributes }) => reduceOver(graph, "ReduceSum", x, attributes);

/** ONNX does not say what becomes of a NaN, and onnxruntime ignores it. Here it is added, so that the result is NaN. */
const extremum =
  (operator: string): FormOf<"Max" | "Min"> =>
  (graph, [x], { attributes }) => {
    const found = reduceOver(graph, operator, x, attributes);
    const nan = graph.node("Where", [graph.node("IsNaN", [x]), x, graph.number(0)]);
    return graph.node("Add", [found, reduceOver(graph, "ReduceSum", nan, attributes)]);
  };

const prod: FormOf<"Prod"> = (graph, [x], { attributes: { axis } }) => reduceOver(graph, "ReduceProd", x, along(axis));

/**
 * m + ln(1 + Σ' e^(x − m)) with the maximum m, whose own term is left out of Σ' once: a small rest is not rounded away against
 * the 1, as it is in ReduceLogSumExp.
 */
const logSumExp: FormOf<"LogSumExp"> = (graph, [x], { attributes: { axis }, output }) => {
  const total = (terms: string): string => reduceOver(graph, "ReduceSum", terms, along(axis));
  const m = reduceOver(graph, "ReduceMax", x, along(axis, true));
  const isTop = graph.node("Equal", [x, m]);
  const others = graph.node("Where", [isTop, graph.number(0), graph.node("Exp", [graph.node("Sub", [x, m])])]);
  const ties = graph.node("Sub", [total(graph.asNumbers(isTop)), graph.number(1)]);
  const rest = graph.node("Add", [total(others), ties]);
  return graph.node("Add", [graph.reshape(m, output.shape), log1pOfPositive(graph, rest)]);
};

const softmax: FormOf<"Softmax"> = (graph, [x], { attributes: { axis } }) => graph.node("Softmax", [x], { axis });

const cumsum: FormOf<"CumSum"> = (graph, [x], { attributes: { axis, reverse } }) =>
  graph.node("CumSum", [x, graph.integers([axis], [])], { reverse: Number(reverse) });

/** The place of the first NaN, if there is one, which ArgMax would ignore; otherwise that of the first maximum. */
const argmax: FormOf<"ArgMax"> = (graph, [x], { attributes: { axis } }) => {
  const first = (of: string): string => graph.node("ArgMax", [of], { axis, keepdims: 0, select_last_index: 0 });
  const nan = graph.asNumbers(graph.node("IsNaN", [x]));
  const hasNan = graph.node("Greater", [reduceOver(graph, "ReduceMax", nan, along(axis)), graph.number(0)]);
  return graph.asNumbers(graph.node("Where", [hasNan, first(nan), first(x)]));
};

/** The forms of what works along axes. */
export const reduce: Forms<Ops> = {
  Sum: sum,
  Max: extremum("ReduceMax"),
  Min: extremum("ReduceMin"),
  Prod: prod,
  LogSumExp: logSumExp,
  Softmax: softmax,
  CumSum: cumsum,
  ArgMax: argmax,
};
