import { DomainError } from "../base/errors.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { Kernel, NdArray } from "./kernel.js";

// What runs a recorded function again and again: kernel after kernel, in buffers that are made once.

/** A function as calls of kernels on numbered values: first its inputs, then constants, then what the calls compute. */
export interface Routine {
  /** The shapes of the inputs. */
  readonly inputs: readonly Shape[];
  readonly constants: readonly NdArray[];
  readonly calls: readonly RoutineCall[];
  /** The numbers of the values that it returns. */
  readonly outputs: readonly number[];
}

/** One call; without a kernel its result is the first input's numbers under another shape. */
export interface RoutineCall {
  readonly kernel: Kernel | null;
  readonly attributes: unknown;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  /** Whether the kernel expects zeros where it writes. */
  readonly clears: boolean;
}

/** A routine with its buffers. */
interface Frame {
  readonly outputs: readonly NdArray[];
  readonly run: () => void;
}

/** Gives a routine its buffers; it reads its inputs where they are. */
function frameOf(routine: Routine, inputs: readonly NdArray[]): Frame {
  const values: NdArray[] = [...inputs, ...routine.constants];
  const runs: (() => void)[] = [];
  for (const { kernel, attributes, inputs: places, shape, clears } of routine.calls) {
    const from = places.map((place) => values[place]);
    if (kernel === null) {
      values.push({ shape, data: from[0].data });
      continue;
    }
    const out: NdArray = { shape, data: new Float64Array(sizeOf(shape)) };
    values.push(out);
    runs.push(
      clears
        ? () => {
            out.data.fill(0);
            kernel(out, from, attributes);
          }
        : () => kernel(out, from, attributes),
    );
  }
  return {
    outputs: routine.outputs.map((place) => values[place]),
    run: () => {
      for (let i = 0; i < runs.length; i++) runs[i]();
    },
  };
}

const buffer = (shape: Shape): NdArray => ({ shape, data: new Float64Array(sizeOf(shape)) });

/** A loop: which inputs of its body are what, and how often the body runs. */
export interface LoopAttributes {
  /** How many of the inputs, and of the body's outputs, are the carry. */
  readonly carries: number;
  /** How many of the inputs after these have the steps along axis 0. The rest are the same at each step. */
  readonly xs: number;
  readonly steps: number;
  /** Whether it goes from the last step to the first. */
  readonly reverse: boolean;
  /** The places of the parts of the carry that are kept as they came into each step. */
  readonly kept: readonly number[];
}

/**
 * The carry through a body n times. The output holds one after the other: the last carry; for each other output of the body its
 * values in all steps; for each kept part of the carry what it was when it came into each step.
 */
export const scan: Kernel<LoopAttributes & { readonly body: { readonly routine: Routine } }> = (out, inputs, attributes) => {
  const { carries, xs, steps, reverse, kept } = attributes;
  const { routine } = attributes.body;
  const rows = inputs.slice(carries, carries + xs);
  const carry = routine.inputs.slice(0, carries).map(buffer);
  const x = routine.inputs.slice(carries, carries + xs).map(buffer);
  carry.forEach(({ data }, i) => {
    data.set(inputs[i].data);
  });
  const frame = frameOf(routine, [...carry, ...x, ...inputs.slice(carries + xs)]);
  const next = frame.outputs.slice(0, carries);
  const y = frame.outputs.slice(carries);
  // A new carry that is a part of the old one, as in a swap, is copied before that part is written.
  const early = next.map(({ data }, i) =>
    carry.some((part, j) => j !== i && part.data === data) ? new Float64Array(data.length) : undefined,
  );

  let at = carry.reduce((sum, { data }) => sum + data.length, 0);
  const series = [...y, ...kept.map((i) => carry[i])].map(({ data }) => {
    const start = at;
    at += data.length * steps;
    return { data, start };
  });
  const write = (from: number, to: number, step: number): void => {
    for (let i = from; i < to; i++) out.data.set(series[i].data, series[i].start + step * series[i].data.length);
  };
  for (let count = 0; count < steps; count++) {
    const step = reverse ? steps - 1 - count : count;
    x.forEach(({ data }, i) => {
      const { length } = data;
      for (let k = 0, j = step * length; k < length; k++, j++) data[k] = rows[i].data[j];
    });
    write(y.length, series.length, step);
    runStep(frame, step);
    write(0, y.length, step);
    early.forEach((copy, i) => {
      copy?.set(next[i].data);
    });
    carry.forEach(({ data }, i) => {
      const from = early[i] ?? next[i].data;
      if (from !== data) data.set(from);
    });
  }
  at = 0;
  for (const { data } of carry) {
    out.data.set(data, at);
    at += data.length;
  }
};

/** An error says in which step it was raised. */
function runStep({ run }: Frame, step: number): void {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainError) throw new DomainError(`${error.message}, in step ${step} of a scan`);
    throw error;
  }
}

/** A body once; the output holds its outputs one after the other. */
export const checkpoint: Kernel<{ readonly body: { readonly routine: Routine } }> = (out, inputs, { body: { routine } }) => {
  const { outputs, run } = frameOf(routine, inputs);
  run();
  let at = 0;
  for (const { data } of outputs) {
    out.data.set(data, at);
    at += data.length;
  }
};
