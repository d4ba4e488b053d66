import { sizeOf } from "../base/shape.js";
import { isElementwise } from "../ops/op.js";
import type { Calls } from "./calls.js";
import { forEachStep, type Schedule, type Stretch } from "./schedule.js";

/** Where each value of a tape lives while the program runs. */
export interface Plan {
  /** The sizes of the buffers, in numbers. */
  readonly buffers: readonly number[];
  /** The buffer of each value that a node computes; −1 for the others. */
  readonly bufferOf: Int32Array;
  /** Of which values only a chunk of rows is kept: 1, else 0. */
  readonly chunked: Uint8Array;
  /** What a value's numbers are kept as: a reshaped value is its source. */
  readonly sourceOf: (value: number) => number;
}

const NONE = -1;

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
export function planBuffers(calls: Calls, schedule: Schedule): Plan {
  const planner = new Planner(calls, schedule);
  forEachStep(
    schedule,
    (node) => planner.planAlone(node),
    (region) => planner.planRegion(region),
  );
  const { buffers, bufferOf, chunked, sources } = planner;
  return { buffers, bufferOf, chunked, sourceOf: sourceIn(sources) };
}

const sourceIn =
  (sources: Int32Array) =>
  (value: number): number =>
    value < 0 ? value : sources[value];

class Planner {
  readonly buffers: number[] = [];
  readonly bufferOf: Int32Array;
  readonly chunked: Uint8Array;
  readonly sources: Int32Array;
  private readonly sourceOf: (value: number) => number;
  /** The step that computes each value, and the last that needs it. */
  private readonly madeIn: Int32Array;
  private readonly lastStep: Int32Array;
  private readonly free = new Map<number, number[]>();
  private step = 0;
  /** The buffers of what is not needed after a step, in the order of its operands. */
  private readonly dying: number[] = [];

  constructor(
    private readonly calls: Calls,
    private readonly schedule: Schedule,
  ) {
    const { inputs, kindOf, begins, operands, outputs } = calls.columns;
    const values = inputs.length + kindOf.length;
    this.bufferOf = new Int32Array(values).fill(NONE);
    this.chunked = new Uint8Array(values);
    this.madeIn = new Int32Array(values).fill(NONE);
    this.lastStep = new Int32Array(values).fill(NONE);
    // A reshaped value is the value itself: all that share numbers are needed as long as one of them is.
    this.sources = new Int32Array(values);
    for (let value = 0; value < values; value++) this.sources[value] = value;
    this.sourceOf = sourceIn(this.sources);
    for (let node = 0; node < kindOf.length; node++)
      if (calls.kind(node).op.kernel === null) this.sources[inputs.length + node] = this.sourceOf(operands[begins[node]]);
    this.findLastSteps(outputs);
  }

  private findLastSteps(outputs: readonly number[]): void {
    const { inputs, begins, operands } = this.calls.columns;
    let step = 0;
    const note = (node: number, isRowByRow: boolean): void => {
      const value = inputs.length + node;
      this.madeIn[value] = step;
      this.lastStep[value] = step;
      if (isRowByRow) this.chunked[value] = 1;
      for (let j = begins[node]; j < begins[node + 1]; j++) {
        const from = this.sourceOf(operands[j]);
        if (from < 0) continue;
        this.lastStep[from] = step;
        if (this.madeIn[from] !== step) this.chunked[from] = 0;
      }
    };
    forEachStep(
      this.schedule,
      (node) => {
        note(node, false);
        step++;
      },
      ({ from, to, rows }) => {
        for (let at = from; at < to; at++) note(this.schedule.order[at], !rows[at - from].sums);
        step++;
      },
    );
    for (const output of outputs) {
      const from = this.sourceOf(output);
      if (from < 0) continue;
      this.lastStep[from] = step;
      this.chunked[from] = 0;
    }
  }

  planAlone(node: number): void {
    const { columns } = this.calls;
    const value = columns.inputs.length + node;
    this.collectDying(node);
    this.takeOver(node, sizeOf(columns.shapes[node]));
    if (this.lastStep[value] === this.step) this.dying.push(this.bufferOf[value]);
    this.releaseDying();
    this.step++;
  }

  /** What a node reads that is not needed after this step. Each value is collected once. */
  private collectDying(node: number): void {
    const { begins, operands } = this.calls.columns;
    for (let j = begins[node]; j < begins[node + 1]; j++) {
      const from = this.sourceOf(operands[j]);
      if (from < 0 || this.bufferOf[from] === NONE || this.lastStep[from] !== this.step) continue;
      this.lastStep[from] = NONE;
      this.dying.push(this.bufferOf[from]);
    }
  }

  /** A buffer for a value: of those that die here one of its size, if the op may write over its input; or another. */
  private takeOver(node: number, size: number): void {
    const { dying } = this;
    const at = isElementwise(this.calls.kind(node).op) ? dying.findIndex((buffer) => this.buffers[buffer] === size) : -1;
    if (at < 0) this.take(node, size);
    else this.bufferOf[this.calls.columns.inputs.length + node] = dying.splice(at, 1)[0];
  }

  private take(node: number, size: number): void {
    let buffer = this.free.get(size)?.pop();
    if (buffer === undefined) buffer = this.buffers.push(size) - 1;
    this.bufferOf[this.calls.columns.inputs.length + node] = buffer;
  }

  private releaseDying(): void {
    for (const buffer of this.dying) this.release(buffer);
    this.dying.length = 0;
  }

  private release(buffer: number): void {
    const size = this.buffers[buffer];
    const list = this.free.get(size);
    if (list === undefined) this.free.set(size, [buffer]);
    else list.push(buffer);
  }

  planRegion({ from, to, count, chunk }: Stretch): void {
    const { inputs, begins, operands, shapes } = this.calls.columns;
    const nodes = this.schedule.order.subarray(from, to);
    const first = inputs.length;
    // What is there before the region and dies in it; collected before its own values get their buffers.
    for (const node of nodes) this.collectDying(node);
    const before = this.dying.splice(0);
    for (const node of nodes) if (this.chunked[first + node] === 0) this.take(node, sizeOf(shapes[node]));
    const lastRead = new Map<number, number>();
    for (const [i, node] of nodes.entries()) {
      lastRead.set(first + node, i);
      for (let j = begins[node]; j < begins[node + 1]; j++) lastRead.set(this.sourceOf(operands[j]), i);
    }
    for (const [i, node] of nodes.entries()) {
      const own = first + node;
      const done = (value: number): boolean => this.chunked[value] === 1 && this.madeIn[value] === this.step && lastRead.get(value) === i;
      for (let j = begins[node]; j < begins[node + 1]; j++) {
        const source = this.sourceOf(operands[j]);
        if (source < 0 || source === own || !done(source)) continue;
        lastRead.delete(source);
        this.dying.push(this.bufferOf[source]);
      }
      if (this.chunked[own] === 1) {
        this.takeOver(node, (sizeOf(shapes[node]) / count) * chunk);
        if (done(own)) this.dying.push(this.bufferOf[own]);
      }
      this.releaseDying();
    }
    for (const buffer of before) this.release(buffer);
    for (const node of nodes) {
      const own = first + node;
      if (this.chunked[own] === 0 && this.lastStep[own] === this.step) this.release(this.bufferOf[own]);
    }
    this.step++;
  }
}
