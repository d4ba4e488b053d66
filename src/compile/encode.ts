import { loopOf } from "../ops/body.js";
import type { Node } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Arena } from "./arena.js";
import { NUMBER, WORD } from "./bytes.js";
import { type Address, type Choose, NO_ROOM, type Region, type Site, wordsOf } from "./instructions/instruction.js";
import type { Line } from "./listing.js";
import { names } from "./machine-words.js";
import type { Plan } from "./plan.js";
import type { Step } from "./schedule.js";

/** What a program runs one after the other: the words from one place up to another, or the kernel of a node. */
export type Section = { readonly from: number; readonly to: number } | { readonly kernel: Node };

/** A program as the machine reads it. */
export interface Encoding {
  readonly words: readonly number[];
  readonly sections: readonly Section[];
  /** What a listing says, one line an instruction or kernel. */
  readonly lines: readonly Line[];
}

/** Writes each step as words for the machine. A node without an instruction, which is in no region, stays a call of its kernel. */
export function encodeSteps(steps: readonly Step[], arena: Arena, plan: Plan, choose: Choose): Encoding {
  const words: number[] = [];
  const sections: Section[] = [];
  const lines: Line[] = [];
  let from = 0;
  const endSection = (): void => {
    if (from < words.length) sections.push({ from, to: words.length });
    from = words.length;
  };
  for (const { nodes, regions, count, chunk } of steps) {
    if (count > 0) lines.push({ count, chunk });
    const inner: number[] = [];
    for (const [i, node] of nodes.entries()) {
      const encoded = choose(node)?.encode(node, siteOf(node, regions[i], arena, plan));
      lines.push(lineOf(node, count > 0, encoded, arena));
      append(inner, encoded ?? []);
      if (encoded !== undefined) continue;
      endSection();
      sections.push({ kernel: node });
    }
    if (count > 0) append(words, wordsOf("Region", { bytes: WORD * inner.length, count, chunk }));
    append(words, inner);
  }
  endSection();
  return { words, sections, lines };
}

/** Where the operands of a node are, and how they move in its region. */
function siteOf(node: Node, region: Region | undefined, { slotOf, rooms }: Arena, { chunked, source }: Plan): Site {
  const addressOf = (x: Tensor, hasRows: boolean | undefined): Address => {
    const slot = slotOf(x);
    // A value of which only a chunk is kept stays where it is.
    if (region === undefined || !hasRows || chunked.has(source(x))) return slot;
    return { at: slot.at, stride: (NUMBER * x.size) / region.count };
  };
  return {
    region,
    ...(rooms.get(node) ?? NO_ROOM),
    inputs: node.inputs.map((x, i) => addressOf(x, region?.inputs[i])),
    output: addressOf(node.output, !region?.sums),
  };
}

function lineOf(
  { op, inputs, output, attributes }: Node,
  inRegion: boolean,
  words: readonly number[] | undefined,
  { slotOf }: Arena,
): Line {
  const instruction =
    words === undefined ? "kernel" : words.length === 0 ? "nothing" : loopOf(attributes) !== undefined ? "Loop" : names[words[0]];
  const { shape, label } = output;
  return { instruction, op: op.name, inputs: inputs.map(slotOf), output: slotOf(output), shape, label, inRegion };
}

/** One by one: as the arguments of one call they could be too many. */
function append(words: number[], more: readonly number[]): void {
  for (const word of more) words.push(word);
}
