// The picture of a tape, laid out when the site is built. The page only writes numbers into it.
import { instance } from "@viz-js/viz";
import { toDot } from "gradtape";
import { escapeHtml } from "../html.mjs";
import { traceOf, type Values } from "./trace.js";

const viz = await instance();

/** In the place of a value and a cotangent. */
const ROOM = "00000 ∂ 000000";

/** The graph of a formula's tape as SVG, each node with room for a value and a cotangent. */
export function drawTape(source: string, values: Values, wrt: string, direction: "TB" | "LR" = "TB"): string {
  const { tape, name } = traceOf(source, values, wrt);
  const labels = new Map<string, string>([
    ...tape.inputs.map((x, i) => [`i${i + 1}`, name(x)] as const),
    ...tape.nodes.map(
      ({ op, inputs, output }, i) => [`n${i + 1}`, `${name(output)} = ${op.name}(${inputs.map(name).join(", ")})`] as const,
    ),
  ]);
  const dot = toDot(tape, { longest: Number.POSITIVE_INFINITY }).replace(
    /^(\s*)(\w+) \[label="(?:[^"\\]|\\.)*"/gm,
    (whole, space: string, id: string) => {
      const title = labels.get(id);
      return title === undefined ? whole : `${space}${id} [label="${title.replaceAll('"', '\\"')}\\n${ROOM}"`;
    },
  );
  const svg = viz.renderString(dot, {
    format: "svg",
    graphAttributes: { bgcolor: "transparent", nodesep: 0.2, ranksep: 0.3, rankdir: direction },
  });
  const description = tape.nodes.map(({ op, inputs, output }) => `${name(output)} is ${op.name} of ${inputs.map(name).join(" and ")}`);
  return svg
    .slice(svg.indexOf("<svg"))
    .replace(
      /<svg width="(\d+)pt" height="(\d+)pt"/,
      (_, width: string, height: string) =>
        `<svg width="${width}" height="${height}" class="live-graph" role="img" aria-label="Graph of the tape: ${escapeHtml(description.join("; "))}"`,
    )
    .replace(/<title>tape<\/title>\n?/, "")
    .replaceAll(/ xml:space="preserve"| xmlns:xlink="[^"]*"/g, "")
    .replaceAll(/<!--[\s\S]*?-->\n?/g, "")
    .replaceAll(
      /<g id="(?:node|edge|graph)\d+" class="(\w+)">\s*(?:<title>([^<]*)<\/title>)?/g,
      (_, kind: string, id = "") => `<g class="${kind}" data-id="${id.replaceAll("&#45;&gt;", "-&gt;")}">`,
    )
    .replaceAll(/ (?:fill|stroke|font-family|font-size)="[^"]*"/g, "")
    .replaceAll(new RegExp(`(<text[^>]*>)${ROOM}(</text>)`, "g"), '$1<tspan class="value"></tspan><tspan class="cotangent"></tspan>$2');
}
