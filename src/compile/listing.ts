import { alignColumns } from "../base/format.js";
import { formatShape, type Shape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import type { Slot } from "./arena.js";

/** What a line of a listing says: an instruction or kernel, or how many rows a region has and takes at a time. */
export type Line =
  | {
      readonly instruction: string;
      readonly op: string;
      readonly inputs: readonly Slot[];
      readonly output: Slot;
      readonly shape: Shape;
      readonly label: string | undefined;
      readonly inRegion: boolean;
    }
  | { readonly count: number; readonly chunk: number };

/** The text of a program: on each line what is written, the instruction, the op with its operands, the shape, the label. */
export function listing(lines: readonly Line[]): string {
  return alignColumns(lines.map(columnsOf));
}

function columnsOf(line: Line, i: number): string[] {
  if ("chunk" in line) return [`${i + 1}`, "", "Region", `${line.count} rows, ${line.chunk} at a time`, "", ""];
  const { instruction, op, inputs, output, shape, label, inRegion } = line;
  const number = `${inRegion ? "  " : ""}${i + 1}`;
  return [
    number,
    output.name,
    instruction,
    `${op}(${inputs.map(({ name }) => name).join(", ")})`,
    formatShape(shape),
    nameFrom(label ?? ""),
  ];
}
