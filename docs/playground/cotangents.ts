import type { ShownRun, ShownValue } from "./worker/shown.js";

/** What has flowed to a value so far: each contribution, and their sum. */
export interface Received {
  readonly paths: readonly ShownValue[];
  readonly sum: ShownValue;
  /** Whether nothing more will come. */
  readonly isComplete: boolean;
}

/** What was added up for the runs that are still shown. */
const known = new WeakMap<ShownRun, Map<number, ReadonlyMap<ShownValue, Received>>>();

/** The cotangents after a step: what the rules up to it have sent, added up; the same object for the same run and step. */
export function cotangentsAt(run: ShownRun, step: number): ReadonlyMap<ShownValue, Received> {
  const steps = known.get(run) ?? new Map<number, ReadonlyMap<ShownValue, Received>>();
  known.set(run, steps);
  const received = steps.get(step) ?? addedUp(run, step);
  steps.set(step, received);
  return received;
}

/** The gradient of the variable: all that the whole run sends to it, added up. */
export function gradientOf({ inputs, moments }: ShownRun): ShownValue | undefined {
  const [variable] = inputs;
  let sum: ShownValue | undefined;
  for (const { parts } of moments)
    for (const { to, amount } of parts) if (to === variable) sum = sum === undefined ? amount : plus(sum, amount);
  return sum;
}

const plus = (a: ShownValue, b: ShownValue): ShownValue => ({ ...b, data: a.data.map((x, place) => x + b.data[place]) });

function addedUp({ moments, turn }: ShownRun, step: number): ReadonlyMap<ShownValue, Received> {
  const received = new Map<ShownValue, Received>();
  const all = new Map<ShownValue, number>();
  for (const { parts } of moments) for (const { to } of parts) all.set(to, (all.get(to) ?? 0) + 1);
  for (const [i, { kind, value, parts }] of moments.entries()) {
    if (i <= turn) continue;
    if (i > step) break;
    if (kind === "seed" && value !== undefined) {
      const one = { name: "", shape: value.shape, data: new Float64Array(value.data.length).fill(1) };
      received.set(value, { paths: [one], sum: one, isComplete: true });
    }
    for (const { to, amount } of parts) {
      const before = received.get(to);
      const paths = [...(before?.paths ?? []), amount];
      const sum = before === undefined ? amount : plus(before.sum, amount);
      received.set(to, { paths, sum, isComplete: paths.length === all.get(to) });
    }
  }
  return received;
}
