import { record, ShapeError, stabilize, Tape, type Tensor, tensor, valueAndGrad } from "gradtape";
import { examples } from "./examples.js";
import { type Loss, readLoss, TextError } from "./expression.js";
import { type Repair, repairsOfShape, repairsOfSize, repairsOfText } from "./repairs.js";
import { inferred } from "./shapes.js";
import type { State, Value } from "./state.js";
import { type Moment, momentsOf } from "./steps.js";
import { namesOf } from "./symbols.js";

/** One run of the user's loss, forward and backward. */
export interface Run {
  readonly source: string;
  readonly loss: Loss;
  /** The loss as it was run: as written, or stabilized. Its arguments are `inputs`. */
  readonly f: (...inputs: Tensor[]) => Tensor;
  readonly inputs: readonly Tensor[];
  /** The loss as written, of the same arguments. */
  readonly written: (...inputs: Tensor[]) => Tensor;
  /** The variable that the loss is differentiated with respect to. It is the first input of the tape. */
  readonly by: string;
  /** The values that were found for variables without one. */
  readonly inferred: Readonly<Record<string, Value>>;
  /** The tape of the loss alone, with the cotangents that the backward pass brought. */
  readonly tape: Tape;
  readonly moments: readonly Moment[];
  /** The moment at which the forward pass is over. */
  readonly turn: number;
  readonly name: (x: Tensor) => string;
  readonly gradient: Tensor;
}

/** Why there is no run. */
export interface Failure {
  readonly error: string;
  /** The stretch of the text that is meant, if it is the text. */
  readonly place: readonly [start: number, end: number] | undefined;
  /** The variables, where the text could be read. */
  readonly variables: readonly string[];
  readonly inferred: Readonly<Record<string, Value>>;
  /** What one click could do about it. */
  readonly repairs: readonly Repair[];
}

/** More nodes are no tape to look at. */
const MOST_NODES = 100;

/**
 * Runs the loss of a state, forward and backward. `before` are values that were found for variables without one, which stay as they
 * are while numbers change; `read` reads its text.
 */
export function runOf(state: State, before: Readonly<Record<string, Value>> = {}, read: typeof readLoss = readLoss): Run | Failure {
  const { source, by: wanted, stabilized } = state;
  let loss: Loss | undefined;
  let found: Readonly<Record<string, Value>> = {};
  try {
    loss = read(source);
    const { variables } = loss;
    const given = knownValues(loss, state.values);
    found = missingValues(loss, given, before);
    const values = { ...found, ...given };
    const by = withRespectTo(variables, wanted);
    const order = [by, ...variables.filter((name) => name !== by)];
    const { f: inOrderOfText } = loss;
    const written = (...args: Tensor[]): Tensor => inOrderOfText(...variables.map((name) => args[order.indexOf(name)]));
    const inputs = order.map((name) => tensor(variableValue(values, name) as number[]).named(name));
    const first = record(written, ...inputs);
    const [result] = first.outputs;
    if (result.size !== 1) return tooLarge(state, loss, found, result);
    if (first.nodes.length > MOST_NODES) return tooMany(first.nodes.length, loss, found);
    const stable = stabilize(written);
    const f = stabilized ? (...args: Tensor[]): Tensor => stable(...args) : written;
    const whole = record(valueAndGrad(f), ...inputs);
    const forward = whole.nodes.filter(({ backward }) => !backward);
    if (forward.length > MOST_NODES) return tooMany(forward.length, loss, found);
    const [output, gradient] = whole.outputs;
    // A sum hands on a single number; here each value has a cotangent of its own shape.
    const cotangents = new Map([...whole.cotangents].map(([x, g]) => [x, g.broadcastTo(x.shape)]));
    const tape = new Tape(forward, whole.inputs, [output], cotangents);
    const moments = momentsOf(tape);
    return { source, loss, f, inputs, written, by, inferred: found, tape, moments, turn: forward.length, name: namesOf(tape), gradient };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failureOf(error, state, loss, found);
  }
}

