import { formatShape, sizeOf } from "../base/shape.js";
import type { Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { Code } from "./codes.js";
import type { Rows, Site } from "./instructions/instruction.js";
import { instructions } from "./instructions/table.js";
import { planBuffers } from "./plan.js";
import { inOrder, type Step, schedule } from "./schedule.js";

/** Where an array is in the arena, in bytes, and its shape. */
export interface Place {
  readonly at: number;
  readonly shape: readonly number[];
}

/** A stretch of words for the machine, or a call of one kernel. */
export type Part = { readonly from: number; to: number } | { readonly node: Node; readonly out: Place; readonly inputs: readonly Place[] };

/** A tape made ready to run in one stretch of memory, the arena: numbers first, words last. */
export interface Encoding {
  /** The whole arena. */
  readonly bytes: number;
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
  readonly constants: readonly { readonly at: number; readonly value: Tensor }[];
  readonly parts: readonly Part[];
  readonly words: Uint32Array;
  readonly wordsAt: number;
  /** One line an instruction: number, place, instruction, op with its operands, shape, label. */
  readonly lines: readonly (readonly string[])[];
  /** The bytes of all buffers, and what they would take if none were used twice and no value kept in chunks. */
  readonly buffers: number;
  readonly withoutReuse: number;
}

/** Buffers begin where a line of the cache does. */
const LINE = 64;
const aligned = (size: number): number => Math.ceil(size / LINE) * LINE;

/**
 * Writes a tape as words for the machine, from `firstFree` on. Without a machine (`firstFree` undefined) each node is a
 * call of its kernel.
 *
 *     arena   inputs │ constants │ buffers │ sums under way │ room for one instruction │ words
 */
export function encode(tape: Tape, firstFree: number | undefined): Encoding {
  const hasMachine = firstFree !== undefined;
  const steps = hasMachine ? schedule(tape, (node) => instructions.get(node.op)?.rows(node)) : inOrder(tape);
  const { buffers, bufferOf, chunked, source } = planBuffers(tape, steps);
  let end = aligned(firstFree ?? 0);
  /** Many numbers begin a line; single ones stand close together. */
  const place = (numbers: number): number => {
    const isShort = 8 * numbers < LINE;
    const at = isShort ? end : aligned(end);
    end = at + (isShort ? 8 * numbers : aligned(8 * numbers));
    return at;
  };

  const addresses = new Map<Tensor, number>();
  const constants: { at: number; value: Tensor }[] = [];
  for (const x of tape.inputs) addresses.set(x, place(x.size));
  const placeConstant = (x: Tensor): void => {
    const from = source(x);
    if (bufferOf.has(from) || addresses.has(from)) return;
    const at = place(from.size);
    addresses.set(from, at);
    constants.push({ at, value: from });
  };
  for (const { nodes } of steps) for (const { inputs } of nodes) for (const x of inputs) placeConstant(x);
  for (const x of tape.outputs) placeConstant(x);
  const buffersFrom = end;
  const bufferAt = buffers.map(place);
  const bufferBytes = end - buffersFrom;
  const at = (x: Tensor): number => {
    const from = source(x);
    const buffer = bufferOf.get(from);
    return buffer === undefined ? (addresses.get(from) as number) : bufferAt[buffer];
  };

  // Words below zero mean room in the scratch space, which is placed once its size is known.
  let scratch = 0;
  let used = 0;
  const room = (numbers: number): number => {
    const from = used;
    used += aligned(8 * numbers);
    scratch = Math.max(scratch, used);
    return -1 - from;
  };
  const siteOf = (step: Step, rows: Rows | undefined): Site => ({
    rows,
    chunk: step.chunk,
    at,
    stride: (x) => (chunked.has(source(x)) ? 0 : (8 * sizeOf(x.shape)) / step.count),
    room,
    keep: place,
  });

  const words: number[] = [];
  const parts: Part[] = [];
  const lines: string[][] = [];
  const names = namesOf(tape, bufferOf, source);
  const machinePart = (): void => {
    const last = parts.at(-1);
    if (last === undefined || "node" in last) parts.push({ from: words.length, to: words.length });
  };
  const write = (node: Node, step: Step, rows: Rows | undefined, indent: string): void => {
    used = 0;
    const encoded = hasMachine ? instructions.get(node.op)?.encode(node, siteOf(step, rows)) : undefined;
    lines.push([
      `${indent}${lines.length + 1}`,
      names(node.output),
      encoded === undefined ? "kernel" : instructionName(encoded),
      `${node.op.name}(${node.inputs.map(names).join(", ")})`,
      formatShape(node.output.shape),
      node.output.label ?? "",
    ]);
    if (encoded === undefined) {
      const placeOf = (x: Tensor): Place => ({ at: at(x), shape: x.shape });
      parts.push({ node, out: placeOf(node.output), inputs: node.inputs.map(placeOf) });
    } else {
      machinePart();
      for (const word of encoded) words.push(word);
      (parts.at(-1) as { to: number }).to = words.length;
    }
  };
  for (const step of steps) {
    if (step.count === 0) {
      write(step.nodes[0], step, undefined, "");
      continue;
    }
    machinePart();
    const head = words.length;
    words.push(Code.Region, 0, step.count, step.chunk);
    lines.push([`${lines.length + 1}`, "", "Region", `${step.count} rows, ${step.chunk} at a time`, "", ""]);
    for (const [i, node] of step.nodes.entries()) write(node, step, step.rows[i], "  ");
    words[head + 1] = 4 * (words.length - head);
    (parts.at(-1) as { to: number }).to = words.length;
  }

  const scratchAt = aligned(end);
  const wordsAt = scratchAt + scratch;
  const encodedWords = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    encodedWords[i] = word >= 0 ? word : scratchAt - 1 - word;
  }
  return {
    bytes: wordsAt + 4 * words.length,
    inputs: tape.inputs.map((x) => ({ at: at(x), shape: x.shape })),
    outputs: tape.outputs.map((x) => ({ at: at(x), shape: x.shape })),
    constants,
    parts,
    words: encodedWords,
    wordsAt,
    lines,
    buffers: bufferBytes,
    withoutReuse: 8 * tape.nodes.reduce((sum, { op, output }) => sum + (op.kernel === null ? 0 : output.size), 0),
  };
}

/** The machine's name for what an op became. */
const instructionName = (words: readonly number[]): string => (words.length === 0 ? "nothing" : Code[words[0]]);

/** What a listing calls a value: `b3` for buffer 3, inputs by their label, constants by their number or shape. */
function namesOf(tape: Tape, bufferOf: ReadonlyMap<Tensor, number>, source: (x: Tensor) => Tensor): (x: Tensor) => string {
  const inputs = new Map(tape.inputs.map((x, i) => [x, x.label ?? `input${i + 1}`]));
  return (x) => {
    const from = source(x);
    const buffer = bufferOf.get(from);
    if (buffer !== undefined) return `b${buffer}`;
    return inputs.get(from) ?? (from.size === 1 ? String(from.first) : `constant${formatShape(from.shape)}`);
  };
}
