import { type Tape, type Tensor, tensor } from "gradtape";

/** One line of the check: a number of the run, its cotangent on the tape, and what central differences make of it. */
export interface CheckLine {
  readonly of: Tensor;
  /** The place within the tensor. */
  readonly place: number;
  readonly difference: number;
}

/** Of a larger tensor only the first places are checked. */
const MOST_PLACES = 6;

/**
 * The derivative of the output by each value of a tape, without a rule: the value is moved a little up and down, and the
 * nodes behind it are computed again by their kernels.
 */
export function checkLines(tape: Tape): CheckLine[] {
  const values = [...tape.inputs, ...tape.nodes.map(({ output }) => output)].filter((x) => tape.cotangents.has(x));
  return values.flatMap((of) =>
    Array.from({ length: Math.min(of.size, MOST_PLACES) }, (_, place) => {
      const step = stepOf(of, place);
      return { of, place, difference: (moved(tape, of, place, step) - moved(tape, of, place, -step)) / (2 * step) };
    }),
  );
}

const stepOf = (of: Tensor, place: number): number => Math.cbrt(Number.EPSILON) * Math.max(1, Math.abs(of.data[place]));

/** The slopes just left and right of a value: at a kink they are not the same. */
export function slopesBeside(tape: Tape, of: Tensor, place: number): readonly [left: number, right: number] {
  const step = stepOf(of, place);
  const here = moved(tape, of, place, 0);
  return [(here - moved(tape, of, place, -step)) / step, (moved(tape, of, place, step) - here) / step];
}

/** The output where one number is moved. */
function moved(tape: Tape, of: Tensor, place: number, by: number): number {
  const data = Float64Array.from(of.data);
  data[place] += by;
  return replay(tape, of, tensor(data, [...of.shape]));
}

/** The output where one value is another one. */
function replay(tape: Tape, moved: Tensor, value: Tensor): number {
  const values = new Map<Tensor, Tensor>([[moved, value]]);
  const current = (x: Tensor): Tensor => values.get(x) ?? x;
  for (const { op, inputs, output, attributes } of tape.nodes) {
    if (output === moved || !inputs.some((x) => values.has(x))) continue;
    const operands = inputs.map(current);
    const data = new Float64Array(output.size);
    if (op.kernel === null) data.set(operands[0].data);
    else op.kernel({ shape: output.shape, data }, operands, attributes);
    values.set(output, tensor(data, [...output.shape]));
  }
  return current(tape.outputs[0]).item();
}
