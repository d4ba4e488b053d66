import type { AnyOp } from "../../ops/op.js";
import { share } from "../../passes/share.js";
import { findRewrites } from "../../passes/stabilize/find.js";
import { replay } from "../../passes/stabilize/stabilize.js";
import type { Node, Tape } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Loss } from "../facts/facts.js";
import { numericFactsOf } from "../facts/numerics.js";
import { shownValues } from "../places.js";
import { Roundings, sumOfSizes, UNIT_ROUNDOFF } from "./conditions.js";
import type { Suspicion } from "./finding.js";
import { type Run, runWithGradient } from "./run.js";
import { type Sensitivity, sensitivityOf } from "./sensitivity.js";

// A running error bound of first order (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.3), over the forward
// and the backward pass: each value that was rounded is off by 2⁻⁵³ of its size, and that moves the result and the gradient by as
// much as the derivatives with respect to it say. A node is unsafe where three things come together.
//
// 1. An error that comes in matters: the result or the gradient loses half of its digits by it.
// 2. It does not matter any more in what goes out: there a relative error of 2⁻⁵³ does little. So the digits were lost here, half
//    of those of a number at least.
// 3. It need not be: the same relative error in the arguments and the data would do far less. If it would do as much, the
//    problem itself is ill-conditioned there, and no formula is better. So it is with the residual ŷ − y of a good fit, and
//    with everything else where an optimizer comes to rest.
//
// The third does not count for a sum whose terms are exact: it could have been taken without error.

/** Half of the digits of a number. */
const HALF = /* @__PURE__ */ Math.sqrt(UNIT_ROUNDOFF);
/** How much worse than the problem itself a formula has to be. */
const WORSE = 100;
/** From this part on an error leaves nothing of a number to speak of. */
const NOISE = 1e-3;
/** An error that does so much less in what goes out than in what comes in was made at the node. */
const LOST = 0.1;

/** What is judged: the result, or the gradient. */
interface End {
  readonly sensitivity: Sensitivity;
  readonly size: number;
  /** What rounding the arguments and the data does. */
  readonly inherent: number;
}

/** Finds the nodes at which a run loses accuracy without need. Everything has to be finite. */
export function findInaccuracies(run: Run): Suspicion[] {
  // What is computed twice has the same error both times.
  const tape = share(run.tape);
  const roundings = new Roundings(tape);
  const [value, gradient] = endsOf(run, tape);
  const ofValue = value === undefined ? [] : lossesOf(run, tape, roundings, value);
  // Where the result is off, so is the gradient, and for the same reason.
  if (ofValue.length > 0 || gradient === undefined) return ofValue;
  const ofGradient = lossesOf(run, tape, roundings, gradient);
  const isNoise = ofGradient.some(({ resultError = 0 }) => resultError >= NOISE);
  return isNoise && !isOff(run) ? [] : ofGradient;
}

/** The result and the gradient; nothing for one that is not there, or whose derivative does not exist. */
function endsOf(run: Run, tape: Tape): readonly [End | undefined, End | undefined] {
  const count = run.forward.outputs.length;
  const data = roundedData(run, tape);
  const endOf = (outputs: readonly Tensor[]): End | undefined => {
    const sensitivity = outputs.length === 0 ? undefined : sensitivityOf(tape, outputs, data);
    if (sensitivity === undefined) return undefined;
    const inherent = norm([...run.inputs, ...data].map((x) => effect(sensitivity.of(x), x)));
    return { sensitivity, inherent, size: norm(outputs.map((x) => norm(x.data))) };
  };
  return [endOf(tape.outputs.slice(0, count)), endOf(tape.outputs.slice(count))];
}

function lossesOf(run: Run, tape: Tape, roundings: Roundings, end: End): Suspicion[] {
  const found = new Map<number, Suspicion>();
  for (const node of tape.nodes) {
    const loss = lossAt(node, end, roundings);
    if (loss === undefined) continue;
    const suspicion = suspect(node, loss, end, run);
    if (suspicion.relativeError < HALF) continue;
    const known = found.get(suspicion.slot);
    if (known === undefined || (known.resultError ?? 0) < loss.resultError) found.set(suspicion.slot, suspicion);
  }
  return [...found.values()];
}

/**
 * Whether a gradient that is all rounding error should be another number. If mathematics makes it 0, as that of Σ softmax(x), it is
 * well. That shows where `stabilize` knows a formula for it that keeps its digits.
 */
function isOff(run: Run): boolean {
  const { found, needed } = findRewrites(run.forward);
  if (found.size === 0) return false;
  const again = runWithGradient(((xs: Tensor[]) => replay(run.forward, xs, found, needed)) as never, [run.inputs]);
  const tape = share(again.tape);
  const [, end] = endsOf(again, tape);
  if (end === undefined) return false;
  const error = norm([...new Roundings(tape).rounded].map((x) => effect(end.sensitivity.of(x), x)));
  const difference = norm(again.gradient.map((x, i) => norm(x.sub(run.gradient[i]).data)));
  return error < HALF * end.size && difference >= HALF * end.size;
}

