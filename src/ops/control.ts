import { type Shape, sizeOf } from "../base/shape.js";
import * as k from "../kernels/control.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Body, runSeveral, unpack } from "./body.js";
import type { SeveralOp } from "./op.js";

// Loops, and functions that run again when their gradient is wanted: ops that hold a recorded function.

/** {@link k.LoopAttributes} of a recorded body. */
export interface ScanAttributes extends k.LoopAttributes {
  readonly body: Body;
}

/** Cuts a list into parts of these lengths, and what is left. */
function cut<T>(list: readonly T[], ...lengths: readonly number[]): (readonly T[])[] {
  let at = 0;
  const parts = lengths.map((length) => {
    at += length;
    return list.slice(at - length, at);
  });
  return [...parts, list.slice(at)];
}

const isThere = (x: Tensor | undefined): x is Tensor => x !== undefined;
/** The same tensors under the names of their derivatives, where they have names. */
const derivativesOf = (list: readonly Tensor[]): Tensor[] =>
  list.map((x) => x.withShape(x.shape)).map((x, i) => (list[i].label === undefined ? x : x.named(`∂${list[i].label}`)));
const zerosLike = (x: Tensor): Tensor => x.withValues(x.shape, new Float64Array(x.size));
/** The sum of what there is. */
const plus = (x: Tensor, y: Tensor | undefined): Tensor => (y === undefined ? x : x.add(y));
/** Which of a list are there, as text. */
const pattern = (list: readonly unknown[]): string => list.map((x) => (x === undefined || x === false ? "-" : "+")).join("");
/** For each place of a pattern the next of what there is, where it is there. */
function spread<T>(there: readonly boolean[], values: readonly T[]): (T | undefined)[] {
  let at = 0;
  return there.map((isIn) => (isIn ? values[at++] : undefined));
}

/** The results of an op, one after the other. */
const packed = (results: readonly Shape[]): Shape => [results.reduce((sum, shape) => sum + sizeOf(shape), 0)];

/** Cotangents of results, one by one. */
const apart = (cotangents: readonly (Tensor | undefined)[] | Tensor, results: readonly Shape[]): readonly (Tensor | undefined)[] =>
  "shape" in cotangents ? unpack(cotangents, results) : results.map((_, i) => cotangents[i]);

/**
 * (cₜ₊₁, yₜ) = f(cₜ, xₜ, p) for each step t, as one node: results are the last carry, all y, and all c that derivatives read.
 *
 * Reverse: (c̄ₜ, x̄ₜ, p̄ₜ) is the pullback of f at (cₜ, xₜ, p), of c̄ₜ₊₁ and ȳₜ, and p̄ is the sum of all p̄ₜ: a scan from the last step to
 * the first, whose carry is c̄ and the sum so far. Forward: dcₜ₊₁ and dyₜ are the pushforward of dcₜ, dxₜ and dp: a scan beside the first.
 * Both begin each step with the cₜ that was kept, and compute f again from there.
 */
