import type { Node } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Arena } from "./arena.js";
import { NUMBER, WORD } from "./bytes.js";
import { type Address, type Choose, NO_ROOM, type Region, type Site, wordsOf } from "./instructions/instruction.js";
import type { Line } from "./listing.js";
import { names } from "./machine-words.js";
import type { Plan } from "./plan.js";
import { regionOf, type Step } from "./schedule.js";

/** What a program runs one after the other: the words from one place up to another, or the kernel of a node. */
export type Run = { readonly from: number; readonly to: number } | { readonly kernel: Node };

/** A program as the machine reads it. */
export interface Encoding {
  readonly words: readonly number[];
  readonly runs: readonly Run[];
  /** What a listing says, one line an instruction or kernel. */
  readonly lines: readonly Line[];
}

/** Writes each step as words for the machine. A node without an instruction stays a call of its kernel. */
export function encode(steps: readonly Step[], arena: Arena, plan: Plan, choose: Choose): Encoding {
  const words: number[] = [];
  const runs: Run[] = [];
  const lines: Line[] = [];
  let from = 0;
  const endWords = (): void => {
    if (from < words.length) runs.push({ from, to: words.length });
    from = words.length;
  };

  const encodeNode = (node: Node, region: Region | undefined): readonly number[] | undefined => {
    const encoded = choose(node)?.encode(node, siteOf(node, region, arena, plan));
    lines.push(lineOf(node, region !== undefined, encoded, arena));
    return encoded;
  };
  const encodeAlone = (node: Node): void => {
    const encoded = encodeNode(node, undefined);
    if (encoded !== undefined) append(words, encoded);
    else {
      endWords();
      runs.push({ kernel: node });
    }
  };
  const encodeRegion = (step: Step): void => {
    const { count, chunk } = step;
    lines.push({ count, chunk });
    const inner: number[] = [];
    for (const [i, node] of step.nodes.entries()) append(inner, encodeNode(node, regionOf(step, i)) ?? []);
    append(words, wordsOf("Region", { bytes: WORD * inner.length, count, chunk }));
    append(words, inner);
  };
  for (const step of steps) {
    if (step.count > 0) encodeRegion(step);
    else encodeAlone(step.nodes[0]);
  }
  endWords();
  return { words, runs, lines };
}

/** Where the operands of a node are, and how they move in its region. */
function siteOf(node: Node, region: Region | undefined, { slotOf, rooms }: Arena, { chunked, source }: Plan): Site {
  const room = rooms.get(node) ?? NO_ROOM;
  if (region === undefined) return { region, ...room, inputs: node.inputs.map(slotOf), output: slotOf(node.output) };
  const addressOf = (x: Tensor, hasRows: boolean): Address => ({
    at: slotOf(x).at,
    // A value of which only a chunk is kept stays where it is.
    stride: hasRows && !chunked.has(source(x)) ? (NUMBER * x.size) / region.count : 0,
  });
  const inputs = node.inputs.map((x, i) => addressOf(x, region.inputs[i]));
  return { region, ...room, inputs, output: addressOf(node.output, !region.sums) };
}

function lineOf({ op, inputs, output }: Node, inRegion: boolean, words: readonly number[] | undefined, { slotOf }: Arena): Line {
  const instruction = words === undefined ? "kernel" : words.length === 0 ? "nothing" : names[words[0]];
  const { shape, label } = output;
  return { instruction, op: op.name, inputs: inputs.map(slotOf), output: slotOf(output), shape, label, inRegion };
}

/** One by one: as the arguments of one call they could be too many. */
function append(words: number[], more: readonly number[]): void {
  for (const word of more) words.push(word);
}
