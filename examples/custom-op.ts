// An op of your own: the error function, which the library does not have, and a probit regression with it.
//
// Probit regression is logistic regression with another curve: ŷ = Φ(z), the normal distribution's, in place of σ(z).
// Φ(z) = ½(1 + erf(z/√2)), and erf comes from a package of special functions as a plain function of numbers.

import { readFileSync } from "node:fs";
import erfOf from "@stdlib/math-base-special-erf";
import { csvParse } from "d3-dsv";
import { binaryCrossEntropy, checkGradients, defineOp, minimize, record, type Tensor, tensor } from "gradtape";

const factor = 2 / Math.sqrt(Math.PI);

/** erf x.  d(erf x)/dx = 2/√π · e^(−x²).  The rules are written with tensors, so they can be differentiated again. */
const erf = defineOp({
  name: "Erf",
  forward: (out, x) => {
    x.data.forEach((value, i) => {
      out.data[i] = erfOf(value);
    });
  },
  vjp: (g, _, x) => [g.mul(x.square().neg().exp()).mul(factor)],
  jvp: ([dx], _, x) => dx.mul(x.square().neg().exp()).mul(factor),
});

const normalCdf = (z: Tensor): Tensor => erf(z.div(Math.SQRT2)).add(1).div(2);

console.log("erf(0.5) =", erf(0.5).item(), " (0.5204998778130465 in tables)");
console.log("largest error of its rules, both modes, both orders:", checkGradients((x: Tensor) => erf(x), [[-1, 0.3, 2]]).toExponential(1));

// Two features of the biopsies, standardized.
const rows = csvParse(readFileSync(new URL("data/wdbc.csv", import.meta.url), "utf8"));
const raw = tensor(rows.map((row) => [Number(row["mean_radius"]), Number(row["mean_texture"])]));
const X = raw.sub(raw.mean(0)).div(raw.variance(0).sqrt());
const y = tensor(rows.map((row) => (row["diagnosis"] === "M" ? 1 : 0)));

const loss = (p: { w: Tensor; b: Tensor }): Tensor => binaryCrossEntropy(normalCdf(X.matmul(p.w).add(p.b)), y);
const fit = minimize(loss, { w: [0, 0], b: 0 }, { method: "newton" });

console.log("\nProbit regression on", rows.length, "biopsies: radius and texture");
console.log("  intercept", fit.params.b.item().toFixed(4), "  weights", [...fit.params.w.data].map((v) => v.toFixed(4)).join(", "));
console.log("  mean loss", fit.value.toFixed(6), "  after", fit.iterations, "steps of Newton:", fit.reason);

console.log("\nThe op on the tape:");
console.log(String(record((z: Tensor) => normalCdf(z.named("z")).named("Φ(z)"), tensor(0.7))));
