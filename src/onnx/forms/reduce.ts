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

const mean: FormOf<"Mean"> = (graph, [x], { attributes }) =>
  graph.node("Div", [reduceOver(graph, "ReduceSum", x, attributes), graph.number(attributes.count)]);

const prod: FormOf<"Prod"> = (graph, [x], { attributes: { axis } }) => reduceOver(graph, "ReduceProd", x, along(axis));

/**
 * m + ln(1 + Σ' e^(x − m)) with the maximum m, whose own term is left out of Σ' once: a small rest is not rounded away against
 * the 1, as it is in ReduceLogSumExp.
 */
const logSumExp: FormOf<"LogSumExp"> = (graph, [x], { attributes: { axis }, output }) => {
  const [m, logarithm] = logOfRest(graph, x, axis, false);
  return graph.node("Add", [graph.reshape(m, output.shape), logarithm]);
};

/** The maximum m with its axis kept, and ln(1 + Σ' e^(x − m)). */
function logOfRest(graph: Graph, x: string, axis: number, keepDims: boolean): readonly [m: string, logarithm: string] {
  const total = (terms: string): string => reduceOver(graph, "ReduceSum", terms, along(axis, keepDims));
  const m = reduceOver(graph, "ReduceMax", x, along(axis, true));
  const isTop = graph.node("Equal", [x, m]);
  const others = graph.node("Where", [isTop, graph.number(0), graph.node("Exp", [graph.node("Sub", [x, m])])]);
  const ties = graph.node("Sub", [total(graph.asNumbers(isTop)), graph.number(1)]);
  return [m, log1pOfPositive(graph, graph.node("Add", [total(others), ties]))];
}

const logSoftmax: FormOf<"LogSoftmax"> = (graph, [x], { attributes: { axis } }) => {
  const [m, logarithm] = logOfRest(graph, x, axis, true);
  const infinite = graph.number(Number.NEGATIVE_INFINITY);
  const finite = graph.node("Sub", [belowTop(graph, x, m), logarithm]);
  return graph.node("Where", [graph.node("Equal", [m, infinite]), infinite, finite]);
};

/** x − m, and 0 at the maximum m, also where that is ∞. */
const belowTop = (graph: Graph, x: string, m: string): string =>
  graph.node("Where", [graph.node("Equal", [x, m]), graph.number(0), graph.node("Sub", [x, m])]);

/** 1 at the largest weights along an axis, and how many there are. */
function largest(graph: Graph, s: string, axis: number): readonly [top: string, count: string] {
  const top = graph.asNumbers(graph.node("Equal", [s, reduceOver(graph, "ReduceMax", s, along(axis, true))]));
  return [top, reduceOver(graph, "ReduceSum", top, along(axis, true))];
}

/** h less its mean under the weights s, taken relative to h at the largest weight. */
const center: FormOf<"Center"> = (graph, [h, s], { attributes: { axis } }) => {
  const total = (terms: string): string => reduceOver(graph, "ReduceSum", terms, along(axis, true));
  const [top, count] = largest(graph, s, axis);
  const origin = graph.node("Div", [total(graph.node("Mul", [top, h])), count]);
  const relative = graph.node("Sub", [h, origin]);
  return graph.node("Sub", [relative, total(graph.node("Mul", [s, relative]))]);
};

/** g − s·Σ g; where one weight is the largest, minus the sum of the others there, which does not cancel. */
const centerTranspose: FormOf<"CenterTranspose"> = (graph, [g, s], { attributes: { axis } }) => {
  const total = (terms: string): string => reduceOver(graph, "ReduceSum", terms, along(axis, true));
  const [top, count] = largest(graph, s, axis);
  const plain = graph.node("Sub", [g, graph.node("Mul", [s, total(g)])]);
  const others = graph.node("Sub", [plain, graph.node("Mul", [top, plain])]);
  const isAlone = graph.node("Equal", [graph.node("Mul", [top, count]), graph.number(1)]);
  return graph.node("Where", [isAlone, graph.node("Neg", [total(others)]), plain]);
};

/** Softmax of x − m; rows of −∞ alone have no mass. */
const softmax: FormOf<"Softmax"> = (graph, [x], { attributes: { axis } }) => {
  const m = reduceOver(graph, "ReduceMax", x, along(axis, true));
  const isEmpty = graph.node("Equal", [m, graph.number(Number.NEGATIVE_INFINITY)]);
  return graph.node("Where", [isEmpty, graph.number(0), graph.node("Softmax", [belowTop(graph, x, m)], { axis })]);
};

const cumsum: FormOf<"CumSum"> = (graph, [x], { attributes: { axis, reverse } }) =>
  graph.node("CumSum", [x, graph.integers([axis], [])], { reverse: Number(reverse) });

/** The place of the first NaN, if there is one, which ArgMax would ignore; otherwise that of the first maximum. */
const argmax: FormOf<"ArgMax"> = (graph, [x], { attributes: { axis } }) => {
  const first = (of: string): string => graph.node("ArgMax", [of], { axis, keepdims: 0, select_last_index: 0 });
  const nan = graph.asNumbers(graph.node("IsNaN", [x]));
  const hasNan = graph.node("Greater", [reduceOver(graph, "ReduceMax", nan, along(axis)), graph.number(0)]);
  return graph.asNumbers(graph.node("Where", [hasNan, first(nan), first(x)]));
};

/** m·√Σ (x/m)² with the largest size m, so that no square leaves the range of numbers. */
const norm: FormOf<"Norm"> = (graph, [x], { attributes, output }) => {
  const { axes } = attributes;
  const largest = reduceOver(graph, "ReduceMax", graph.node("Abs", [x]), { axes, keepDims: true });
  const isZero = graph.node("Equal", [largest, graph.number(0)]);
  const part = graph.node("Div", [x, graph.node("Where", [isZero, graph.number(1), largest])]);
  const total = reduceOver(graph, "ReduceSum", graph.node("Mul", [part, part]), { axes, keepDims: true });
  return graph.reshape(graph.node("Mul", [largest, graph.node("Sqrt", [total])]), output.shape);
};

/** The forms of what works along axes. */
export const reduce: Forms<Ops> = {
  Sum: sum,
  Mean: mean,
  Max: extremum("ReduceMax"),
  Min: extremum("ReduceMin"),
  Prod: prod,
  LogSumExp: logSumExp,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  Center: center,
  CenterTranspose: centerTranspose,
  CumSum: cumsum,
  ArgMax: argmax,
  Norm: norm,
  Recurrence: { refused: "ONNX has no running products" },
};
