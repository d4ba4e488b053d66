import { escapeMermaid } from "../base/text.js";
import type { Tape } from "../tape/tape.js";
import { type DrawOptions, graphOf, type Vertex } from "./graph.js";

const quoted = (lines: readonly string[]): string => `"${lines.map(escapeMermaid).join("<br/>")}"`;

/**
 * A tape as a flowchart in the language of Mermaid, which Markdown viewers draw. It shows what {@link toDot} shows.
 *
 * @param tape - From `record`. To see a gradient, record the function that takes it.
 *
 * @example
 * ```ts
 * const tape = record((x: Tensor) => x.square().named("y"), tensor(3).named("x"));
 * toMermaid(tape).split("\n")[1]; // '  i1["x<br/>[] 3"]:::input'
 * ```
 */
export function toMermaid(tape: Tape, options?: DrawOptions): string {
  const { vertices, edges } = graphOf("toMermaid", tape, options);
  const box = ({ id, kind, lines }: Vertex): string => `${id}[${quoted(lines)}]:::${kind}`;
  const backward = vertices.filter(({ kind }) => kind === "backward");
  const outputs = vertices.filter(({ isOutput }) => isOutput).map(({ id }) => id);
  return [
    "flowchart TB",
    ...vertices.filter(({ kind }) => kind !== "backward").map((vertex) => `  ${box(vertex)}`),
    ...(backward.length === 0 ? [] : ["  subgraph backward", ...backward.map((vertex) => `    ${box(vertex)}`), "  end"]),
    ...edges.map(([from, to]) => `  ${from} --> ${to}`),
    "  classDef input fill:#fff3c4,stroke:#94a3b8,color:#111",
    "  classDef forward fill:#dbeafe,stroke:#94a3b8,color:#111",
    "  classDef backward fill:#fde2e2,stroke:#94a3b8,color:#111",
    "  classDef gap fill:none,stroke:none",
    ...outputs.map((id) => `  style ${id} stroke-width:3px`),
    "",
  ].join("\n");
}
