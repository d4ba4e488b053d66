// A logistic regression whose loss turns NaN: where it is born, why, and what to write instead.

import { readFileSync } from "node:fs";
import { csvParse } from "d3-dsv";
import { diagnose, type NonFiniteError, requireFinite, stabilize, type Tensor, tensor, valueAndGrad } from "gradtape";

// The biopsies with their features as they come, not standardized: radii of about 14, areas of about 650.
const rows = csvParse(readFileSync(new URL("data/wdbc.csv", import.meta.url), "utf8"));
const X = tensor(rows.map((row) => [Number(row["mean_radius"]), Number(row["mean_area"])])).named("X");
const y = tensor(rows.map((row) => (row["diagnosis"] === "M" ? 1 : 0))).named("y");

// Binary cross entropy as a textbook writes it.
const loss = (w: Tensor): Tensor => {
  const ŷ = X.matmul(w).named("z").sigmoid().named("ŷ");
  const right = y.mul(ŷ.log());
  const wrong = y.rsub(1).mul(ŷ.rsub(1).named("1−ŷ").log());
  return right.add(wrong).mean().neg();
};

/** Gradient descent; returns the weights before the first step whose loss is not finite. */
function descend(f: (w: Tensor) => Tensor, steps: number): Tensor {
  const objective = valueAndGrad(f);
  let w = tensor([0, 0]).named("w");
  for (let step = 0; step < steps; step++) {
    const [value, gradient] = objective(w);
    console.log(`  step ${step}  loss ${value.item().toFixed(4)}`);
    if (!Number.isFinite(value.item())) break;
    w = w.sub(gradient.mul(0.01)).named("w");
  }
  return w;
}

console.log("Gradient descent");
const w = descend(loss, 5);

console.log("\nAt the start nothing is wrong:");
console.log(String(diagnose(loss, tensor([0, 0]))));

console.log("\nWhere it broke:");
console.log(String(diagnose(loss, w)));

console.log("\nThe same as an error at the first op that makes NaN or ∞, here in the middle of a descent:");
try {
  requireFinite(() => descend(loss, 5))();
} catch (error) {
  console.log((error as NonFiniteError).message);
}

console.log("\nWith the rewrite that the advice names. The steps are too long for features of this size, but nothing breaks:");
descend(stabilize(loss), 5);
console.log(String(diagnose(stabilize(loss), w)));
