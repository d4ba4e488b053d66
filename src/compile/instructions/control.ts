import { type Shape, sizeOf } from "../../base/shape.js";
import type * as ops from "../../ops/control.js";
import type { Tensor } from "../../tensor/tensor.js";
import { NUMBER, WORD } from "../bytes.js";
import { order } from "../machine-words.js";
import type { RunningBody } from "../running-body.js";
import { type Address, type Call, type Site, type Table, wordsOf } from "./instruction.js";

/** The passes have made the bodies ready before instructions are chosen. */
const bodyOf = ({ attributes }: Call<{ readonly body: unknown }>): RunningBody => attributes.body as RunningBody;

/** What holds a function of its own: the instructions of that function, and what moves its inputs and outputs. */
export const control: Table<typeof ops> = {
  Scan: {
    needs(call) {
      const { carries, xs } = call.attributes;
      const body = bodyOf(call);
      const staged = body.tape.outputs.slice(0, carries).map((x, i) => (body.returnsInput(i) ? x.size : 0));
      return { kept: [], passing: [body.size((i) => i < carries || i >= carries + xs), ...staged] };
    },
    encode: encodeScan,
  },
  Checkpoint: {
    needs: (call) => ({ kept: [], passing: [bodyOf(call).size(() => true)] }),
    encode(call, { inputs, output, passing: [room], kernels }) {
      const body = bodyOf(call);
      const { words, outputAt } = body.encode(inputs, room, kernels);
      return [...words, ...placesOf(output.at, body.tape.outputs).flatMap((at, i) => copy(at, outputAt[i], body.tape.outputs[i]))]; // biome-ignore format: one line
    },
  },
};

type ScanCall = Call<Parameters<typeof ops.Scan.results>[0]>;

/**
 *     carry ← first carry          copies; the carry is where its results will be
 *     Loop                         n times:
 *       x ← xs[t], kept[t] ← carry
 *       the body's instructions
 *       ys[t] ← y, carry ← next
 */
function encodeScan(call: ScanCall, { inputs, output, passing: [room, ...stages], kernels }: Site): number[] {
  const { carries, xs, steps, reverse, kept } = call.attributes;
  const body = bodyOf(call);
  const { tape } = body;
  const results = placesOf(output.at, [
    ...tape.outputs.map((x, i) => (i < carries ? x : { shape: [steps, ...x.shape] })),
    ...kept.map((i) => ({ shape: [steps, ...tape.inputs[i].shape] })),
  ]);
  const carryAt = results.slice(0, carries);
  const given = tape.inputs.map((_, i): Address | undefined =>
    i < carries ? { at: carryAt[i], stride: 0 } : i < carries + xs ? undefined : inputs[i],
  );
  const { words, inputAt, outputAt } = body.encode(given, room, kernels);

  /** Where a series is in the first step, and how far it is from there to the next. */
  const series = (at: number, { size }: Tensor): { readonly at: number; readonly step: number } => ({
    at: at + (reverse ? NUMBER * size * (steps - 1) : 0),
    step: NUMBER * size * (reverse ? -1 : 1),
  });
  const moves = (list: readonly (readonly number[])[]): number[] => list.flat();
  const move = (out: { at: number; step: number }, x: { at: number; step: number }, count: number): number[] =>
    count === 0 ? [] : wordsOf("LoopMove", { out: out.at, outStep: out.step, x: x.at, xStep: x.step, count });
  const still = (at: number): { at: number; step: number } => ({ at, step: 0 });

  const rows = tape.inputs.slice(carries, carries + xs);
  const before = moves([
    ...rows.map((x, i) => move(still(inputAt[carries + i]), series(inputs[carries + i].at, x), x.size)),
    ...kept.map((i, k) => move(series(results[tape.outputs.length + k], tape.inputs[i]), still(carryAt[i]), tape.inputs[i].size)),
  ]);
  const next = tape.outputs.slice(0, carries).map((x, i) => ({ x, from: outputAt[i], to: carryAt[i], stage: stages[i] }));
  const changed = next.filter(({ from, to }) => from !== to);
  /** What is a part of the carry itself is put aside before that part is written. */
  const early = changed.filter(({ from }) => carryAt.includes(from));
  const after = moves([
    ...tape.outputs.slice(carries).map((y, i) => move(series(results[carries + i], y), still(outputAt[carries + i]), y.size)),
    ...early.map(({ x, from, stage }) => move(still(stage), still(from), x.size)),
    ...changed.map((part) => move(still(part.to), still(early.includes(part) ? part.stage : part.from), part.x.size)),
  ]);
  const { length } = order.LoopMove;
  const loop = wordsOf("Loop", {
    bytes: WORD * (before.length + after.length + words.length),
    steps,
    before: before.length / length,
    after: after.length / length,
  });
  const start = carryAt.flatMap((at, i) => copy(at, inputs[i].at, tape.inputs[i]));
  return [...start, ...loop, ...before, ...after, ...words];
}

/** Where each of several arrays begins that stand one after the other. */
function placesOf(at: number, list: readonly { readonly shape: Shape }[]): number[] {
  let end = at;
  return list.map(({ shape }) => {
    end += NUMBER * sizeOf(shape);
    return end - NUMBER * sizeOf(shape);
  });
}

/** A copy of a whole array. */
const copy = (out: number, x: number, { size }: Tensor): number[] =>
  size === 0 ? [] : [...wordsOf("Copy", { out, x, axes: 1 }), ...wordsOf("CopyAxis", { size, out: NUMBER, x: NUMBER })];
