import { escapeDot } from "../base/text.js";
import type { Tape } from "../tape/tape.js";
import { type DrawOptions, graphOf, type Vertex } from "./graph.js";

const FILL = { input: "#fff3c4", forward: "#dbeafe", backward: "#fde2e2", gap: "#ffffff" } as const;

/** A line break is written as `\n`, which the language knows. */
const quoted = (lines: readonly string[]): string => `"${lines.map(escapeDot).join("\\n")}"`;

/**
 * A tape as a graph in the DOT language of Graphviz: a box a node with its name, op, shape and value where it is small, an
 * arrow from each operand. Inputs are yellow, outputs have a double border. On the tape of a gradient the backward pass is
 * red and in a frame of its own, and each value shows its cotangent behind ∂.
 *
 * @param tape - From `record`. To see a gradient, record the function that takes it.
 *
 * @example
 * ```ts
 * const tape = record((x: Tensor) => x.square().named("y"), tensor(3).named("x"));
 * toDot(tape).includes("y\\nSquare(x)\\n[] 9"); // true
 * ```
 */
export function toDot(tape: Tape, options?: DrawOptions): string {
  const { vertices, edges } = graphOf("toDot", tape, options);
  const box = ({ id, kind, isOutput, lines }: Vertex): string =>
    `${id} [label=${quoted(lines)}, fillcolor="${FILL[kind]}"${isOutput ? ", peripheries=2" : ""}${kind === "gap" ? ', color="#ffffff"' : ""}];`;
  const backward = vertices.filter(({ kind }) => kind === "backward");
  return [
    "digraph tape {",
    '  node [shape=box, style="rounded,filled", color="#94a3b8", fontname="Helvetica", fontsize=11, margin="0.18,0.06"];',
    '  edge [color="#64748b", arrowsize=0.6];',
    ...vertices.filter(({ kind }) => kind !== "backward").map((vertex) => `  ${box(vertex)}`),
    ...(backward.length === 0
      ? []
      : [
          "  subgraph cluster_backward {",
          '    label="backward"; labeljust=l; fontname="Helvetica"; fontsize=11; color="#fca5a5"; style=rounded;',
          ...backward.map((vertex) => `    ${box(vertex)}`),
          "  }",
        ]),
    ...edges.map(([from, to]) => `  ${from} -> ${to};`),
    "}",
    "",
  ].join("\n");
}
