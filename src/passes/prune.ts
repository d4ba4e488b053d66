import { Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Drops the nodes that no output depends on: dead branches, and what rules computed that nobody reads. */
export function prune(tape: Tape): Tape {
  const needed = new Set<Tensor>(tape.outputs);
  const kept = [...tape.nodes].reverse().filter(({ inputs, output }) => {
    if (!needed.has(output)) return false;
    for (const x of inputs) needed.add(x);
    return true;
  });
  return new Tape(kept.reverse(), tape.inputs, tape.outputs);
}
