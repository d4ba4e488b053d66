import { type Tensor, toDot } from "gradtape";
import type { Run } from "../run.js";
import { formatShort } from "../text.js";

/**
 * The graph in the DOT language, with the names that stand in the other views. In the place of numbers stand zeros, in steps
 * of four: the picture is laid out anew only where a number needs more room, and not while a slider is dragged a little.
 */
export function dotOf({ tape, name }: Run): string {
  const labels = new Map<string, string>();
  const add = (id: string, x: Tensor, op: readonly string[]): void => {
    const g = tape.cotangents.get(x);
    const room = (value: Tensor): string => "0".repeat(4 * Math.ceil(formatShort(value).length / 4));
    const lines = [name(x), ...op, room(x), ...(g === undefined ? [] : [`∂ ${room(g)}`])];
    labels.set(id, lines.map((line) => line.replaceAll("\\", "\\\\").replaceAll('"', '\\"')).join("\\n"));
  };
  for (const [i, x] of tape.inputs.entries()) add(`i${i + 1}`, x, []);
  for (const [i, { op, inputs, output }] of tape.nodes.entries()) add(`n${i + 1}`, output, [`${op.name}(${inputs.map(name).join(", ")})`]);
  return toDot(tape, { longest: Number.POSITIVE_INFINITY })
    .replace(/^(\s*)(\w+) \[label="(?:[^"\\]|\\.)*"/gm, (whole, space: string, id: string) => {
      const label = labels.get(id);
      return label === undefined ? whole : `${space}${id} [label="${label}"`;
    })
    .replace('margin="0.18,', 'margin="0.26,'); // bold letters are wider than those that it measures
}
