// The gradient of binary cross entropy by w and b: hand-written JavaScript against the library.
import { binaryCrossEntropy, binaryCrossEntropyWithLogits, sigmoid, type Tensor, valueAndGrad } from "gradtape";
import { bceByHand } from "./handwritten.js";
import { alternate, checkAgreement, compare, disagreement, median } from "./measure.js";
import { logisticProblem } from "./problems.js";
import { type Bar, digits, printBar, printTable, quartiles, times } from "./report.js";

const SHAPES = [
  { rows: 569, columns: 30, atMost: 1.5 },
  { rows: 10_000, columns: 30, atMost: 1.3 },
  { rows: 100_000, columns: 30, atMost: 1.3 },
  { rows: 20_000, columns: 784, atMost: 1.3 },
];
const NAIVE_AT_MOST = 1.8;

const rows: string[][] = [];
const bars: Bar[] = [];
const naiveBars: Bar[] = [];
for (const shape of SHAPES) {
  const title = `${shape.rows.toLocaleString("en")}×${shape.columns}`;
  const { x, y, w, b } = logisticProblem(shape.rows, shape.columns);
  const logits = valueAndGrad((w: Tensor, b: Tensor) => binaryCrossEntropyWithLogits(x.matmul(w).add(b), y), { argnums: [0, 1] });
  const naive = valueAndGrad((w: Tensor, b: Tensor) => binaryCrossEntropy(sigmoid(x.matmul(w).add(b)), y), { argnums: [0, 1] });

  // Both sides read the same copies of the data.
  const gradient = new Float64Array(shape.columns + 1);
  const byHand = (): number => bceByHand(x.data, y.data, w.data, b.item(), gradient);

  const value = byHand();
  let difference = 0;
  for (const [name, f] of [["with logits", logits] as const, ["of σ", naive] as const]) {
    const [loss, [dw, db]] = f(w, b);
    const worst = Math.max(disagreement([loss.item()], [value]), disagreement([...dw.data, db.item()], gradient));
    checkAgreement(`binary cross entropy ${name}, ${title}`, worst);
    difference = Math.max(difference, worst);
  }

  const measured = alternate([byHand, () => logits(w, b), () => naive(w, b)]);
  const [hand, withLogits, ofSigmoid] = measured;
  const a = compare(withLogits, hand);
  const c = compare(ofSigmoid, hand);
  rows.push([
    title,
    ...[median(hand), median(withLogits)].map(digits),
    times(a.ratio),
    quartiles(a),
    digits(median(ofSigmoid)),
    times(c.ratio),
    quartiles(c),
    digits(difference),
    String(hand.length),
  ]);
  bars.push({ where: title, value: a.ratio, atMost: shape.atMost });
  naiveBars.push({ where: title, value: c.ratio, atMost: NAIVE_AT_MOST });
}

console.log("## Binary cross entropy, value and gradient with respect to w and b\n");
console.log("Milliseconds a call, medians; beside each ratio the quartiles of the ratio within a round.\n");
printTable(
  ["rows×columns", "by hand", "with logits", "ratio", "quartiles", "of σ", "ratio", "quartiles", "largest difference", "rounds"],
  rows,
);
printBar("with logits at most 1.3× by hand, 1.5× at 569×30", bars);
printBar("of σ (the naive form) at most 1.8× by hand", naiveBars);
