// Where the time of the compiled logistic regression goes: the two products, the loss and its gradient, reading X.
import { binaryCrossEntropyWithLogits, compile, type Tensor, valueAndGrad } from "gradtape";
import { alternate, median } from "./measure.js";
import { logisticProblem } from "./problems.js";
import { digits, printTable } from "./report.js";

const SHAPES = [
  [569, 30],
  [10_000, 30],
  [100_000, 30],
  [20_000, 784],
] as const;

const whole = valueAndGrad((w: Tensor, b: Tensor, x: Tensor, y: Tensor) => binaryCrossEntropyWithLogits(x.matmul(w).add(b), y), {
  argnums: [0, 1],
});
const products = (w: Tensor, x: Tensor): Tensor => x.matmul(x.matmul(w), { transposeA: true });
const loss = (z: Tensor, y: Tensor): Tensor[] => {
  const [value, gradient] = valueAndGrad((t: Tensor) => binaryCrossEntropyWithLogits(t, y))(z);
  return [value, gradient.sum()];
};
const reading = (x: Tensor): Tensor => x.sum();

const table = SHAPES.map(([rows, columns]) => {
  const { w, b, x, y } = logisticProblem(rows, columns);
  const z = x.matmul(w).add(b);
  const [all, twice, elementwise, once] = [compile(whole), compile(products), compile(loss), compile(reading)];
  const times = alternate([() => all(w, b, x, y), () => twice(w, x), () => elementwise(z, y), () => once(x)]).map(median);
  return [
    `${rows.toLocaleString("en")}×${columns}`,
    ...times.map(digits),
    digits((2 * rows * columns) / times[1] / 1e6),
    digits((1000 * times[2]) / (rows / 1000)),
    digits((8 * rows * columns) / times[3] / 1e6),
  ];
});

console.log("## Where the time goes, compiled\n");
console.log("Medians in ms: all of it, and each part compiled by itself. The products read X twice, the second time from the cache.\n");
printTable(
  [
    "rows×columns",
    "value and gradient",
    "X·w and Xᵀr",
    "loss and its gradient",
    "reading X",
    "10⁹ products a second",
    "ns a loss",
    "GB/s of reading",
  ],
  table,
);
