import {
  type Derivation,
  derive,
  diagnose,
  type Finding,
  type Rewrite,
  record,
  stabilize,
  Tape,
  type Tensor,
  tensor,
  valueAndGrad,
} from "gradtape";
import { examples } from "./examples.js";
import { type Loss, readLoss, TextError } from "./expression.js";
import type { State, Value } from "./state.js";
import { type Moment, momentsOf } from "./steps.js";
import { namesOf } from "./symbols.js";

/** One run of the user's loss: all that the views show. */
export interface Run {
  readonly loss: Loss;
  /** The variable to differentiate by. It is the first input of the tape. */
  readonly by: string;
  /** The tape of the loss alone, with the cotangents that the backward pass brought. */
  readonly tape: Tape;
  readonly moments: readonly Moment[];
  /** The moment at which the forward pass is over. */
  readonly turn: number;
  readonly name: (x: Tensor) => string;
  readonly gradient: Tensor;
  readonly derivation: Derivation | Error;
  readonly findings: readonly Finding[];
  /** What `stabilize` did, or would do. */
  readonly rewrites: readonly Rewrite[];
}

/** Why there is no run. */
export interface Failure {
  readonly error: string;
  /** The stretch of the text that is meant, if it is the text. */
  readonly place: readonly [start: number, end: number] | undefined;
  /** The variables, where the text could be read. */
  readonly variables: readonly string[];
}

/** More nodes are no tape to look at. */
const MOST_NODES = 100;

/** Runs the loss of a state, forward and backward. */
export function runOf({ source, values, by: wanted, stabilized }: State): Run | Failure {
  let variables: readonly string[] = [];
  try {
    const loss = readLoss(source);
    variables = loss.variables;
    const by = variables.includes(wanted) ? wanted : variables[0];
    const order = [by, ...variables.filter((name) => name !== by)];
    const written = (...args: Tensor[]): Tensor => loss.f(...variables.map((name) => args[order.indexOf(name)]));
    const inputs = order.map((name) => tensor(variableValue(values, name) as number[]).named(name));
    const result = written(...inputs);
    if (result.size !== 1)
      return {
        error: `The last line must be a single number to have a gradient, but it has the shape [${result.shape.join(", ")}]. Put sum(…) or mean(…) around it, or make a variable a number in the menu beside its name.`,
        place: undefined,
        variables,
      };
    const { length } = record(written, ...inputs).nodes;
    if (length > MOST_NODES)
      return { error: `The tape has ${length} nodes; at most ${MOST_NODES} can be shown.`, place: undefined, variables };
    const stable = stabilize(written);
    const rewrites = stable.rewrites(...inputs);
    const f = stabilized ? (...args: Tensor[]): Tensor => stable(...args) : written;
    const whole = record(valueAndGrad(f), ...inputs);
    const forward = whole.nodes.filter(({ backward }) => !backward);
    if (forward.length > MOST_NODES)
      return { error: `The tape has ${forward.length} nodes; at most ${MOST_NODES} can be shown.`, place: undefined, variables };
    const [output, gradient] = whole.outputs;
    // A sum hands on a single number; here each value has a cotangent of its own shape.
    const cotangents = new Map([...whole.cotangents].map(([x, g]) => [x, g.broadcastTo(x.shape)]));
    const tape = new Tape(forward, whole.inputs, [output], cotangents);
    const moments = momentsOf(tape);
    return {
      loss,
      by,
      tape,
      moments,
      turn: forward.length,
      name: namesOf(tape),
      gradient,
      derivation: attempt(() => derive(f, ...inputs)),
      findings: diagnose(f, ...inputs).findings,
      rewrites,
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: error.message, place: error instanceof TextError ? [error.start, error.end] : undefined, variables };
  }
}

/**
 * Runs a loss that the user has changed. Values that came with an example are dropped where the loss cannot be run with them
 * but can without: a name means something else now.
 */
export function runEdited(state: State): { readonly state: State; readonly found: Run | Failure } {
  const found = runOf(state);
  if (!("error" in found) || found.variables.length === 0) return { state, found };
  const own = Object.entries(state.values).filter(([name, value]) => !isOfExample(name, value));
  const without = { ...state, values: Object.fromEntries(own) };
  const again = runOf(without);
  return "error" in again ? { state, found } : { state: without, found: again };
}

const isOfExample = (name: string, value: Value): boolean =>
  examples.some(({ values }) => Object.hasOwn(values, name) && JSON.stringify(values[name]) === JSON.stringify(value));

/** What a variable is before the user gives it a value. */
export const variableValue = (values: Readonly<Record<string, Value>>, name: string): Value =>
  Object.hasOwn(values, name) ? values[name] : 0.5;

function attempt<T>(body: () => T): T | Error {
  try {
    return body();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
