// Regression with a Gaussian process: the width and height of the kernel and the noise by the marginal likelihood, whose gradient goes
// through a Cholesky decomposition, and predictions with their uncertainty.
import { cholesky, grad, linspace, minimize, random, solve, solveTriangular, type Tensor, trace, vmap } from "gradtape";

// Noisy values of a known curve.
const curve = (x: Tensor): Tensor => x.mul(2).sin().add(x.mul(0.5));
const source = random(7);
const n = 30;
const x = source.uniform([n], -3, 3);
const y = curve(x).add(source.normal([n], 0, 0.1));

/** Logarithms, so that no step makes one of them negative. */
interface Hyperparameters {
  readonly width: Tensor;
  readonly height: Tensor;
  readonly noise: Tensor;
}

// k(a, b) = h²·exp(−(a − b)²/2w²), and σ² on the diagonal of what was measured.
const kernel = ({ width, height }: Hyperparameters, a: Tensor, b: Tensor): Tensor => {
  const distance = a.expandDims(1).sub(b).div(width.exp());
  return distance.square().mul(-0.5).exp().mul(height.mul(2).exp());
};
const measured = (p: Hyperparameters): Tensor => {
  const K = kernel(p, x, x);
  return K.add(x.expandDims(1).equal(x).mul(p.noise.mul(2).exp().add(1e-10)));
};

// −ln p(y) = ½·yᵀK⁻¹y + Σ ln Lᵢᵢ + ½·n·ln 2π with K = L·Lᵀ.
const loss = (p: Hyperparameters): Tensor => {
  const L = cholesky(measured(p));
  const half = solveTriangular(L, y.expandDims(1));
  const logDet = L.mul(x.expandDims(1).equal(x)).sum(1).log().sum();
  return half
    .square()
    .sum()
    .mul(0.5)
    .add(logDet)
    .add(0.5 * n * Math.log(2 * Math.PI));
};

const { params, value, status, iterations } = minimize(loss, { width: 0, height: 0, noise: -1 });
const shown = [params.width, params.height, params.noise].map((p) => p.exp().item().toFixed(4));
console.log(`${n} values: ${status} after ${iterations} iterations, −ln p(y) = ${value.toFixed(6)}`);
console.log(`the kernel has the width ${shown[0]} and the height ${shown[1]}; noise ${shown[2]}, where 0.1 was added`);

// The same gradient by the formula ½·tr((K⁻¹ − ααᵀ)·∂K/∂w) with α = K⁻¹y, away from the minimum, where it is not 0.
const away: Hyperparameters = { width: params.width.add(0.3), height: params.height, noise: params.noise };
const K = measured(away);
const α = solve(K, y.expandDims(1));
const byWidth = kernel(away, x, x).mul(x.expandDims(1).sub(x).div(away.width.exp()).square());
const byFormula = trace(solve(K, byWidth))
  .sub(α.matmul(byWidth.matmul(α), { transposeA: true }).sum())
  .mul(0.5);
const byEngine = grad(loss)(away).width;
console.log(
  `the gradient with respect to the width differs from its formula by ${byEngine.div(byFormula).sub(1).abs().item().toExponential(1)}, relative`,
);

// At a new place: mean kᵀK⁻¹y, variance h² − kᵀK⁻¹k. Written for one place, applied to all.
const known = measured(params);
const weights = solve(known, y.expandDims(1));
const predict = (at: Tensor): [mean: Tensor, deviation: Tensor] => {
  const k = kernel(params, x, at.reshape([1]));
  const variance = params.height
    .mul(2)
    .exp()
    .sub(k.mul(solve(known, k)).sum());
  return [k.mul(weights).sum(), variance.sqrt()];
};
const places = linspace(-3, 3, 13);
const [means, deviations] = vmap(predict)(places);
console.log("     x predicted  deviation     curve");
places.data.forEach((at, i) => {
  const row = [means, deviations, curve(places)].map((column) => (column.data[i] ?? Number.NaN).toFixed(4).padStart(10));
  console.log(`${at.toFixed(2).padStart(6)}${row.join("")}`);
});
