import { Ints } from "../tape/columns.js";
import { Tape } from "../tape/tape.js";

/** Drops the nodes that no output depends on: dead branches, and what rules computed that nobody reads. */
export function prune(tape: Tape): Tape {
  const { columns } = tape;
  const { inputs, kindOf, begins, operands, shapes, places, outputs } = columns;
  const first = inputs.length;
  const needed = new Uint8Array(first + kindOf.length);
  for (const value of outputs) if (value >= 0) needed[value] = 1;
  let count = 0;
  for (let i = kindOf.length - 1; i >= 0; i--) {
    if (needed[first + i] === 0) continue;
    count++;
    for (let j = begins[i]; j < begins[i + 1]; j++) if (operands[j] >= 0) needed[operands[j]] = 1;
  }
  if (count === kindOf.length) return tape;

  const moved = new Int32Array(first + kindOf.length);
  for (let i = 0; i < first; i++) moved[i] = i;
  const move = (value: number): number => (value < 0 ? value : moved[value]);
  const kept = { kindOf: new Int32Array(count), begins: new Int32Array(count + 1), places: new Int32Array(count), shapes: [...shapes] };
  const keptOperands = new Ints(operands.length);
  let at = 0;
  for (let i = 0; i < kindOf.length; i++) {
    if (needed[first + i] === 0) continue;
    kept.kindOf[at] = kindOf[i];
    kept.places[at] = places[i];
    kept.shapes[at] = shapes[i];
    for (let j = begins[i]; j < begins[i + 1]; j++) keptOperands.push(move(operands[j]));
    moved[first + i] = first + at++;
    kept.begins[at] = keptOperands.length;
  }
  kept.shapes.length = count;
  return Tape.of({ ...columns, ...kept, operands: keptOperands.take(), outputs: outputs.map(move) });
}
