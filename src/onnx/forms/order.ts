import type { AttributesOf } from "../../ops/op.js";
import type { Form, Forms } from "./form.js";

type Ops = typeof import("../../ops/order.js");

const takeAlong: Form<AttributesOf<Ops["TakeAlong"]>> = (graph, [x, indices], { attributes: { axis } }) =>
  graph.node("GatherElements", [x, graph.asIntegers(indices)], { axis });

const scatterAlong: Form<AttributesOf<Ops["ScatterAlong"]>> = (graph, [x, indices], { output, attributes: { axis } }) => {
  const zeros = graph.node("Expand", [graph.number(0), graph.integers(output.shape)]);
  return graph.node("ScatterElements", [zeros, graph.asIntegers(indices), x], { axis, reduction: "add" });
};

/** The forms of order, and of what reads and writes by it. */
export const order: Forms<Ops> = {
  ArgSort: { refused: "TopK, the nearest operator, does not say where NaN goes, and gives two results" },
  TakeAlong: takeAlong,
  ScatterAlong: scatterAlong,
};
