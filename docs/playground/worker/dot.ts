import { type Tensor, toDot } from "gradtape";
import type { Run } from "../run.js";

/**
 * The graph in the DOT language, with the names that stand in the other views. In the place of numbers stand zeros, as many as a
 * number of that shape may need: the picture is laid out anew where the structure changes, and never for other numbers.
 */
export function dotOf({ tape, name }: Run): string {
  const labels = new Map<string, string>();
  const add = (id: string, x: Tensor, op: readonly string[]): void => {
    const g = tape.cotangents.get(x);
    const lines = [name(x), ...op, room(x), ...(g === undefined ? [] : [`∂ ${room(g, 2)}`])];
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

/** Four digits of each number, which are wider in bold; what does not fit is told by its shape: see `formatShort`. */
const room = ({ size, rank }: Tensor, bold = 0): string => "0".repeat(Math.min(26 + bold, rank === 0 ? 9 : 2 * rank + (7 + bold) * size));
