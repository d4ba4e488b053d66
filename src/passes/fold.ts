import { Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Drops the nodes that depend on constants only; their values, known since the recording, become constants themselves.
 * `1 − y` of a target that the function closes over is such a node.
 */
export function fold(tape: Tape): Tape {
  const varying = new Set<Tensor>(tape.inputs);
  const kept = tape.nodes.filter(({ inputs, output }) => {
    if (!inputs.some((x) => varying.has(x))) return false;
    varying.add(output);
    return true;
  });
  return new Tape(kept, tape.inputs, tape.outputs);
}
