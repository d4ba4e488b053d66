// Fits a curve to data by least squares: parameters with their standard errors, beside the values that NIST certifies, and a picture of the
// curve with its band of confidence. Run it with a file to write the picture to: npx tsx examples/curve-fit.ts curve.svg
import { readFileSync, writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { concat, jacobian, leastSquares, linspace, type Tensor, tensor } from "gradtape";
import { parseHTML } from "linkedom";

// Thurber's mobility of electrons, one of the harder problems of NIST's Statistical Reference Datasets: a ratio of two cubics.
interface Problem {
  readonly name: string;
  readonly start1: readonly number[];
  readonly certified: readonly number[];
  readonly standardDeviation: readonly number[];
  readonly x: number[];
  readonly y: number[];
}
const problems: Problem[] = JSON.parse(readFileSync(new URL("data/nist-strd.json", import.meta.url), "utf8"));
const problem = problems.find(({ name }) => name === "Thurber");
if (problem === undefined) throw new Error("curve-fit: expected Thurber among the problems of data/nist-strd.json");

interface Parameters {
  /** Of the numerator, b₁ + b₂x + b₃x² + b₄x³. */
  readonly over: Tensor;
  /** Of the denominator, 1 + b₅x + b₆x² + b₇x³. */
  readonly under: Tensor;
}
const model = ({ over, under }: Parameters, x: Tensor): Tensor => {
  const polynomial = (coefficients: readonly (Tensor | number)[]): Tensor =>
    coefficients.reduceRight<Tensor>((sum, c) => sum.mul(x).add(c), tensor(0));
  const [b1, b2, b3, b4] = over.split(4);
  const [b5, b6, b7] = under.split(3);
  return polynomial([b1, b2, b3, b4]).div(polynomial([1, b5, b6, b7]));
};

const [x, y] = [tensor(problem.x), tensor(problem.y)];
const initial = { over: problem.start1.slice(0, 4), under: problem.start1.slice(4) };
const fit = leastSquares((p: Parameters) => model(p, x).sub(y), initial);

console.log(`${problem.name}, ${x.size} values: ${fit.status} after ${fit.iterations} iterations, ${fit.reason}`);
const found = [...fit.params.over.data, ...fit.params.under.data];
const errors = [...fit.standardErrors.over.data, ...fit.standardErrors.under.data];
console.log("           fitted     standard error  certified by NIST     standard error");
found.forEach((value, i) => {
  const columns = [value, errors[i], problem.certified[i], problem.standardDeviation[i]];
  console.log(`b${i + 1}${columns.map((column) => (column ?? Number.NaN).toPrecision(9).padStart(19)).join("")}`);
});

// The curve's own standard error, from the covariance C of the parameters: √(g·C·gᵀ) with g = ∂curve/∂b, a row of the Jacobian J for each place.
const at = linspace(Math.min(...problem.x), Math.max(...problem.x), 200);
const blocks = jacobian((p: Parameters) => model(p, at))(fit.params);
const J = concat([blocks.over, blocks.under], 1);
const curve = model(fit.params, at);
const twice = J.matmul(fit.covariance).mul(J).sum(1).sqrt().mul(2);
const columns = [at, curve, curve.sub(twice), curve.add(twice)].map((column) => column.toArray(1));
const band = Array.from({ length: at.size }, (_, i) => {
  const [x, y, low, high] = columns.map((column) => column[i]);
  return { x, y, low, high };
});

const { document } = parseHTML("<!doctype html><html><body></body></html>");
const picture = Plot.plot({
  document: document as unknown as Document,
  ariaLabel: "Mobility of electrons by the logarithm of density: data, fitted curve, and two standard errors around it",
  width: 480,
  height: 320,
  marginLeft: 56,
  x: { label: "logarithm of density →" },
  y: { label: "↑ mobility of electrons", grid: true },
  marks: [
    Plot.areaY(band, { x: "x", y1: "low", y2: "high", fillOpacity: 0.2 }),
    Plot.line(band, { x: "x", y: "y" }),
    Plot.dot(
      problem.x.map((place, i) => ({ x: place, y: problem.y[i] })),
      { x: "x", y: "y", r: 3 },
    ),
  ],
});
picture.setAttribute("xmlns", "http://www.w3.org/2000/svg");
const [file] = process.argv.slice(2);
if (file === undefined) console.log("for a picture of the curve name a file: npx tsx examples/curve-fit.ts curve.svg");
else {
  writeFileSync(file, picture.outerHTML);
  console.log(`${file}: the curve with two standard errors around it`);
}
