import { checkFunction } from "../base/errors.js";
import { Leaf } from "../ops/movement.js";
import type { AnyOp, AnyRule } from "../ops/op.js";
import type { Notes } from "../tape/notes.js";
import type { Recording } from "../tape/recording.js";
import { whileRecording } from "../tape/under-way.js";
import { apply } from "../tensor/apply.js";
import { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, nameOfPath, type Others } from "../tensor/tree.js";

/** One run of a function: the part of a recording that it added, nodes `start` to `end` without the latter. The first are its leaves. */
export interface Segment {
  readonly recording: Recording;
  readonly start: number;
  readonly end: number;
  /** How many leaves there are. */
  readonly leaves: number;
  readonly output: Flat;
}

/** The place of a tensor within a segment, or −1 for one from outside: a constant here. */
export function indexIn(segment: Segment, x: Tensor): number {
  return x.recordingId === segment.recording.id ? within(segment, x.slot) : -1;
}

/**
 * Runs f on fresh aliases of its primals and keeps what was recorded. The aliases are what makes nesting safe:
 * they are new variables, so an inner transform never mistakes an outer one's variable for its own.
 */
export function trace(
  name: string,
  f: (...args: never[]) => unknown,
  primals: readonly Flat[],
  notes?: Notes,
  others: Others = "refuse",
): Segment {
  checkFunction(name, f);
  return whileRecording(Tensor.restore, notes, (recording) => {
    const start = recording.length;
    const args = primals.map(({ leaves, rebuild }) => rebuild(leaves.map(leaf)));
    const output = flatten(name, "the function's result", synchronous(name, f(...(args as never[]))), others);
    return { recording, start, end: recording.length, leaves: primals.reduce((sum, { leaves }) => sum + leaves.length, 0), output };
  });
}

/** What a function returned; a promise is refused. */
export function synchronous(name: string, result: unknown): unknown {
  if (typeof (result as { then?: unknown } | null)?.then === "function")
    throw new TypeError(`${name}: the function must be synchronous, but it returned a promise; await its data first, then call ${name}`);
  return result;
}

function leaf(x: Tensor): Tensor {
  const alias = apply(Leaf, [x]);
  return x.label === undefined ? alias : alias.named(x.label);
}

/** The same for a place in the recording; negative ones are constants. */
export const within = ({ start, end }: Segment, place: number): number => (place >= start && place < end ? place - start : -1);

/**
 * Refuses a plain number in a tree that f has never used as a tensor. It is one inside f, so f may have meant something else: a mode
 * that it compares with `===`, which is false of a Tensor without a word.
 */
export function refuseUnusedNumbers(name: string, segment: Segment, primals: readonly Flat[]): void {
  const { recording, start, end, leaves, output } = segment;
  let first = 0;
  for (const { numbers, paths } of primals) {
    for (const at of numbers) {
      if (paths[at] === "") continue;
      const leaf = start + first + at;
      let isUsed = output.leaves.some((x) => indexIn(segment, x) === leaf - start);
      for (let j = recording.begin(start + leaves); !isUsed && end > start + leaves && j < recording.end(end - 1); j++)
        isUsed = recording.source(j) === leaf;
      if (!isUsed)
        throw new TypeError(
          `${name}: expected tensors in a tree that is differentiated, got a number at ${nameOfPath(paths[at])} that the function never used as one; ` +
            "inside the function it is a Tensor, which no number is === to. Pass it as an argument of its own, or write tensor() around it",
        );
    }
    first += paths.length;
  }
}

/** For each node of a segment, whether it depends on the leaves through ops that pass gradients on. */
export function dependsOnLeaves(segment: Segment): Uint8Array {
  const { recording, start, end, leaves } = segment;
  const depends = new Uint8Array(end - start).fill(1, 0, leaves);
  for (let i = start + leaves; i < end; i++) {
    const { vjp } = recording.op(i);
    const first = recording.begin(i);
    for (let j = first; j < recording.end(i); j++) {
      const at = within(segment, recording.source(j));
      if (at >= 0 && depends[at] === 1 && (typeof vjp === "function" || vjp[j - first] !== null)) {
        depends[i - start] = 1;
        break;
      }
    }
  }
  return depends;
}

/**
 * Calls the rule of input j of node i, if the op has one for it. One or two inputs are written out: spreading a list
 * into a call is slow.
 */
export function callRule(rules: AnyOp["vjp"] | AnyOp["jvp"], j: number, g: Tensor, recording: Recording, i: number): Tensor | undefined {
  const rule = (rules as readonly AnyRule[])[j];
  if (rule === null) return undefined;
  const first = recording.begin(i);
  const output = recording.output(i);
  const attributes = recording.attributesOf(i);
  const count = recording.end(i) - first;
  if (count === 1) return rule(g, output, recording.input(first), attributes);
  if (count === 2) return rule(g, output, recording.input(first), recording.input(first + 1), attributes);
  return rule(g, output, ...recording.inputsOf(i), attributes);
}