function failureOf(error: Error, { source, values }: State, loss: Loss | undefined, found: Readonly<Record<string, Value>>): Failure {
  const place = error instanceof TextError ? ([error.start, error.end] as const) : undefined;
  const variables = loss?.variables ?? [];
  const repairs =
    !(error instanceof TextError) || place === undefined
      ? []
      : error.suggestions.length > 0 || loss === undefined
        ? repairsOfText(source, error)
        : error.cause instanceof ShapeError
          ? repairsOfShape(source, loss, place, values, (text) => canRun(text, values, found))
          : [];
  return { error: error.message, place, variables, inferred: found, repairs };
}

function tooLarge({ source, values }: State, loss: Loss, found: Readonly<Record<string, Value>>, { shape }: Tensor): Failure {
  return {
    error: `The last line must be a single number to have a gradient, but it has the shape [${shape.join(", ")}]. Put sum(…) or mean(…) around it, or make a variable a number in the menu beside its name.`,
    place: undefined,
    variables: loss.variables,
    inferred: found,
    repairs: repairsOfSize(source, loss, shape.length, (text) => canRun(text, values, found)),
  };
}

const tooMany = (count: number, { variables }: Loss, found: Readonly<Record<string, Value>>): Failure => ({
  error: `The tape has ${count} nodes; at most ${MOST_NODES} can be shown.`,
  place: undefined,
  variables,
  inferred: found,
  repairs: [],
});

/** Whether a text gives a single number with the values that there are. */
function canRun(source: string, values: Readonly<Record<string, Value>>, before: Readonly<Record<string, Value>>): boolean {
  try {
    const loss = readLoss(source);
    const given = knownValues(loss, values);
    const all = { ...missingValues(loss, given, before), ...given };
    return loss.f(...loss.variables.map((name) => tensor(variableValue(all, name) as number[]))).size === 1;
  } catch {
    return false;
  }
}

/** The values of the text's own lines, and those of the user. */
const knownValues = (loss: Loss, values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    loss.variables.flatMap((name) => {
      const given = loss.given.get(name)?.value ?? (Object.hasOwn(values, name) ? values[name] : undefined);
      return given === undefined ? [] : [[name, given] as const];
    }),
  );

/** Values for the variables that have none: those from before, while they are for the same variables. */
function missingValues(
  loss: Loss,
  given: Readonly<Record<string, Value>>,
  before: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const missing = loss.variables.filter((name) => !Object.hasOwn(given, name));
  if (missing.every((name) => Object.hasOwn(before, name))) return Object.fromEntries(missing.map((name) => [name, before[name]]));
  return inferred(loss, given) ?? {};
}

/**
 * Runs a loss that the user has changed. Values that came with an example are dropped where the loss cannot be run with them
 * but can without: a name means something else now.
 */
export function runEdited(state: State, read: typeof readLoss = readLoss): { readonly state: State; readonly found: Run | Failure } {
  const found = runOf(state, {}, read);
  if (!("error" in found) || found.variables.length === 0) return { state, found };
  const own = Object.entries(state.values).filter(([name, value]) => !isOfExample(name, value));
  const without = { ...state, values: Object.fromEntries(own) };
  const again = runOf(without, {}, read);
  return "error" in again ? { state, found } : { state: without, found: again };
}

const isOfExample = (name: string, value: Value): boolean =>
  examples.some(({ values }) => Object.hasOwn(values, name) && JSON.stringify(values[name]) === JSON.stringify(value));

/** The variable that a loss is differentiated with respect to: the one that is wanted, or one that looks like a parameter. */
export const withRespectTo = (variables: readonly string[], wanted: string): string =>
  variables.includes(wanted)
    ? wanted
    : (variables.find((name) => /^(?:W|w|θ|β|theta|beta|weights?)[\d₀-₉_]*$/u.test(name)) ?? variables[0]);

/** What a variable is before it has a value. */
export const variableValue = (values: Readonly<Record<string, Value>>, name: string): Value =>
  Object.hasOwn(values, name) ? values[name] : 0.5;
