// The gradient of each example by itself: which rows pull at a logistic regression, and standard errors that hold even if the model does
// not (the sandwich of Huber and White), from vmap(grad(loss)).
import { readFileSync } from "node:fs";
import { csvParse } from "d3-dsv";
import {
  binaryCrossEntropyWithLogits,
  compile,
  concat,
  grad,
  hessian,
  minimize,
  norm,
  ones,
  solve,
  type Tensor,
  tensor,
  topK,
  vmap,
} from "gradtape";

const features = ["mean_radius", "mean_texture", "mean_smoothness", "mean_concave_points"];
const rows = csvParse(readFileSync(new URL("data/wdbc.csv", import.meta.url), "utf8"));
const n = rows.length;
const raw = tensor(rows.map((row) => features.map((name) => Number(row[name]))));
const X = concat([ones([n, 1]), raw.sub(raw.mean(0)).div(raw.variance(0).sqrt())], 1); // a leading 1 for the intercept
const y = tensor(rows.map((row) => (row["diagnosis"] === "M" ? 1 : 0)));

/** The loss of one example. */
const loss = (w: Tensor, x: Tensor, label: Tensor): Tensor => binaryCrossEntropyWithLogits(x.matmul(w), label);
const gradients = compile(vmap(grad(loss), { inAxes: [null, 0, 0] }));
const total = (w: Tensor): Tensor => vmap(loss, { inAxes: [null, 0, 0] })(w, X, y).sum();

const { params: w } = minimize(total, tensor([0, 0, 0, 0, 0]), { gradientTolerance: 1e-10 });
const G = gradients(w, X, y);

// By hand: (σ(x·w) − y)·x for each row.
const byHand = X.matmul(w).sigmoid().sub(y).expandDims(1).mul(X);
console.log(
  `${G.shape.join(" × ")} gradients, largest difference from (σ(x·w) − y)·x: ${G.sub(byHand).abs().max().item().toExponential(1)}`,
);
console.log(`their sum at the minimum: ${norm(G.sum(0)).item().toExponential(1)}`);

const [lengths, places] = topK(norm(G, 1), 5);
console.log("\nthe rows that pull most");
places.data.forEach((row, i) => {
  const chance = X.slice([row]).matmul(w).sigmoid().item();
  console.log(
    `  row ${String(row).padStart(3)}  |gradient| ${lengths.data[i]?.toFixed(3)}  ${rows[row]?.["diagnosis"]} with p(M) = ${chance.toFixed(4)}`,
  );
});

// Cov w = H⁻¹ with the Hessian H of the whole loss, or H⁻¹·(Σ g·gᵀ)·H⁻¹.
const H = hessian(total)(w);
const meat = G.matmul(G, { transposeA: true });
const sandwich = solve(H, solve(H, meat).transpose());
const usual = solve(H, tensor([0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => Number(i === j)))));
console.log("\n                     weight  standard error    sandwich");
["(intercept)", ...features].forEach((name, i) => {
  const columns = [w.slice([i]), usual.slice([i, i]).sqrt(), sandwich.slice([i, i]).sqrt()];
  const [weight, error, robust] = columns.map((value) => value.item().toFixed(4));
  console.log(`${name.padEnd(20)}${weight?.padStart(7)}${error?.padStart(16)}${robust?.padStart(12)}`);
});