export const Scan: SeveralOp<readonly Tensor[], ScanAttributes> = {
  name: "Scan",
  kernel: k.scan,
  results: scanResults,
  shape: (_, attributes) => packed(scanResults(attributes)),
  vjp: (cotangents, output, inputs, attributes, wanted = inputs.map(() => true)) => {
    const { body, carries, xs, steps, reverse, kept } = attributes;
    const ys = body.tape.outputs.length - carries;
    const [gc, gy, gk] = cut(apart(cotangents, scanResults(attributes)), carries, ys);
    if (steps === 0) return gc;
    const [c0, x, p] = cut(inputs, carries, xs);
    const [, wantedX, wantedP] = cut(wanted, carries, xs);
    const [cAt, xAt, pAt] = cut(body.tape.inputs, carries, xs);
    const ofWanted = <T>(list: readonly T[], which: readonly boolean[]): T[] => list.filter((_, i) => which[i]);
    const ofKept = <T>(list: readonly T[]): T[] => kept.map((i) => list[i]);
    const [gyThere, gkThere] = [gy.map(isThere), gk.map(isThere)];

    const yAt = body.tape.outputs.slice(carries);
    const samples = [derivativesOf(cAt), derivativesOf(ofWanted(pAt, wantedP)), ofKept(cAt), xAt];
    samples.push(derivativesOf(ofWanted(yAt, gyThere)), derivativesOf(ofWanted(ofKept(cAt), gkThere)), pAt);
    const lengths = samples.map((part) => part.length);
    const back = body.derived(`back ${kept} ${[wantedX, wantedP, gy, gk].map(pattern)}`, samples.flat(), (all) => {
      const [gNext, pSum, cKept, xt, gyt, gkt, pt] = cut(all, ...lengths);
      const ct = cAt.map((c, i) => (kept.includes(i) ? cKept[kept.indexOf(i)] : zerosLike(c)));
      const arrived = [...gNext, ...spread(gyThere, gyt)];
      const found = body.pull([...ct, ...xt, ...pt], arrived, [...ct.map(() => true), ...wantedX, ...wantedP]);
      const [gct, gxt, gpt] = cut(found, carries, xs);
      const gkAll = spread(gkThere, gkt);
      return [
        ...ct.map((c, i) => plus(gct[i] ?? zerosLike(c), gkAll[kept.indexOf(i)])),
        ...ofWanted(gpt, wantedP).map((g, i) => plus(pSum[i], g)),
        ...ofWanted(gxt, wantedX).map((g, i) => g ?? zerosLike(ofWanted(xt, wantedX)[i])),
      ];
    });

    const stack = unpack(output, scanResults(attributes), carries + ys);
    const start = [...c0.map((c, i) => gc[i] ?? zerosLike(c)), ...ofWanted(p, wantedP).map(zerosLike)];
    const series = [...stack, ...x, ...gy.filter(isThere), ...gk.filter(isThere)];
    const loop = { carries: start.length, xs: series.length, steps, reverse: !reverse, kept: back.kept(start.length) };
    const results = runSeveral(Scan, [...start, ...series, ...p], { ...loop, body: back }, back.tape.outputs.length);
    const [gc0, gp, gx] = cut(results, carries, start.length - carries);
    return [...gc0, ...spread(wantedX, gx), ...spread(wantedP, gp)];
  },
  jvp: (tangents, output, inputs, attributes) => {
    const { body, carries, xs, steps, reverse, kept } = attributes;
    const [c0, x, p] = cut(inputs, carries, xs);
    const [dc0, dx, dp] = cut(tangents, carries, xs);
    const start = c0.map((c, i) => dc0[i] ?? zerosLike(c));
    if (steps === 0) {
      const [first, ...rest] = start.map((dc) => dc.reshape([dc.size]));
      return first?.concatWith(rest, 0) ?? zerosLike(output);
    }
    const ys = body.tape.outputs.length - carries;
    const [cAt, xAt, pAt] = cut(body.tape.inputs, carries, xs);
    const ofThere = (list: readonly Tensor[], tangents: readonly (Tensor | undefined)[]): Tensor[] =>
      list.filter((_, i) => isThere(tangents[i]));

    const samples = [
      derivativesOf(cAt),
      kept.map((i) => cAt[i]),
      xAt,
      derivativesOf(ofThere(xAt, dx)),
      pAt,
      derivativesOf(ofThere(pAt, dp)),
    ];
    const lengths = samples.map((part) => part.length);
    const ahead = body.derived(`ahead ${kept} ${[dx, dp].map(pattern)}`, samples.flat(), (all) => {
      const [dct, cKept, xt, dxt, pt, dpt] = cut(all, ...lengths);
      const ct = cAt.map((c, i) => (kept.includes(i) ? cKept[kept.indexOf(i)] : zerosLike(c)));
      const along = [...dct, ...spread(dx.map(isThere), dxt), ...spread(dp.map(isThere), dpt)];
      return body.push([...ct, ...xt, ...pt], along).map((d, i) => d ?? zerosLike(body.tape.outputs[i]));
    });

    const stack = unpack(output, scanResults(attributes), carries + ys);
    const series = [...stack, ...x, ...dx.filter(isThere)];
    const loop = { carries, xs: series.length, steps, reverse, kept };
    const all = [...start, ...series, ...p, ...dp.filter(isThere)];
    return all[0].run(Scan, all, { ...loop, body: ahead });
  },
};

/** The last carry; all y; the carry as it came into each step. */
function scanResults({ body: { tape }, carries, steps, kept }: ScanAttributes): Shape[] {
  const inAllSteps = ({ shape }: Tensor): Shape => [steps, ...shape];
  const [carry, ys] = cut(tape.outputs, carries);
  return [...carry.map(({ shape }) => shape), ...ys.map(inAllSteps), ...kept.map((i) => inAllSteps(tape.inputs[i]))];
}

/** What a checkpoint holds. */
export interface CheckpointAttributes {
  readonly body: Body;
}

/**
 * f as one node: results are what it returns.  Its derivatives compute f again, in a node of the same kind: nothing of f is kept but
 * its inputs.
 */
export const Checkpoint: SeveralOp<readonly Tensor[], CheckpointAttributes> = {
  name: "Checkpoint",
  kernel: k.checkpoint,
  results: checkpointResults,
  shape: (_, attributes) => packed(checkpointResults(attributes)),
  vjp: (cotangents, _, inputs, { body }, wanted = inputs.map(() => true)) => {
    const arrived = apart(cotangents, checkpointResults({ body }));
    const there = arrived.map(isThere);
    const { inputs: at, outputs } = body.tape;
    const back = body.derived(
      `back ${[wanted, there].map(pattern)}`,
      [...at, ...derivativesOf(outputs.filter((_, i) => there[i]))],
      (all) => {
        const [point, given] = cut(all, at.length);
        return body.pull(point, spread(there, given), wanted).flatMap((g, i) => (wanted[i] ? [g ?? zerosLike(point[i])] : []));
      },
    );
    return spread(wanted, runSeveral(Checkpoint, [...inputs, ...arrived.filter(isThere)], { body: back }));
  },
  jvp: (tangents, _, inputs, { body }) => {
    const there = tangents.map(isThere);
    const { inputs: at, outputs } = body.tape;
    const ahead = body.derived(`ahead ${pattern(there)}`, [...at, ...derivativesOf(at.filter((_, i) => there[i]))], (all) => {
      const [point, along] = cut(all, at.length);
      return body.push(point, spread(there, along)).map((d, i) => d ?? zerosLike(outputs[i]));
    });
    return inputs[0].run(Checkpoint, [...inputs, ...tangents.filter(isThere)], { body: ahead });
  },
};

function checkpointResults({ body }: CheckpointAttributes): Shape[] {
  return body.tape.outputs.map(({ shape }) => shape);
}
