import { isElementwise } from "../ops/op.js";
import type { Tape } from "../tape.js";
import type { Tensor } from "../tensor.js";

/** Where each value of a tape lives while the program runs. */
export interface Plan {
  /** The sizes of the buffers, in numbers. */
  readonly buffers: readonly number[];
  /** The buffer of each value that a node computes; values that share numbers have the same one. */
  readonly bufferOf: ReadonlyMap<Tensor, number>;
}

/**
 * Gives every computed value a buffer, and the same buffer to values that are never needed at the same time. A value is
 * needed from the node that computes it to the last node that reads it, outputs to the end. An elementwise op may write
 * over an input of its own size that nobody reads after it.
 *
 *     z = MatMul(X, w)     buffer 0   ┐
 *     p = Sigmoid(z)       buffer 0   │ z is not read again: p takes its place
 *     r = Sub(p, y)        buffer 0   ┘
 */
export function planBuffers(tape: Tape): Plan {
  // A reshaped value is the value itself: all that share numbers are needed as long as one of them is.
  const source = new Map<Tensor, Tensor>();
  const root = (x: Tensor): Tensor => {
    let at = x;
    for (let next = source.get(at); next !== undefined; next = source.get(at)) at = next;
    return at;
  };
  for (const { op, inputs, output } of tape.nodes) if (op.kernel === null) source.set(output, inputs[0]);

  const lastUse = new Map<Tensor, number>();
  tape.nodes.forEach(({ inputs, output }, i) => {
    lastUse.set(root(output), i);
    for (const x of inputs) lastUse.set(root(x), i);
  });
  for (const output of tape.outputs) lastUse.set(root(output), tape.nodes.length);

  const buffers: number[] = [];
  const bufferOf = new Map<Tensor, number>();
  const free = new Map<number, number[]>();
  const release = (buffer: number): void => {
    const list = free.get(buffers[buffer]) ?? [];
    list.push(buffer);
    free.set(buffers[buffer], list);
  };
  tape.nodes.forEach(({ op, inputs, output }, i) => {
    if (op.kernel === null) {
      const shared = bufferOf.get(inputs[0]);
      if (shared !== undefined) bufferOf.set(output, shared);
    } else {
      const dying = new Set(
        inputs
          .filter((x) => lastUse.get(root(x)) === i)
          .flatMap((x) => {
            const buffer = bufferOf.get(x);
            return buffer === undefined ? [] : [buffer];
          }),
      );
      const inPlace = isElementwise(op) ? [...dying].find((buffer) => buffers[buffer] === output.size) : undefined;
      let buffer = inPlace ?? free.get(output.size)?.pop();
      if (buffer === undefined) {
        buffer = buffers.length;
        buffers.push(output.size);
      }
      bufferOf.set(output, buffer);
      for (const done of dying) if (done !== buffer) release(done);
    }
    // What nobody reads at all is done at once.
    const own = bufferOf.get(output);
    if (own !== undefined && lastUse.get(root(output)) === i && root(output) === output) release(own);
  });
  return { buffers, bufferOf };
}
