import type { Tensor } from "gradtape";
import type { Given } from "../expression.js";
import type { Run } from "../run.js";
import type { Moment } from "../steps.js";

/** A value of a run as the page shows it. Two values of a run are the same where the object is. */
export interface ShownValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface ShownNode {
  readonly op: string;
  readonly inputs: readonly ShownValue[];
  readonly output: ShownValue;
}

/** What a rule sends to one operand: the local derivative, where it is a number a place, times what came in. */
export interface ShownPart {
  readonly to: ShownValue;
  readonly amount: ShownValue;
  readonly local: ShownValue | undefined;
}

/** One stop on the way through a run. */
export interface ShownMoment extends Pick<Moment, "kind" | "node" | "computed"> {
  readonly value: ShownValue | undefined;
  readonly parts: readonly ShownPart[];
}

/** A run in numbers: plain data, which the worker can send. */
export interface ShownRun extends Pick<Run, "by" | "turn" | "inferred"> {
  readonly source: string;
  /** The values that the text itself gives, by name. */
  readonly given: ReadonlyMap<string, Given>;
  /** Equal for runs that differ in numbers only. */
  readonly structure: string;
  readonly variables: readonly string[];
  readonly inputs: readonly ShownValue[];
  readonly nodes: readonly ShownNode[];
  readonly output: ShownValue;
  readonly moments: readonly ShownMoment[];
}

/** What the page shows of a run in numbers. */
export function shownOf(run: Run): ShownRun {
  const { tape, name } = run;
  const known = new Map<Tensor, ShownValue>();
  const shown = (x: Tensor): ShownValue => {
    const value = known.get(x) ?? { name: name(x), shape: [...x.shape], data: x.data.slice() };
    known.set(x, value);
    return value;
  };
  const plain = (x: Tensor): ShownValue => ({ name: "", shape: [...x.shape], data: x.data.slice() });
  return {
    by: run.by,
    turn: run.turn,
    inferred: run.inferred,
    source: run.source,
    given: run.loss.given,
    structure: structureOf(run),
    variables: run.loss.variables,
    inputs: tape.inputs.map(shown),
    nodes: tape.nodes.map(({ op, inputs, output }) => ({ op: op.name, inputs: inputs.map(shown), output: shown(output) })),
    output: shown(tape.outputs[0]),
    moments: run.moments.map((moment) => ({
      kind: moment.kind,
      node: moment.node,
      computed: moment.computed,
      value: moment.value === undefined ? undefined : shown(moment.value),
      parts: moment.parts.map(({ to, amount, local }) => ({
        to: shown(to),
        amount: plain(amount),
        local: local === undefined ? undefined : plain(local),
      })),
    })),
  };
}

/** Names, ops and shapes, without the numbers of inputs and of what is computed from them. */
function structureOf({ tape, name, by, moments }: Run): string {
  const described = (x: Tensor): string => `${name(x)}:${x.shape.join("x")}`;
  const nodes = tape.nodes.map(
    ({ op, inputs, output, attributes }) => `${described(output)}=${op.name}(${inputs.map(described).join()})${JSON.stringify(attributes)}`,
  );
  return [by, ...tape.inputs.map(described), ...nodes, moments.length, ...moments.map(({ parts }) => parts.length)].join(";");
}

/** What stays as it is, or is small, where runs have the same structure; and all their numbers in one row, which is sent quickly. */
export interface Renumbered extends Pick<ShownRun, "source" | "given" | "inferred" | "structure"> {
  readonly numbers: Float64Array;
}

export function renumbered(run: ShownRun): Renumbered {
  const { source, given, inferred, structure } = run;
  const parts: Float64Array[] = [];
  replaceValues(run, (value) => {
    parts.push(value.data);
    return value;
  });
  const numbers = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  return { source, given, inferred, structure, numbers };
}

/** The run that was meant, by one of the same structure. */
export function withNumbers(run: ShownRun, { numbers, ...others }: Renumbered): ShownRun {
  let at = 0;
  const next = replaceValues(run, (value) => {
    const data = numbers.subarray(at, at + value.data.length);
    at += data.length;
    return { ...value, data };
  });
  return { ...next, ...others };
}

/** Replaces each value, in an order that depends on the structure only. */
function replaceValues(run: ShownRun, replace: (value: ShownValue) => ShownValue): ShownRun {
  const known = new Map<ShownValue, ShownValue>();
  const of = (value: ShownValue): ShownValue => {
    const found = known.get(value) ?? replace(value);
    known.set(value, found);
    return found;
  };
  const maybe = (value: ShownValue | undefined): ShownValue | undefined => (value === undefined ? undefined : of(value));
  return {
    ...run,
    inputs: run.inputs.map(of),
    nodes: run.nodes.map(({ op, inputs, output }) => ({ op, inputs: inputs.map(of), output: of(output) })),
    output: of(run.output),
    moments: run.moments.map((moment) => ({
      ...moment,
      value: maybe(moment.value),
      parts: moment.parts.map(({ to, amount, local }) => ({ to: of(to), amount: of(amount), local: maybe(local) })),
    })),
  };
}
