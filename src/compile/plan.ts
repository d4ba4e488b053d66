import { isElementwise } from "../ops/op.js";
import type { Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Step } from "./schedule.js";

/** Where each value of a tape lives while the program runs. */
export interface Plan {
  /** The sizes of the buffers, in numbers. */
  readonly buffers: readonly number[];
  /** The buffer of each value that a node computes. */
  readonly bufferOf: ReadonlyMap<Tensor, number>;
  /** The values of which only a chunk of rows is kept. */
  readonly chunked: ReadonlySet<Tensor>;
  /** What a value's numbers are kept as: a reshaped value is its source. */
  readonly source: (x: Tensor) => Tensor;
}

/**
 * Gives every computed value a buffer, and the same buffer to values that are never needed at the same time. A value is
 * needed from the step that computes it to the last step that reads it, outputs to the end. An elementwise op may write
 * over an input of its own size that nobody reads after it.
 *
 *     z = MatMul(X, w)     buffer 0   ┐
 *     p = Sigmoid(z)       buffer 0   │ z is not read again: p takes its place
 *     r = Sub(p, y)        buffer 0   ┘
 *
 * Of a value that is computed and read within one region only a chunk is kept. All else that a region computes is needed
 * through all of it, since each chunk comes back to it.
 */
export function planBuffers(tape: Tape, steps: readonly Step[]): Plan {
  // A reshaped value is the value itself: all that share numbers are needed as long as one of them is.
  const aliases = new Map<Tensor, Tensor>();
  for (const { op, inputs, output } of tape.nodes) if (op.kernel === null) aliases.set(output, aliases.get(inputs[0]) ?? inputs[0]);
  const source = (x: Tensor): Tensor => aliases.get(x) ?? x;

  const madeIn = new Map<Tensor, number>();
  const lastStep = new Map<Tensor, number>();
  const onlyChunks = new Set<Tensor>();
  steps.forEach(({ nodes, regions }, step) => {
    nodes.forEach(({ inputs, output }, i) => {
      madeIn.set(output, step);
      lastStep.set(output, step);
      if (regions[i]?.sums === false) onlyChunks.add(output);
      for (const x of inputs) {
        const from = source(x);
        lastStep.set(from, step);
        if (madeIn.get(from) !== step) onlyChunks.delete(from);
      }
    });
  });
  for (const output of tape.outputs) {
    lastStep.set(source(output), steps.length);
    onlyChunks.delete(source(output));
  }

  const buffers: number[] = [];
  const bufferOf = new Map<Tensor, number>();
  const free = new Map<number, number[]>();
  const take = (x: Tensor, size: number): void => {
    let buffer = free.get(size)?.pop();
    if (buffer === undefined) {
      buffer = buffers.length;
      buffers.push(size);
    }
    bufferOf.set(x, buffer);
  };
  const release = (buffer: number): void => {
    const list = free.get(buffers[buffer]);
    if (list === undefined) free.set(buffers[buffer], [buffer]);
    else list.push(buffer);
  };

  /** A buffer for a value: of those that die here one of its size, if the op may write over its input; or another. */
  const takeOver = ({ op, output }: Node, size: number, dying: Set<number>): void => {
    const inPlace = isElementwise(op) ? [...dying].find((buffer) => buffers[buffer] === size) : undefined;
    if (inPlace === undefined) take(output, size);
    else {
      bufferOf.set(output, inPlace);
      dying.delete(inPlace);
    }
  };

  steps.forEach((step, at) => {
    if (step.count > 0) planRegion(step, at);
    else {
      const [node] = step.nodes;
      const { inputs, output } = node;
      const dying = dyingBuffers(inputs, at);
      takeOver(node, output.size, dying);
      if (lastStep.get(output) === at) dying.add(bufferOf.get(output) as number);
      for (const buffer of dying) release(buffer);
    }
  });

  function dyingBuffers(inputs: readonly Tensor[], at: number): Set<number> {
    const dying = new Set<number>();
    for (const x of inputs) {
      const from = source(x);
      const buffer = bufferOf.get(from);
      if (buffer !== undefined && lastStep.get(from) === at) dying.add(buffer);
    }
    return dying;
  }

  function planRegion({ nodes, count, chunk }: Step, at: number): void {
    // What is there before the region and dies in it; collected before its own values get their buffers.
    const dying = dyingBuffers(
      nodes.flatMap(({ inputs }) => inputs),
      at,
    );
    for (const { output } of nodes) if (!onlyChunks.has(output)) take(output, output.size);
    const lastRead = new Map<Tensor, number>();
    nodes.forEach(({ inputs, output }, i) => {
      lastRead.set(output, i);
      for (const x of inputs) lastRead.set(source(x), i);
    });
    nodes.forEach((node, i) => {
      const { inputs, output } = node;
      const done = new Set<number>();
      for (const x of inputs) {
        const from = source(x);
        if (onlyChunks.has(from) && madeIn.get(from) === at && lastRead.get(from) === i) done.add(bufferOf.get(from) as number);
      }
      if (onlyChunks.has(output)) {
        takeOver(node, (output.size / count) * chunk, done);
        if (lastRead.get(output) === i) done.add(bufferOf.get(output) as number);
      }
      for (const buffer of done) release(buffer);
    });
    for (const buffer of dying) release(buffer);
    for (const { output } of nodes) if (!onlyChunks.has(output) && lastStep.get(output) === at) release(bufferOf.get(output) as number);
  }

  return { buffers, bufferOf, chunked: onlyChunks, source };
}
