// What sums by segments and rows by indices cost beside the loop that one writes for them.
import { compile, segmentSum, type Tensor, take, tensor } from "gradtape";
import { numbers, randomTensor } from "../support/random.js";
import { alternate, checkAgreement, compare, disagreement, median } from "./measure.js";
import { type Bar, digits, printBar, printTable, quartiles, times } from "./report.js";

const ROWS = 100_000;
const SEGMENTS = 1000;
const AT_MOST = 2;

const next = numbers(1);
const ids = tensor(Float64Array.from({ length: ROWS }, () => Math.floor(next(0, SEGMENTS))));

/** out[ids[j]] += x[j], a row or a number each. */
function sumByLoop(x: Tensor, columns: number): Float64Array {
  const [from, names, out] = [x.data, ids.data, new Float64Array(SEGMENTS * columns)];
  if (columns === 1) for (let j = 0; j < ROWS; j++) out[names[j]] += from[j];
  else
    for (let j = 0; j < ROWS; j++) {
      const start = names[j] * columns;
      for (let c = 0; c < columns; c++) out[start + c] += from[j * columns + c];
    }
  return out;
}

/** out[j] = x[ids[j]]. */
function takeByLoop(x: Tensor, columns: number): Float64Array {
  const [from, names, out] = [x.data, ids.data, new Float64Array(ROWS * columns)];
  if (columns === 1) for (let j = 0; j < ROWS; j++) out[j] = from[names[j]];
  else
    for (let j = 0; j < ROWS; j++) {
      const start = names[j] * columns;
      for (let c = 0; c < columns; c++) out[j * columns + c] = from[start + c];
    }
  return out;
}

const functions = {
  segmentSum: { rows: ROWS, own: (x: Tensor, i: Tensor): Tensor => segmentSum(x, i, SEGMENTS), loop: sumByLoop },
  take: { rows: SEGMENTS, own: (x: Tensor, i: Tensor): Tensor => take(x, i), loop: takeByLoop },
};

const bars: Bar[] = [];
const table = Object.entries(functions).flatMap(([name, { rows, own, loop }]) =>
  [1, 16, 64].map((columns) => {
    const x = randomTensor(2, columns === 1 ? [rows] : [rows, columns]);
    const compiled = compile(own);
    checkAgreement(name, disagreement(own(x, ids).data, loop(x, columns)));
    const [byLoop, eager, program] = alternate([() => loop(x, columns), () => own(x, ids), () => compiled(x, ids)]);
    const what = `${name}, ${columns === 1 ? "numbers" : `rows of ${columns}`}`;
    const slower = [eager, program].map((own) => compare(own, byLoop));
    slower.forEach(({ ratio }, i) => {
      bars.push({ where: `${what}, ${i === 0 ? "eager" : "compiled"}`, value: ratio, atMost: AT_MOST });
    });
    return [what, digits(median(byLoop)), ...slower.flatMap((own) => [times(own.ratio), quartiles(own)])];
  }),
);
console.log(`## Segments and indices: ${ROWS.toLocaleString("en")} of them, into or out of ${SEGMENTS.toLocaleString("en")}\n`);
console.log("The loop in milliseconds, the library as times the loop, medians.\n");
printTable(["", "loop", "eager", "quartiles", "compiled", "quartiles"], table);
printBar(`at most ${AT_MOST} times the loop`, bars);
