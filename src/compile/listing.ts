import { alignColumns } from "../base/format.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import { loopOf } from "../ops/body.js";
import { operandsOf } from "../tape/columns.js";
import type { Assembly } from "./assemble.js";
import { encodeNode } from "./encode.js";
import type { Region } from "./instructions/instruction.js";
import { names } from "./machine-words.js";
import { forEachStep } from "./schedule.js";

/** The lines of a program: on each what is written, the instruction, the op with its operands, the shape, the label. */
export function linesOf({ calls, schedule, plan, arena }: Omit<Assembly, "encoding">): string[] {
  const { inputs, constants, shapes, places, labels } = calls.columns;
  const nameOf = (value: number): string => {
    const source = plan.sourceOf(value);
    if (source >= inputs.length) return `b${plan.bufferOf[source]}`;
    if (source >= 0) return nameFrom(inputs[source].label ?? "") || `input${source + 1}`;
    const x = constants[~source];
    return x.size === 1 ? String(x.first) : `constant${formatShape(x.shape)}`;
  };
  const lines: string[][] = [];
  const add = (node: number, region: Region | undefined): void => {
    const words = encodeNode(calls, node, region, arena, plan, []);
    const isLoop = loopOf(calls.kind(node).attributes) !== undefined;
    const instruction = words === undefined ? "kernel" : words.length === 0 ? "nothing" : isLoop ? "Loop" : names[words[0]];
    const from = operandsOf(calls.columns, node).map(nameOf);
    const number = `${region === undefined ? "" : "  "}${lines.length + 1}`;
    const call = `${calls.kind(node).op.name}(${from.join(", ")})`;
    lines.push([
      number,
      nameOf(inputs.length + node),
      instruction,
      call,
      formatShape(shapes[node]),
      nameFrom(labels.get(places[node]) ?? ""),
    ]);
  };
  forEachStep(
    schedule,
    (node) => add(node, undefined),
    ({ from, to, count, chunk, rows }) => {
      lines.push([`${lines.length + 1}`, "", "Region", `${count} rows, ${chunk} at a time`, "", ""]);
      for (let at = from; at < to; at++) add(schedule.order[at], { ...rows[at - from], chunk });
    },
  );
  return alignColumns(lines).split("\n").slice(0, lines.length);
}
