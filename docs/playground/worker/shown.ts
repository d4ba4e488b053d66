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

/** A run in numbers: plain data, which the worker can send at every move of a slider. */
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
