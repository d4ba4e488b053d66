import type { AnyOp } from "../../ops/op.js";
import { aside } from "../../tape/aside.js";
import { Notes } from "../../tape/notes.js";
import { type Node, Tape } from "../../tape/tape.js";
import { type Arrival, type Watcher, withWatcher } from "../../tape/watcher.js";
import { ones } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Flat, flatten } from "../../tensor/tree.js";
import { cotangentAt } from "../../transforms/arrival.js";
import { tapeOf } from "../../transforms/record.js";
import { vjp } from "../../transforms/reverse.js";
import { type Segment, trace } from "../../transforms/trace.js";
import { callerIn, withLongStacks } from "./source.js";

/** For each node of the recording, where it was applied, for which node's rule, and the cotangent that arrived there. */
class Notebook implements Watcher {
  readonly stacks: Error[] = [];
  readonly owners: (number | undefined)[] = [];
  readonly cotangents: Tensor[] = [];
  private rule: number | undefined;

  applied(_op: AnyOp, _inputs: readonly Tensor[], output: Tensor): void {
    if (output.recordingId === undefined) return;
    // The stack is written out only if somebody reads it.
    this.stacks[output.slot] = new Error();
    this.owners[output.slot] = this.rule;
  }

  sweeps(at: Arrival | undefined): void {
    this.rule = at?.place;
    if (at !== undefined) this.cotangents[at.place] = cotangentAt(at); // of several sweeps that of the last, which is the outermost one's
  }
}

/** One run of a function and of its gradient. */
export interface Run {
  /** All nodes, those of f first. */
  readonly tape: Tape;
  /** Those of f alone, on a tape of its own. */
  readonly forward: Tape;
  /** The tensors of the first argument as f saw them, and other tensors that were handed to f. */
  readonly inputs: readonly Tensor[];
  readonly rest: readonly Tensor[];
  /** The gradient of the sum of all outputs. */
  readonly gradient: readonly Tensor[];
  /** The cotangent of that sum that arrived at a node, broadcast to the node's shape. */
  cotangent(node: Node): Tensor | undefined;
  /** For a node of a backward pass, the node in whose rule it was applied; of rules within rules the outermost. */
  owner(node: Node): Node | undefined;
  /** Where the caller applied the op. */
  source(node: Node): string | undefined;
}

/** Runs f and its gradient with respect to the first argument, and keeps what happened. */
export function runWithGradient(f: (...args: never[]) => unknown, args: readonly unknown[]): Run {
  const notebook = new Notebook();
  const first = args.slice(0, 1).map((arg) => flatten("diagnose", "the first argument", arg));
  const rest = args.slice(1).flatMap(tensorsIn);
  let forwardEnd = 0;
  let outputs: Flat = { leaves: [], paths: [], numbers: new Set(), rebuild: () => undefined };
  const both = (...given: unknown[]): unknown => {
    const onFirst = (...own: unknown[]): unknown => {
      const result = (f as (...all: unknown[]) => unknown)(...own, ...args.slice(1));
      if (typeof (result as { then?: unknown } | null)?.then === "function")
        throw new TypeError("diagnose: the function must be synchronous, but it returned a promise; await its data first");
      outputs = flatten("diagnose", "the function's result", result);
      return result;
    };
    const [result, pullback] = vjp(onFirst as (...own: unknown[]) => unknown, ...(given as never[]));
    forwardEnd = notebook.stacks.length;
    const seed = outputs.rebuild(outputs.leaves.map((x) => ones(x.shape)));
    return { result, gradient: pullback(seed as never) };
  };
  const segment: Segment = aside(() =>
    withWatcher(notebook, () => withLongStacks(() => trace("diagnose", both as never, first, new Notes()))),
  );
  const tape = tapeOf(segment);
  const ofSlot = new Map(tape.nodes.map((node) => [node.output.slot, node]));
  const isForward = (node: Node): boolean => node.output.slot < forwardEnd;
  const forwardNodes = tape.nodes.filter(isForward);
  const count = tape.outputs.length - first.reduce((n, { leaves }) => n + leaves.length, 0);
  return {
    tape,
    forward: new Tape(forwardNodes, tape.inputs, tape.outputs.slice(0, count)),
    inputs: tape.inputs,
    rest,
    gradient: tape.outputs.slice(count),
    cotangent: (node) => notebook.cotangents[node.output.slot]?.broadcastTo(node.output.shape),
    owner: (node) => {
      let owner: Node | undefined;
      for (let slot = notebook.owners[node.output.slot]; slot !== undefined; slot = notebook.owners[slot])
        owner = ofSlot.get(slot) ?? owner;
      return owner;
    },
    source: (node) => callerIn(notebook.stacks[node.output.slot]?.stack),
  };
}

/** The tensors in an argument that may be anything. */
export function tensorsIn(value: unknown): Tensor[] {
  try {
    return flatten("diagnose", "an argument", value).leaves;
  } catch {
    return []; // not a tree of tensors: passed on as it is
  }
}
