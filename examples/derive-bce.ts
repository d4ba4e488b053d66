// The derivation that the project began with, equations (1) to (12), found by the engine: npx tsx examples/derive-bce.ts
// derive reads it off the tape of the loss. Nothing about this loss is built in.

import { derive, type Tensor, tensor } from "gradtape";

/** (1), of any function that makes a probability of z. */
const lossOf =
  (probability: (z: Tensor) => Tensor) =>
  (W: Tensor, x: Tensor, y: Tensor): Tensor => {
    const z = W.matmul(x).named("z"); // (3)
    const p = probability(z).named("ŷ"); // (2)
    return y
      .mul(p.log())
      .add(y.rsub(1).mul(p.rsub(1).log()))
      .neg()
      .named("L");
  };
const inputs = [tensor([0.5, -1, 2]).named("W"), tensor([1, 0.3, 0.8]).named("x"), tensor(1).named("y")] as const;

console.log("With the sigmoid as one op, whose rule is (10) already\n");
console.log(
  String(
    derive(
      lossOf((z) => z.sigmoid()),
      ...inputs,
    ),
  ),
);

console.log("\nWith the sigmoid spelled out, as 1/(1 + e^(−z)): the steps (6) to (10)\n");
const spelled = lossOf((z) => tensor(1).add(z.neg().exp()).pow(-1));
console.log(String(derive(spelled, ...inputs)));

console.log("\nFor a batch, by the mean: Xᵀ(ŷ − y)/n\n");
const X = tensor([
  [1, 0.3, 0.8],
  [1, -1.2, 0.5],
  [1, 0.7, -0.4],
]);
const batch = (W: Tensor, rows: Tensor, y: Tensor): Tensor => {
  const p = rows.matmul(W).named("z").sigmoid().named("ŷ");
  return y
    .mul(p.log())
    .add(y.rsub(1).mul(p.rsub(1).log()))
    .mean()
    .neg()
    .named("L");
};
console.log(String(derive(batch, tensor([0.5, -1, 2]).named("W"), X.named("X"), tensor([1, 0, 1]).named("y"))));
