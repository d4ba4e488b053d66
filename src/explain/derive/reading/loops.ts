import { bodyOf } from "../../../ops/body.js";
import { Scan, type ScanAttributes } from "../../../ops/control.js";
import type { Node } from "../../../tape/tape.js";
import { applyAgain } from "../../../tensor/apply.js";
import { tensor } from "../../../tensor/create.js";
import type { Tensor } from "../../../tensor/tensor.js";
import { add, multiply, value } from "../algebra/arithmetic.js";
import { delta, guard } from "../algebra/functions.js";
import { fixedPlace, Index, placeOf, Range, scaledPlace } from "../algebra/places.js";
import type { Definition, Quantity } from "../algebra/quantity.js";
import { moved, substitute } from "../algebra/sums.js";
import type { Reading } from "./read.js";
import { type Ranges, unify } from "./row.js";

// A scan is read as recurrences: each part of its carry is a value with the steps along its first axis, c₀ as it came in, cₜ₊₁ what the
// step makes of cₜ. What the steps return beside it is a formula of these.

/** The ranges of a scan: of its steps, of the places before, between and behind them, and of what is within a step. */
export interface LoopRanges {
  readonly node: Node;
  readonly steps: Range;
  readonly times: Range;
}

/** More steps are not read as recurrences. */
const MOST_STEPS = 100;
/** Nor are steps of a longer formula. */
const LONGEST_STEP = 80;

const isLoop = ({ op, attributes }: Node): boolean => {
  if (op !== (Scan as unknown)) return false;
  const { steps, reverse, body } = attributes as ScanAttributes;
  const isPlain = body.tape.nodes.every(({ op: own, attributes: inner }) => own.custom !== true && bodyOf(inner) === undefined);
  return steps > 1 && steps <= MOST_STEPS && !reverse && isPlain;
};

/** Gives the values within a step of a scan their ranges, and its results theirs. */
export function rangesOfLoop(node: Node, reading: Reading): LoopRanges | undefined {
  if (!isLoop(node)) return undefined;
  const { body, carries, xs, steps } = node.attributes as ScanAttributes;
  const own = node.inputs.map((x) => reading.rangesOf(x));
  const along = new Range(steps, reading.numbering, "t");
  for (const [k, x] of body.tape.inputs.entries()) {
    const isX = k >= carries && k < carries + xs;
    if (isX) unify(along, own[k][0]);
    reading.noteRanges(x, isX ? own[k].slice(1) : own[k]);
  }
  reading.findRanges(body.tape.nodes);
  for (let k = 0; k < carries; k++)
    for (const [axis, range] of reading.rangesOf(body.tape.outputs[k]).entries()) unify(range, own[k][axis]);
  return { node, steps: along, times: new Range(steps + 1, reading.numbering, "t") };
}

/** The ranges of the results of a scan, in their order: the last carry, what was collected, the carry that was kept. */
export function resultRanges({ node, steps }: LoopRanges, reading: Reading): Ranges[] {
  const { body, carries, kept } = node.attributes as ScanAttributes;
  const all = body.tape.outputs.map((x) => reading.rangesOf(x));
  return [
    ...all.slice(0, carries),
    ...all.slice(carries).map((own) => [steps, ...own]),
    ...kept.map((k) => [steps, ...reading.rangesOf(body.tape.inputs[k])]),
  ];
}

/** What each result of a scan is, in terms of its recurrences; nothing where no formula says a step. */
export function readLoop({ node, steps, times }: LoopRanges, place: number, reading: Reading): Definition[] | undefined {
  const { inputs, attributes } = node;
  const { body, carries, xs, kept } = attributes as ScanAttributes;
  const t = new Index(steps);
  const now = placeOf(t);
  const loop = {};
  const ops = [...new Set(body.tape.nodes.map(({ op }) => op))];
  const fresh = (ranges: Ranges): (Index | undefined)[] => ranges.map((range) => (range === undefined ? undefined : new Index(range)));
  const at = (indices: readonly (Index | undefined)[]) => indices.map((index) => (index === undefined ? undefined : placeOf(index)));

  const series = trajectories(node);
  const parts = series.map((numbers, k): Quantity => {
    const within = reading.rangesOf(inputs[k]);
    const indices = fresh(within);
    const first = reading.formulaOf(inputs[k]);
    const recurrence = { loop, ops, step: t, indices, first: moved(first.formula, first.indices, at(indices)), next: add() };
    const label = body.tape.outputs[k].label ?? reading.names.free(["h", "s", "c", "u"]);
    return reading.recurrent(label, numbers, [times, ...within], place, recurrence);
  });
  for (const [k, x] of body.tape.inputs.entries()) {
    const indices = fresh(reading.rangesOf(x));
    if (k < carries) reading.note(x, { indices, formula: value(parts[k], [now, ...at(indices)]) });
    else {
      const own = reading.formulaOf(inputs[k]);
      reading.note(x, { indices, formula: moved(own.formula, own.indices, k < carries + xs ? [now, ...at(indices)] : at(indices)) });
    }
  }
  for (const inner of body.tape.nodes) {
    const definition = reading.define(inner);
    if (definition === undefined || definition.formula.weight > LONGEST_STEP) return undefined;
    reading.note(inner.output, definition);
  }
  for (const [k, part] of parts.entries()) {
    const { recurrence } = part;
    if (recurrence === undefined) continue;
    const own = reading.formulaOf(body.tape.outputs[k]);
    recurrence.next = moved(own.formula, own.indices, at(recurrence.indices));
    const time = new Index(times);
    const before = scaledPlace(placeOf(time), 1, -1);
    part.definition = {
      indices: [time, ...recurrence.indices],
      formula: add(
        multiply(delta(placeOf(time), fixedPlace(0)), recurrence.first),
        multiply(guard(before), substitute(recurrence.next, new Map([[t, before]]))),
      ),
    };
  }

  const wholes = body.tape.outputs.map((x, k): Definition => {
    const { indices, formula } = reading.formulaOf(x);
    if (k < carries) return { indices, formula: value(parts[k], [fixedPlace(series[k].shape[0] - 1), ...at(indices)]) };
    // What is collected as it is handed on is the carry, one step later.
    const same = body.tape.outputs.slice(0, carries).indexOf(x);
    const collected = same < 0 ? formula : value(parts[same], [scaledPlace(now, 1, 1), ...at(indices)]);
    return { indices: [t, ...indices], formula: collected };
  });
  return [
    ...wholes,
    ...kept.map((k): Definition => {
      const indices = fresh(reading.rangesOf(inputs[k]));
      return { indices: [t, ...indices], formula: value(parts[k], [now, ...at(indices)]) };
    }),
  ];
}

/** The numbers of each part of the carry, before the first step and behind each. */
function trajectories({ op, inputs, attributes }: Node): Tensor[] {
  const { carries, steps, body, ...rest } = attributes as ScanAttributes;
  const all = { ...rest, carries, steps, body, kept: Array.from({ length: carries }, (_, k) => k) };
  const { data } = applyAgain(op, inputs, all);
  const sizes = body.tape.outputs.map(({ size }, k) => (k < carries ? size : size * steps));
  let offset = sizes.reduce((a, b) => a + b, 0);
  let last = 0;
  return inputs.slice(0, carries).map(({ shape, size }) => {
    const numbers = new Float64Array(size * (steps + 1));
    numbers.set(data.subarray(offset, offset + size * steps));
    numbers.set(data.subarray(last, last + size), size * steps);
    offset += size * steps;
    last += size;
    return tensor(numbers, [steps + 1, ...shape]);
  });
}
