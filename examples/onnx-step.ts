// A training step as a file: npx tsx examples/onnx-step.ts [file]
// The step of a logistic regression, value, gradient and update, is recorded, written as an ONNX model, and run by onnxruntime,
// which knows nothing of gradients. gradtape is not needed any more then; here it runs beside, to compare.

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvParse } from "d3-dsv";
import { binaryCrossEntropyWithLogits, record, type Tensor, tensor, valueAndGrad, zeros } from "gradtape";
import { toOnnx } from "gradtape/onnx";
import * as ort from "onnxruntime-web";

const rows = csvParse(readFileSync(new URL("data/wdbc.csv", import.meta.url), "utf8"));
const features = rows.columns.filter((name) => name !== "diagnosis");
const raw = tensor(rows.map((row) => features.map((name) => Number(row[name]))));
const X = raw.sub(raw.mean(0)).div(raw.variance(0).sqrt());
const y = tensor(rows.map((row) => (row["diagnosis"] === "M" ? 1 : 0)));

const loss = valueAndGrad((W: Tensor, x: Tensor, t: Tensor) => binaryCrossEntropyWithLogits(x.matmul(W), t));
const step = (W: Tensor, x: Tensor, t: Tensor, rate: Tensor): [value: Tensor, next: Tensor] => {
  const [value, gradient] = loss(W, x, t);
  return [value, W.sub(gradient.mul(rate))];
};

const start = zeros([features.length]);
const tape = record(step, start, X, y, tensor(0.5));
const bytes = toOnnx(tape, { inputNames: ["W", "X", "y", "rate"], outputNames: ["loss", "next_W"], name: "step" });
const file = process.argv[2] ?? join(mkdtempSync(join(tmpdir(), "gradtape-")), "step.onnx");
writeFileSync(file, bytes);
console.log(`${file}: ${bytes.length} bytes, opset 18, float64`);

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(file), { executionProviders: ["wasm"] });
const given = (x: Tensor): ort.Tensor => new ort.Tensor(Float64Array.from(x.data), x.shape);
const data = { X: given(X), y: given(y), rate: given(tensor(0.5)) };

let own = start;
let W = given(start);
for (let i = 0; i <= 1000; i++) {
  const { loss: value, next_W: next } = await session.run({ ...data, W });
  if (i % 200 === 0) console.log(`step ${String(i).padStart(4)}  loss ${Number(value?.data[0]).toFixed(12)}`);
  own = step(own, X, y, tensor(0.5))[1];
  W = next as ort.Tensor;
}
const difference = own
  .sub(tensor(W.data as Float64Array))
  .abs()
  .max()
  .item();
console.log("largest difference from the weights that gradtape finds:", difference.toExponential(1));
