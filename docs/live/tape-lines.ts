import type { Tape, Tensor } from "gradtape";
import type { TapeLine } from "./messages.js";

/** A tape as the lines of a table: its inputs, then its nodes, called as `Tape.toString` calls them. */
export function linesOf(tape: Tape): TapeLine[] {
  const names = new Map<Tensor, string>(tape.nodes.map(({ output }, i) => [output, output.label ?? `%${i + 1}`]));
  for (const x of tape.inputs) names.set(x, x.label ?? "input");
  const name = (x: Tensor): string => names.get(x) ?? x.label ?? (x.size === 1 ? short(x) : `constant[${x.shape.join(", ")}]`);
  const line = (x: Tensor, number: string, op: string, isBackward: boolean): TapeLine => {
    const g = tape.cotangents.get(x);
    const shape = `[${x.shape.join(", ")}]`;
    return { number, name: name(x), op, shape, value: short(x), cotangent: g === undefined ? "" : short(g), isBackward };
  };
  return [
    ...tape.inputs.map((x) => line(x, "", "input", false)),
    ...tape.nodes.map(({ op, inputs, output, backward }, i) =>
      line(output, String(i + 1), `${op.name}(${inputs.map(name).join(", ")})`, backward),
    ),
  ];
}

/** Of a long list the beginning and the end. */
function short(x: Tensor): string {
  const write = (values: unknown): string => {
    if (!Array.isArray(values)) return String(Number((values as number).toPrecision(6))).replace("-", "−");
    const parts = values.length > 6 ? [...values.slice(0, 3).map(write), "…", ...values.slice(-2).map(write)] : values.map(write);
    return `[${parts.join(", ")}]`;
  };
  return write(x.toArray());
}
