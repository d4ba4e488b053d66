import { GradtapeError } from "../../base/errors.js";
import type { Node, Tape } from "../../tape/tape.js";
import { type Watcher, withWatcher } from "../../tape/watcher.js";
import { applyAgain } from "../../tensor/apply.js";
import { Tensor } from "../../tensor/tensor.js";
import { cotangentAt } from "../../transforms/arrival.js";
import { undoBroadcast, vjp } from "../../transforms/reverse.js";

// How much a number at the end changes with each number on the way, all ways together: the reverse sweep over the whole tape, the
// backward pass included. So an error that a formula takes back later, as Kahan's log1p does, counts for nothing.

/** For one number at the end, its derivatives with respect to values of a tape. */
export interface Sensitivity {
  /** With respect to a value, in its shape; nothing where the end does not depend on it. */
  of(x: Tensor): Tensor | undefined;
  /** What of that goes through one input of a node. */
  through(node: Node, input: number): Tensor | undefined;
}

/**
 * The sensitivity of Σ ±output, the signs in no pattern, so that no two outputs cancel. `data` are values from outside that are
 * asked for as well. Nothing if an op on the way cannot be differentiated twice.
 */
export function sensitivityOf(tape: Tape, outputs: readonly Tensor[], data: readonly Tensor[]): Sensitivity | undefined {
  const cotangents: Tensor[] = [];
  const watcher: Watcher = {
    applied: () => undefined,
    sweeps: (at) => {
      if (at !== undefined) cotangents[at.place] = cotangentAt(at);
    },
  };
  const values = new Map<Tensor, Tensor>();
  const sources = [...tape.inputs, ...data];
  const run = (...own: Tensor[]): Tensor => {
    sources.forEach((x, i) => {
      values.set(x, own[i]);
    });
    const current = (x: Tensor): Tensor => values.get(x) ?? x;
    for (const { op, inputs, output, attributes } of tape.nodes) values.set(output, applyAgain(op, inputs.map(current), attributes));
    return outputs.reduce<Tensor>((sum, x, i) => sum.add(current(x).mul(signs(x, i)).sum()), Tensor.wrap([], 0));
  };
  try {
    const [, pullback] = vjp(run as never, ...(sources as never[])) as unknown as [Tensor, (g: number) => Tensor[]];
    const ofSources = withWatcher(watcher, () => pullback(1));
    const known = new Map<Tensor, Tensor>(sources.map((x, i) => [x, ofSources[i]]));
    for (const { output } of tape.nodes) {
      const g = cotangents[(values.get(output) as Tensor).slot];
      if (g !== undefined) known.set(output, g.broadcastTo(output.shape));
    }
    return {
      of: (x) => known.get(x),
      through: ({ op, inputs, output, attributes }, input) => {
        const g = known.get(output);
        if (g === undefined) return undefined;
        const part =
          typeof op.vjp === "function" ? op.vjp(g, output, inputs, attributes)[input] : op.vjp[input]?.(g, output, ...inputs, attributes);
        return part === undefined ? undefined : undoBroadcast(part, inputs[input].shape, op, output.shape);
      },
    };
  } catch (error) {
    if (error instanceof GradtapeError) return undefined; // an op of the caller's own without a rule
    throw error;
  }
}

/** 1 and −1, always the same, in no pattern that a formula would have. */
function signs(x: Tensor, offset: number): Tensor {
  return Tensor.wrap(
    x.shape,
    Float64Array.from({ length: x.size }, (_, i) => (Math.imul(i + 1 + 7919 * offset, GOLDEN) >>> 0 >= HALF_OF_ALL ? 1 : -1)),
  );
}
/** 2³² over the golden ratio: multiples of it, cut to 32 bits, are spread evenly (Knuth, The Art of Computer Programming, 6.4). */
const GOLDEN = 0x9e3779b1;
const HALF_OF_ALL = 0x80000000;
