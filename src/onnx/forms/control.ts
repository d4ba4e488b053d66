import { type Shape, sizeOf } from "../../base/shape.js";
import type { AttributesOf, SeveralOp } from "../../ops/op.js";
import type { BodyForm, Forms } from "./form.js";

type Ops = typeof import("../../ops/control.js");

/** The shapes of the results of a node. */
const resultsOf = <A>({ op, attributes }: { readonly op: unknown; readonly attributes: A }): readonly Shape[] =>
  (op as SeveralOp<readonly never[], A>).results(attributes);

/**
 * Loop, whose body takes the row of each step out of what has the steps along axis 0, and reads what is the same in each step where it
 * stands. A loop that goes backwards takes the last row first, and what it collects is turned round.
 */
const scan: BodyForm<AttributesOf<Ops["Scan"]>> = (graph, inputs, node, write) => {
  const { body, carries, xs, steps, reverse, kept } = node.attributes;
  const { tape } = body;
  const results = resultsOf(node);
  const carry = inputs.slice(0, carries);
  if (steps === 0)
    return graph.pack(
      results.map((shape, i) => carry[i] ?? graph.tensor(shape, [])),
      results,
    );

  const shapes = [...tape.outputs, ...kept.map((i) => tape.inputs[i])].map(({ shape }) => shape);
  const all = graph.loop(steps, carry, shapes, (inner, count, current) => {
    const row = reverse ? inner.node("Sub", [inner.integers([steps - 1], []), count]) : count;
    const rows = inputs.slice(carries, carries + xs).map((x) => inner.node("Gather", [x, row], { axis: 0 }));
    return [...write(inner, tape, [...current, ...rows, ...inputs.slice(carries + xs)]), ...kept.map((i) => current[i])];
  });
  const turned = (x: string): string =>
    graph.node("Slice", [x, graph.integers([-1]), graph.integers([Number.MIN_SAFE_INTEGER]), graph.integers([0]), graph.integers([-1])]);
  return graph.pack(
    all.map((x, i) => (reverse && i >= carries && sizeOf(results[i]) > 0 ? turned(x) : x)),
    results,
  );
};

/** What the function does: a model keeps nothing for a second run. */
const checkpoint: BodyForm<AttributesOf<Ops["Checkpoint"]>> = (graph, inputs, node, write) =>
  graph.pack(write(graph, node.attributes.body.tape, inputs), resultsOf(node));

/** Loops and checkpoints. */
export const control: Forms<Ops> = { Scan: scan, Checkpoint: checkpoint };
