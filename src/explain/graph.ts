import { formatSmall } from "../base/format.js";
import { checkOptions, type Known } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { describeNode, linesOfBody, shorten, tapeNames } from "../tape/print.js";
import { checkTape, type Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A tape as a graph to draw. */
export interface Graph {
  readonly vertices: readonly Vertex[];
  /** Pairs of ids, from an operand to what reads it. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** An input, a node, or a note of how many nodes were left out. */
export interface Vertex {
  readonly id: string;
  readonly kind: "input" | "forward" | "backward" | "gap";
  readonly isOutput: boolean;
  /** The lines of its text: name, op, the step of a loop, shape and value, cotangent. */
  readonly lines: readonly string[];
}

/** Settings of {@link toDot} and {@link toMermaid}. */
export interface DrawOptions {
  /** Of a tape of more nodes only the beginning and the end are drawn; 120 if left out. */
  readonly longest?: number;
}

const OPTIONS: Known<DrawOptions> = { longest: true };

/**
 * What {@link toDot} and {@link toMermaid} have in common. Constants stand in the text of the nodes that read them. `caller` is
 * the calling function's name.
 */
export function graphOf(caller: string, tape: Tape, options: DrawOptions | undefined): Graph {
  const { longest } = checkOptions(caller, options, OPTIONS);
  checkTape(caller, tape);
  const name = tapeNames(tape);
  const outputs = new Set(tape.outputs);
  const value = (x: Tensor): string => [formatShape(x.shape), formatSmall(x.data, x.shape)].filter((part) => part !== "").join(" ");
  const cotangent = (x: Tensor): string[] => {
    const g = tape.cotangents.get(x);
    if (g === undefined) return [];
    const small = formatSmall(g.data, g.shape);
    return [`∂ ${small === "" ? name(g) : small}`];
  };
  const ids = new Map<Tensor, string>();
  const vertices: Vertex[] = tape.inputs.map((x, i) => {
    ids.set(x, `i${i + 1}`);
    return { id: `i${i + 1}`, kind: "input", isOutput: outputs.has(x), lines: [name(x), value(x), ...cotangent(x)] };
  });
  const edges: [string, string][] = [];
  for (const [node, place] of shorten(tape.nodes, longest)) {
    if (node === undefined) {
      vertices.push({ id: "gap", kind: "gap", isOutput: false, lines: [`… ${place.toLocaleString("en")} more nodes …`] });
      continue;
    }
    const { inputs, output, backward } = node;
    const id = `n${place + 1}`;
    vertices.push({
      id,
      kind: backward ? "backward" : "forward",
      isOutput: outputs.has(output),
      lines: [name(output), describeNode(node, name), ...linesOfBody(node, name), value(output), ...cotangent(output)],
    });
    for (const from of new Set(inputs.map((x) => ids.get(x)))) if (from !== undefined) edges.push([from, id]);
    ids.set(output, id);
  }
  return { vertices, edges };
}
