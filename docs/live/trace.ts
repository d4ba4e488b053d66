// A formula of a document, run forward and backward: what the build draws and the page steps through.
import { record, Tape, type Tensor, tensor, valueAndGrad } from "gradtape";
import { readLoss } from "../playground/expression.js";
import { type Moment, momentsOf } from "../playground/steps.js";
import { namesOf } from "../playground/symbols.js";

export type Values = Readonly<Record<string, number | readonly number[] | readonly (readonly number[])[]>>;

/** One run. */
export interface Trace {
  readonly tape: Tape;
  readonly moments: readonly Moment[];
  readonly name: (x: Tensor) => string;
  readonly gradient: Tensor;
}

export function traceOf(source: string, values: Values, wrt: string): Trace {
  const { variables, f } = readLoss(source);
  const order = [wrt, ...variables.filter((name) => name !== wrt)];
  const inputs = order.map((name) => tensor((values[name] ?? 0.5) as number[]).named(name));
  const whole = record(
    valueAndGrad((...args: Tensor[]) => f(...variables.map((name) => args[order.indexOf(name)]))),
    ...inputs,
  );
  const [output, gradient] = whole.outputs;
  const cotangents = new Map([...whole.cotangents].map(([x, g]) => [x, g.broadcastTo(x.shape)]));
  const tape = new Tape(
    whole.nodes.filter(({ backward }) => !backward),
    whole.inputs,
    [output],
    cotangents,
  );
  return { tape, moments: momentsOf(tape), name: namesOf(tape), gradient };
}
