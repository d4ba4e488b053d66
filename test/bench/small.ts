// Small tensors: what the tape costs where the arithmetic is next to nothing.
import { type Tensor, tensor, valueAndGrad } from "gradtape";
import { numbers } from "../support/random.js";
import { alternate, checkAgreement, compare, disagreement, median } from "./measure.js";
import { digits, printBar, printTable, quartiles, times } from "./report.js";

const SIZE = 8;
const OPS = 1_000;
const AT_MOST_US = 0.5;

const next = numbers(SIZE);
const random = (low: number, high: number): Float64Array => Float64Array.from({ length: SIZE }, () => next(low, high));
const x = random(-1, 1);
const a = random(0.99, 1.01);
const b = random(-0.01, 0.01);

const [factor, offset] = [tensor(a), tensor(b)];
const onTape = valueAndGrad((x: Tensor) => {
  let y = x;
  for (let i = 0; i < OPS; i += 2) y = y.mul(factor).add(offset);
  return y.sum();
});

/** The same sums, each in an array of its own: one an op going forward, one a product going backward. */
function byHand(): [value: number, gradient: Float64Array] {
  const tape: Float64Array[] = [];
  let y = x;
  for (let i = 0; i < OPS; i += 2) {
    const product = new Float64Array(SIZE);
    for (let j = 0; j < SIZE; j++) product[j] = y[j] * a[j];
    const sum = new Float64Array(SIZE);
    for (let j = 0; j < SIZE; j++) sum[j] = product[j] + b[j];
    tape.push(product, sum);
    y = sum;
  }
  let value = 0;
  for (let j = 0; j < SIZE; j++) value += y[j];
  let gradient = new Float64Array(SIZE).fill(1);
  for (let i = tape.length - 2; i >= 0; i -= 2) {
    const before = new Float64Array(SIZE);
    for (let j = 0; j < SIZE; j++) before[j] = gradient[j] * a[j];
    gradient = before;
  }
  return [value, gradient];
}

const point = tensor(x);
const [value, gradient] = onTape(point);
const [expected, expectedGradient] = byHand();
const difference = Math.max(disagreement([value.item()], [expected]), disagreement(gradient.data, expectedGradient));
checkAgreement("small tensors", difference);

const [tape, hand] = alternate([() => onTape(point), byHand], { rounds: 100 });
const slower = compare(tape, hand);
const perOp = (ms: readonly number[]): number => (median(ms) * 1e3) / OPS;

console.log(`## Small tensors: a chain of ${OPS.toLocaleString("en")} ops on shape [${SIZE}]\n`);
console.log("Microseconds an op, forward and backward together, medians.\n");
printTable(
  ["", "µs an op", "ratio", "quartiles", "largest difference", "rounds"],
  [
    ["plain loop", digits(perOp(hand)), "", "", "", String(hand.length)],
    ["gradtape", digits(perOp(tape)), times(slower.ratio), quartiles(slower), digits(difference), String(tape.length)],
  ],
);
printBar(`below ${AT_MOST_US} µs an op`, [{ where: "µs an op", value: perOp(tape), atMost: AT_MOST_US }]);
