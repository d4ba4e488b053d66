// What a function for one example costs on a batch, beside the formula for the batch written by hand; and a whole Jacobian.
import { binaryCrossEntropyWithLogits, compile, grad, jacobian, jvp, stack, type Tensor, tensor, vmap } from "gradtape";
import { numbers, randomTensor } from "../support/random.js";
import { alternate, checkAgreement, compare, disagreement, median } from "./measure.js";
import { type Bar, digits, printBar, printTable, quartiles, times } from "./report.js";

const EXAMPLES = 1024;
const FEATURES = 20;
const AT_MOST = 1.5;

const X = randomTensor(1, [EXAMPLES, FEATURES]);
const y = tensor(randomTensor(2, [EXAMPLES]).greater(0).data);
const w = randomTensor(3, [FEATURES], -0.3, 0.3);

const loss = (w: Tensor, x: Tensor, y: Tensor): Tensor => binaryCrossEntropyWithLogits(x.matmul(w), y);
const perExample = vmap(grad(loss), { inAxes: [null, 0, 0] });
/** (σ(X·w) − y)·x for each row x. */
const byHand = (w: Tensor, X: Tensor, y: Tensor): Tensor => X.matmul(w).sigmoid().sub(y).expandDims(1).mul(X);

checkAgreement("gradients of each example", disagreement(perExample(w, X, y).data, byHand(w, X, y).data));

const sides = { eager: [perExample, byHand], compiled: [compile(perExample), compile(byHand)] } as const;
const bars: Bar[] = [];
const rows = Object.entries(sides).map(([where, [own, hand]]) => {
  const [ours, theirs] = alternate([() => own(w, X, y), () => hand(w, X, y)]);
  const slower = compare(ours, theirs);
  bars.push({ where, value: slower.ratio, atMost: AT_MOST });
  return [where, digits(median(ours)), digits(median(theirs)), times(slower.ratio), quartiles(slower), String(ours.length)];
});
console.log(`## vmap: the gradients of each of ${EXAMPLES.toLocaleString("en")}×${FEATURES} examples of a logistic regression\n`);
console.log("Milliseconds, medians.\n");
printTable(["", "vmap(grad(loss))", "the formula for the batch", "ratio", "quartiles", "rounds"], rows);
printBar(`at most ${AT_MOST} times the formula by hand`, bars);

const RESIDUALS = 200;
const PARAMETERS = 5;
const next = numbers(4);
const t = tensor(Float64Array.from({ length: RESIDUALS }, () => next(0, 4)));
const point = tensor(Float64Array.from({ length: PARAMETERS }, () => next(0.5, 1.5)));
/** A damped oscillation and a line. */
const residuals = (p: Tensor): Tensor => {
  const at = (i: number): Tensor => p.slice([i]);
  const wave = at(0)
    .mul(t.mul(at(1).neg()).exp())
    .mul(t.mul(at(2)).cos());
  return wave.add(at(3)).add(t.mul(at(4)));
};
/** One forward sweep after the other. */
const columnByColumn = (p: Tensor): Tensor =>
  stack(
    Array.from({ length: PARAMETERS }, (_, j) => {
      const direction = tensor(Float64Array.from({ length: PARAMETERS }, (_, i) => Number(i === j)));
      return jvp(residuals, [p], [direction])[1];
    }),
    1,
  );
checkAgreement("a Jacobian", disagreement(jacobian(residuals)(point).data, columnByColumn(point).data));

/** Milliseconds of the first call of a function that is compiled anew. */
function firstCall(f: (p: Tensor) => Tensor): number {
  const compiled = compile(f);
  const start = performance.now();
  compiled(point);
  return performance.now() - start;
}
const inReverse = jacobian(residuals, { mode: "reverse" });
const ways = {
  "all at once, forward": jacobian(residuals),
  "all at once, in reverse": inReverse,
  "one forward sweep a column": columnByColumn,
};
const first = Object.values(ways).map((f) => median(Array.from({ length: 15 }, () => firstCall(f))));
const compiledWays = Object.values(ways).map((f) => compile(f));
const later = alternate([...Object.values(ways), ...compiledWays].map((f) => () => f(point)));
const list = Object.keys(ways).map((way, i) => [way, digits(first[i]), digits(median(later[i])), digits(median(later[i + 3]))]);
console.log(`\n## A Jacobian of ${RESIDUALS}×${PARAMETERS}\n`);
console.log("Milliseconds, medians.\n");
printTable(["", "first compiled call", "eager", "compiled"], list);