/** The relative error of the result or of the gradient that comes of what a node loses. */
interface LossOfDigits {
  readonly resultError: number;
  readonly input: number;
}

function lossAt(node: Node, { sensitivity, size, inherent }: End, roundings: Roundings): LossOfDigits | undefined {
  const { op, inputs, output } = node;
  const { rounding } = numericFactsOf(op);
  if (rounding.kind === "exact" || rounding.kind === "steps" || roundings.isZeroAnyway(node)) return undefined;
  const { rounded } = roundings;
  const isSum = rounding.kind === "sum";
  const anyRounded = inputs.some((x) => rounded.has(x));
  // Rounded terms that cancel are what balance looks like: centered data, residuals where an optimizer has come to rest.
  if (isSum && (anyRounded || !rounded.has(output))) return undefined;
  let worst: LossOfDigits | undefined;
  const after = effect(sensitivity.of(output), output);
  const note = (before: number, input: number): void => {
    const resultError = Math.min(1, before / size);
    if (before > 0 && resultError >= HALF && after < Math.max(LOST * before, HALF * size) && resultError > (worst?.resultError ?? 0))
      worst = { resultError, input };
  };
  if (isSum) note(effect(sensitivity.of(output), sumOfSizes(node, rounding.of)), 0);
  else
    inputs.forEach((x, i) => {
      if (!rounded.has(x)) return;
      const before = Math.min(effect(sensitivity.of(x), x), effect(sensitivity.through(node, i), x));
      if (before > WORSE * inherent) note(before, i);
    });
  return worst;
}

/** How far the end is moved if each number of x is off by 2⁻⁵³ of its size, independently. */
function effect(slope: Tensor | undefined, x: Tensor): number {
  if (slope === undefined) return 0;
  const [a, b] = [slope.broadcastTo(x.shape).data, x.data];
  let sum = 0;
  for (let i = 0; i < b.length; i++) {
    const part = a[i] * b[i];
    if (Number.isFinite(part)) sum = Math.hypot(sum, part);
  }
  return UNIT_ROUNDOFF * sum;
}

const norm = (sizes: Iterable<number>): number => Math.hypot(...sizes);

/**
 * The data that would have been rounded before they came here. Whole numbers are exact, such as labels and the numbers of a
 * formula, and so are single constants.
 */
function roundedData({ inputs, rest }: Run, { nodes }: Tape): Tensor[] {
  const made = new Set(nodes.map(({ output }) => output));
  const constants = nodes.flatMap((node) => (node.backward ? [] : node.inputs.filter((x) => x.size > 1 && !made.has(x))));
  return [...new Set([...rest, ...constants])].filter((x) => !inputs.includes(x) && !x.data.every(Number.isInteger));
}

function kindOf(op: AnyOp): Loss {
  const { rounding } = numericFactsOf(op);
  return rounding.kind === "sum" ? "cancellation" : "loses" in rounding ? rounding.loses : "ill-conditioned";
}

/** The place at which a node loses most; of a node in the backward pass, the node in whose rule it is. */
function suspect(node: Node, { resultError, input }: LossOfDigits, end: End, run: Run): Suspicion {
  const { op, output } = node;
  const relative = relativeErrors(node, input, end);
  const places = [...relative.keys()].filter((i) => relative[i] >= HALF);
  const worst = [...relative.keys()].reduce((a, b) => (relative[b] > relative[a] ? b : a), 0);
  const owner = node.backward ? run.owner(node) : undefined;
  const at = owner ?? node;
  const place = owner === undefined || owner.output.size === output.size ? worst : 0;
  return {
    kind: kindOf(op),
    slot: at.output.slot,
    backward: owner !== undefined,
    inputs: shownValues(at.op, at.inputs, at.output.shape, place),
    output: at.output.data[place],
    place,
    count: Math.max(1, places.length),
    relativeError: Math.min(1, relative[worst] ?? 1),
    resultError,
  };
}

/** How far off each number of the output is, relatively, by its rounded operand. */
function relativeErrors(node: Node, input: number, { sensitivity }: End): Float64Array {
  const { output, inputs } = node;
  const slope = sensitivity.of(output);
  const part = sensitivity.through(node, input);
  const x = inputs[input];
  // Place by place where the operand has the output's shape; else the whole operand is held against each number.
  if (slope === undefined || part === undefined) return new Float64Array(output.size).fill(1);
  const total = effect(part, x);
  return output.data.map((out, i) => {
    const above = x.size === output.size ? UNIT_ROUNDOFF * Math.abs(part.broadcastTo(x.shape).data[i] * x.data[i]) : total;
    const below = Math.abs(slope.data[i] * out);
    return above === 0 ? 0 : Math.min(1, above / below);
  });
}
