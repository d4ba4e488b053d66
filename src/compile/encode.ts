import { sizeOf } from "../base/shape.js";
import { shapeOf } from "../tape/columns.js";
import type { Arena } from "./arena.js";
import { NUMBER, WORD } from "./bytes.js";
import type { Calls } from "./calls.js";
import { type Address, NO_ROOM, type Region, type Site, wordsOf } from "./instructions/instruction.js";
import { type KernelCall, kernelCallOf } from "./kernel-calls.js";
import type { Plan } from "./plan.js";
import { forEachStep, type Schedule } from "./schedule.js";

/** What a program runs one after the other: the words from one place up to another, or the kernel of a node. */
export type Section = { readonly from: number; readonly to: number } | { readonly kernel: number };

/** A program as the machine reads it. */
export interface Encoding {
  readonly words: Uint32Array;
  readonly sections: readonly Section[];
}

/**
 * Writes each step as words for the machine. A node without an instruction, which is in no region, stays a call of its kernel; in the
 * step of a loop the machine makes that call, and what it calls goes to `kernels`.
 */
export function encodeSteps(calls: Calls, schedule: Schedule, arena: Arena, plan: Plan, kernels: KernelCall[], isInLoop = false): Encoding {
  const { inputs, begins, operands } = calls.columns;
  const words = new Words();
  const sections: Section[] = [];
  let from = 0;
  const endSection = (): void => {
    if (from < words.length) sections.push({ from, to: words.length });
    from = words.length;
  };
  const encodeAlone = (node: number): void => {
    const code = calls.code(node);
    if (code >= 0) {
      words.push(code);
      words.push(arena.addressOf(inputs.length + node));
      for (let j = begins[node]; j < begins[node + 1]; j++) words.push(arena.addressOf(operands[j]));
      return;
    }
    const encoded = encodeNode(calls, node, undefined, arena, plan, kernels);
    if (encoded !== undefined) words.append(encoded);
    else if (isInLoop) {
      words.append(wordsOf("CallKernel", { kernel: kernels.length }));
      kernels.push(kernelCallOf(calls, arena, node));
    } else {
      endSection();
      sections.push({ kernel: node });
    }
  };
  forEachStep(schedule, encodeAlone, ({ from: first, to, count, chunk, rows }) => {
    const inner: number[] = [];
    for (let at = first; at < to; at++) {
      const region = { ...rows[at - first], chunk };
      for (const word of encodeNode(calls, schedule.order[at], region, arena, plan, kernels) ?? []) inner.push(word);
    }
    words.append(wordsOf("Region", { bytes: WORD * inner.length, count, chunk }));
    words.append(inner);
  });
  endSection();
  return { words: words.take(), sections };
}

/** The words of a node; `undefined` for one that is left to its kernel. */
export function encodeNode(
  calls: Calls,
  node: number,
  region: Region | undefined,
  arena: Arena,
  plan: Plan,
  kernels: KernelCall[],
): number[] | undefined {
  const call = calls.call(node);
  return calls.instruction(call)?.encode(call, { ...siteOf(calls, node, region, arena, plan), kernels });
}

/** Where the operands of a node are, and how they move in its region. */
function siteOf(
  { columns }: Calls,
  node: number,
  region: Region | undefined,
  { addressOf, rooms }: Arena,
  plan: Plan,
): Omit<Site, "kernels"> {
  const { inputs, begins, operands } = columns;
  const address = (value: number, hasRows: boolean | undefined): Address => {
    const at = addressOf(value);
    const source = plan.sourceOf(value);
    // A value of which only a chunk is kept stays where it is.
    const moves = region !== undefined && hasRows && !(source >= 0 && plan.chunked[source] === 1);
    return { at, stride: moves ? (NUMBER * sizeOf(shapeOf(columns, value))) / region.count : 0 };
  };
  const from: Address[] = [];
  for (let j = begins[node]; j < begins[node + 1]; j++) from.push(address(operands[j], region?.inputs[j - begins[node]]));
  return { region, ...(rooms.get(node) ?? NO_ROOM), inputs: from, output: address(inputs.length + node, !region?.sums) };
}

/** Words in a row that grows. A step backward stands there as what it is modulo 2³². */
class Words {
  private all = new Uint32Array(256);
  length = 0;

  push(word: number): void {
    if (this.length === this.all.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.all);
      this.all = larger;
    }
    this.all[this.length++] = word;
  }

  append(words: readonly number[]): void {
    for (const word of words) this.push(word);
  }

  take(): Uint32Array {
    return this.all.subarray(0, this.length);
  }
}
