// The same training loop twice: with the gradient as it is, and with its tape compiled. The results are the same; the
// compiled gradient is not recorded anew at each step, and runs on a small machine in WebAssembly.

import { readFileSync } from "node:fs";
import { csvParse } from "d3-dsv";
import { binaryCrossEntropyWithLogits, compile, type Tensor, tensor, valueAndGrad } from "gradtape";

const rows = csvParse(readFileSync(new URL("data/wdbc.csv", import.meta.url), "utf8"));
const features = rows.columns.filter((name) => name !== "diagnosis");
const raw = tensor(rows.map((row) => features.map((name) => Number(row[name]))));
const X = raw.sub(raw.mean(0)).div(raw.variance(0).sqrt());
const y = tensor(rows.map((row) => (row["diagnosis"] === "M" ? 1 : 0)));

interface Parameters {
  w: Tensor;
  b: Tensor;
}
const loss = (p: Parameters, x: Tensor, t: Tensor): Tensor =>
  binaryCrossEntropyWithLogits(x.matmul(p.w).add(p.b), t).add(p.w.square().sum().mul(1e-3));
const eager = valueAndGrad(loss);
const compiled = compile(eager);

function train(step: typeof eager): { p: Parameters; value: number; ms: number } {
  let p: Parameters = { w: tensor(new Float64Array(features.length)), b: tensor(0) };
  let value = 0;
  const start = performance.now();
  for (let i = 0; i < 2000; i++) {
    const [current, g] = step(p, X, y);
    value = current.item();
    p = { w: p.w.sub(g.w.mul(0.5)), b: p.b.sub(g.b.mul(0.5)) };
  }
  return { p, value, ms: performance.now() - start };
}

train(eager); // once for the machine to warm up
const [a, b] = [train(eager), train(compiled)];
console.log(`eager     2000 steps in ${a.ms.toFixed(0)} ms, loss ${a.value.toFixed(12)}`);
console.log(`compiled  2000 steps in ${b.ms.toFixed(0)} ms, loss ${b.value.toFixed(12)}`);
console.log("largest difference of the weights:", a.p.w.sub(b.p.w).abs().max().item().toExponential(1));
console.log("\nThe program, one line an instruction: the buffer it writes, the instruction, the op that it does, the shape");
console.log(String(compiled));
