// Second derivatives on show: Newton's method for the logistic regression, with the Hessian from the engine beside the
// formula Xᵀ diag(ŷ(1 − ŷ)) X / n, and the count of steps beside that of gradient descent.

import { readFileSync } from "node:fs";
import { csvParse } from "d3-dsv";
import { binaryCrossEntropyWithLogits, concat, grad, hessian, minimize, ones, type Tensor, tensor } from "gradtape";

const features = ["mean_radius", "mean_texture", "mean_smoothness", "mean_concave_points"];
const rows = csvParse(readFileSync(new URL("data/wdbc.csv", import.meta.url), "utf8"));
const n = rows.length;
const raw = tensor(rows.map((row) => features.map((name) => Number(row[name]))));
const X = concat([ones([n, 1]), raw.sub(raw.mean(0)).div(raw.variance(0).sqrt())], 1); // a leading 1 for the intercept
const y = tensor(rows.map((row) => (row["diagnosis"] === "M" ? 1 : 0)));

const loss = (W: Tensor): Tensor => binaryCrossEntropyWithLogits(X.matmul(W), y);
const norm = (g: Tensor): number => Math.hypot(...g.data);

// The Hessian is the Jacobian of the gradient; the engine records the backward pass and differentiates it.
const W0 = tensor([0.1, -0.2, 0.3, 0, 0.5]);
const ŷ = X.matmul(W0).sigmoid();
const byFormula = X.transpose()
  .mul(ŷ.mul(ŷ.rsub(1)))
  .matmul(X)
  .div(n);
const byEngine = hessian(loss)(W0);
const show = (H: Tensor): string =>
  H.toArray(2)
    .map((row) => row.map((v) => v.toFixed(6).padStart(10)).join(""))
    .join("\n");
console.log(`The Hessian by the engine\n${show(byEngine)}`);
console.log(`and Xᵀ diag(ŷ(1 − ŷ)) X / n\n${show(byFormula)}`);
console.log("largest difference:", byEngine.sub(byFormula).abs().max().item().toExponential(1));

// Newton: W ← W − H⁻¹g.
console.log("\nNewton's method");
const newton = minimize(loss, tensor([0, 0, 0, 0, 0]), {
  method: "newton",
  gradientTolerance: 1e-12,
  onStep: ({ iteration, value, gradientNorm }) =>
    console.log(`  step ${iteration}  loss ${value.toFixed(12)}  |gradient| ${gradientNorm.toExponential(1)}`),
});
console.log(" ", newton.reason);

// Gradient descent: W ← W − ηg. The rate is a large one that still converges: 2 over the largest curvature is the limit.
const rate = 1;
let W = tensor([0, 0, 0, 0, 0]);
let steps = 0;
while (norm(grad(loss)(W)) > 1e-12 && steps < 100_000) {
  W = W.sub(grad(loss)(W).mul(rate));
  steps++;
}
console.log(`\nGradient descent needs ${steps} steps for the same, |gradient| ≤ 1e-12; Newton needed ${newton.iterations}.`);
const weights = (w: Tensor): string => [...w.data].map((v) => v.toFixed(9)).join("  ");
console.log(`  weights by Newton            ${weights(newton.params)}`);
console.log(`  weights by gradient descent  ${weights(W)}`);
