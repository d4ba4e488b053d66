import { sameShape } from "../base/shape.js";
import type { Routine } from "../kernels/control.js";
import type { Body } from "../ops/body.js";
import { Add } from "../ops/elementwise.js";
import { aside } from "../tape/aside.js";
import type { Hollow } from "../tape/hollow.js";
import { Tape } from "../tape/tape.js";
import { recording } from "../tape/under-way.js";
import { applyAgain } from "../tensor/apply.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Flat } from "../tensor/tree.js";
import { sweepForward } from "./forward.js";
import { tapeOf } from "./record.js";
import { sweepBackward } from "./reverse.js";
import { routineOf } from "./routine.js";
import { dependsOnLeaves, trace } from "./trace.js";

/** A function as it was recorded, with what it took from outside. */
export interface Recorded {
  readonly body: Body;
  /** The tensors from outside that it reads: its last inputs. Numbers that were never on a tape stay constants. */
  readonly lifted: readonly Tensor[];
  /** What it returned. */
  readonly output: Flat;
}

/** Runs f once on tensors like these, aside, and makes a body of it. They are hollow: their numbers make no difference. */
export function recordBody(by: Hollow, at: readonly Tensor[], f: (inputs: Tensor[]) => unknown): Recorded {
  const like = ({ shape, label }: Tensor, i: number): Tensor => {
    const hollow = at[i].withValues(shape, by);
    return label === undefined ? hollow : hollow.named(label);
  };
  const segment = aside(() => trace(by.name, f as (...args: never[]) => unknown, [flatOf(at.map(like))]));
  const tape = tapeOf(segment);
  const own = new Set<Tensor>(tape.inputs);
  for (const { output } of tape.nodes) own.add(output);
  const lifted = new Set<Tensor>();
  const lift = (x: Tensor): void => {
    if (x.recordingId !== undefined && !own.has(x)) lifted.add(x);
  };
  for (const { inputs } of tape.nodes) inputs.forEach(lift);
  tape.outputs.forEach(lift);
  const whole = new Tape(tape.nodes, [...tape.inputs, ...lifted], tape.outputs);
  return { body: new RecordedBody(by, whole), lifted: [...lifted], output: segment.output };
}

/** A list of tensors as the one argument of a function. */
const flatOf = (leaves: readonly Tensor[]): Flat => ({
  leaves: [...leaves],
  paths: leaves.map((_, i) => `[${i}]`),
  numbers: new Set(),
  rebuild: (values) => values,
});

/** A body on its tape. */
class RecordedBody implements Body {
  private readonly bodies = new Map<string, Body>();
  private asRoutine: Routine | undefined;

  constructor(
    private readonly by: Hollow,
    readonly tape: Tape,
  ) {}

  get routine(): Routine {
    this.asRoutine ??= routineOf(this.tape);
    return this.asRoutine;
  }

  pull(inputs: readonly Tensor[], cotangents: readonly (Tensor | undefined)[], wanted: readonly boolean[]): (Tensor | undefined)[] {
    const segment = this.traceAt(inputs, wanted);
    const found = sweepBackward(segment, dependsOnLeaves(segment), cotangents).values();
    return wanted.map((isWanted) => (isWanted ? found.next().value : undefined));
  }

  push(inputs: readonly Tensor[], tangents: readonly (Tensor | undefined)[]): (Tensor | undefined)[] {
    const vary = tangents.map((tangent) => tangent !== undefined);
    const segment = this.traceAt(inputs, vary);
    return sweepForward(
      segment,
      tangents.filter((tangent) => tangent !== undefined),
    );
  }

  derived(key: string, at: readonly Tensor[], f: (inputs: readonly Tensor[]) => readonly Tensor[]): Body {
    const known = this.bodies.get(key) ?? recordBody(this.by, at, f).body;
    this.bodies.set(key, known);
    return known;
  }

  kept(carries: number): number[] {
    if (recording === undefined) return [];
    return this.tape.inputs.slice(0, carries).flatMap((x, i) => (isOnlyAddedTo(this.tape, x, i) ? [] : [i]));
  }

  /** Runs the body again on these inputs, of which some are variables and the others constants. */
  private traceAt(inputs: readonly Tensor[], variable: readonly boolean[]) {
    const vary = inputs.filter((_, i) => variable[i]);
    const again = (variables: Tensor[]): Tensor[] => {
      const rest = variables.values();
      return replayTape(
        this.tape,
        inputs.map((x, i) => (variable[i] ? (rest.next().value as Tensor) : x)),
      );
    };
    return trace(this.by.name, again as (...args: never[]) => unknown, [flatOf(vary)]);
  }
}

/** Applies the ops of a tape again, to other inputs. */
export function replayTape({ inputs, nodes, outputs }: Tape, at: readonly Tensor[]): Tensor[] {
  const values = new Map<Tensor, Tensor>(inputs.map((x, i) => [x, at[i]]));
  const current = (x: Tensor): Tensor => values.get(x) ?? x;
  for (const { op, inputs: operands, output, attributes } of nodes) values.set(output, applyAgain(op, operands.map(current), attributes));
  return outputs.map(current);
}

/** Whether a part of the carry is nowhere read but to add to it, or not at all: its values make no difference to a derivative. */
function isOnlyAddedTo({ nodes, outputs }: Tape, x: Tensor, i: number): boolean {
  const readers = nodes.filter(({ inputs }) => inputs.includes(x));
  const isReturned = (y: Tensor, by: readonly Tensor[]): boolean => by.every((output, j) => (output === y) === (j === i));
  if (readers.length === 0) return isReturned(x, outputs) || !outputs.includes(x);
  const [{ op, inputs, output }] = readers;
  const isSum = readers.length === 1 && op === Add && inputs[0] !== inputs[1] && sameShape(output.shape, x.shape);
  return isSum && isReturned(output, outputs) && !outputs.includes(x) && nodes.every((node) => !node.inputs.includes(output));
}
