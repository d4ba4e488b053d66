import { cumsum, max, mean, norm, softmax, type Tensor, variance } from "gradtape";
import { type Entry, entry, positive, real } from "./entry.js";

const x = real(5);
const g = real(5);

/** Normalizations, statistics and activations. */
export const normalizations: readonly Entry[] = [
  entry("the mean", "any textbook of statistics", { x }, (x) => mean(x), "𝟏/n"),
  entry("the variance", "Casella and Berger, Statistical Inference", { x }, (x) => variance(x), "2(x − mean(x))/n"),
  entry(
    "the variance about a named mean",
    "Casella and Berger, Statistical Inference",
    { x },
    (x) => x.sub(mean(x).named("μ")).square().mean(),
    "2(x − μ)/n",
  ),
  entry(
    "the standard deviation",
    "Casella and Berger, Statistical Inference",
    { x },
    (x) => variance(x).sqrt().named("s"),
    "(x − mean(x))/(ns)",
  ),
  entry(
    "a normalized vector",
    "Salimans and Kingma 2016",
    { x, g },
    (x, g) => g.matmul(x.div(norm(x).named("r")).named("u")).named("c"),
    "(g − cu)/r",
  ),
  entry(
    "weight normalization, by the length",
    "Salimans and Kingma 2016",
    { s: real(), v: x, x: g },
    (s, v, x) => s.mul(x.matmul(v)).div(norm(v)),
    "vᵀx/‖v‖",
  ),
  entry(
    "layer normalization",
    "Ba et al. 2016",
    { x, g },
    (x, g) => {
      const m = mean(x).named("μ");
      const s = x.sub(m).square().mean().sqrt().named("s");
      return g.matmul(x.sub(m).div(s).named("u"));
    },
    "(ng − gᵀuu − Σ(g))/(ns)",
  ),
  entry(
    "layer normalization, gain and bias",
    "Ba et al. 2016",
    { γ: real(3), β: real(3), U: real(5, 3), G: real(5, 3) },
    (γ, β, U, G) => U.mul(γ).add(β).mul(G).sum(),
    { γ: "Σ₀(U ⊙ G)", β: "Σ₀(G)" },
  ),
  entry(
    "batch normalization",
    "Ioffe and Szegedy 2015",
    { X: real(5, 3), G: real(5, 3) },
    (X, G) => {
      const m = (X as Tensor).mean(0).named("μ");
      const s = X.sub(m).square().mean(0).add(0.01).sqrt().named("s");
      return X.sub(m).div(s).named("U").mul(G).sum();
    },
    "(G − Udiag(mean₀(G ⊙ U)) − 𝟏 · mean₀(G)ᵀ)diag(1/s)",
  ),
  entry(
    "RMS normalization",
    "Zhang and Sennrich 2019",
    { x, g },
    (x, g) => {
      const r = x.square().mean().sqrt().named("r");
      return g.matmul(x.div(r).named("u"));
    },
    "(ng − gᵀuu)/(nr)",
  ),
  entry("a softmax", "Bishop, PRML, (4.106)", { z: x, g }, (z, g) => softmax(z).named("p").mul(g).sum(), "p ⊙ (g − gᵀp)"),
  entry(
    "log-softmax",
    "Goodfellow et al., Deep Learning",
    { z: x, g },
    (z, g) => (z as Tensor).logSoftmax().mul(g).sum(),
    "g − Σ(g) · softmax(z)",
  ),
  entry("log-sum-exp", "Boyd and Vandenberghe, Convex Optimization, 3.1.5", { x }, (x) => x.logSumExp(), "softmax(x)"),
  entry("log-sum-exp, spelled out", "Boyd and Vandenberghe, Convex Optimization, 3.1.5", { x }, (x) => x.exp().sum().log(), "e^x/Σ(e^x)"),
  entry(
    "log-sum-exp of an affine map",
    "Boyd and Vandenberghe, Convex Optimization, 3.1.5",
    { x: real(3), A: real(5, 3), b: x },
    (x, A, b) => A.matmul(x).add(b).logSumExp(),
    "Aᵀ · softmax(Ax + b)",
  ),
  entry(
    "standardized numbers",
    "Casella and Berger, Statistical Inference",
    { μ: real(), x, s: positive() },
    (μ, x, s) => x.sub(μ).div(s).square().sum(),
    "2 · Σ(μ − x)/s²",
  ),
  entry(
    "the coefficient of correlation",
    "Casella and Berger, Statistical Inference",
    { x, y: g },
    (x, y) => {
      const u = x.sub(mean(x)).named("u");
      const v = y.sub(mean(y)).named("v");
      return u
        .matmul(v)
        .div(norm(u).mul(norm(v)))
        .named("ρ");
    },
    "v/(‖u‖ · ‖v‖) − ρu/‖u‖²",
  ),
  entry(
    "the covariance",
    "Casella and Berger, Statistical Inference",
    { x, y: g },
    (x, y) =>
      x
        .sub(mean(x))
        .mul(y.sub(mean(y)))
        .mean(),
    "(y − mean(y))/n",
  ),
  entry(
    "the geometric mean",
    "Boyd and Vandenberghe, Convex Optimization, 3.1.5",
    { x: positive(5) },
    (x) => x.log().mean().exp().named("G"),
    "G/(nx)",
  ),
  entry(
    "the harmonic mean",
    "Hardy, Littlewood, Pólya, Inequalities",
    { x: positive(5) },
    (x) => x.reciprocal().mean().reciprocal().named("H"),
    "H²/(nx²)",
  ),
  entry(
    "the p-norm",
    "Boyd and Vandenberghe, Convex Optimization, A.1.2",
    { x: positive(5), p: positive() },
    (x, p) => x.pow(p).sum().named("S").pow(p.reciprocal()),
    "S^(1/p − 1) · x^(p − 1)",
  ),
  entry("the 4-norm", "Boyd and Vandenberghe, Convex Optimization, A.1.2", { x }, (x) => x.pow(4).sum().pow(0.25).named("N"), "x³/N³"),
  entry("the 1-norm", "Boyd and Vandenberghe, Convex Optimization, A.1.2", { x }, (x) => x.abs().sum(), "sign(x)"),
  entry("the maximum", "Boyd and Vandenberghe, Convex Optimization, 3.1.5", { x }, (x) => max(x), "[max(x) = x]"),
  entry("a sum of running sums", "Blelloch 1990", { x, g }, (x, g) => cumsum(x, 0).mul(g).sum(), "triu(𝟏𝟏ᵀ) · g"),
  entry(
    "squared differences of neighbors",
    "Rudin et al. 1992",
    { x },
    (x) =>
      x
        .slice([[1, 5]])
        .sub(x.slice([[0, 4]]))
        .square()
        .sum()
        .div(2),
    "(x_i − x_{i−1}) · [i ≥ 1] + (x_i − x_{i+1}) · [i ≤ 3]",
  ),
  entry("SiLU", "Elfwing et al. 2018", { x, g }, (x, g) => x.mul(x.sigmoid().named("s")).mul(g).sum(), "g ⊙ s ⊙ (x + 1 − x ⊙ s)"),
  entry(
    "GELU by the hyperbolic tangent",
    "Hendrycks and Gimpel 2016",
    { u: real() },
    (u) => {
      const t = u
        .add(u.pow(3).mul(0.044715))
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
        .named("t");
      return u.mul(t.add(1)).div(2);
    },
    "(t + √(2/π) · u(1 − t²)(0.134145u² + 1) + 1)/2",
  ),
  entry(
    "mish",
    "Misra 2019",
    { x: real() },
    (x) => {
      const t = x.softplus().tanh().named("t");
      return x.mul(t);
    },
    "t + x(1 − t²) · σ(x)",
  ),
  entry(
    "ELU",
    "Clevert et al. 2016",
    { x: real(4), α: positive() },
    (x, α) =>
      x
        .greater(0)
        .where(x, α.mul(x.exp().sub(1)))
        .sum(),
    "α · [x ≤ 0] ⊙ e^x + [x > 0]",
  ),
  entry(
    "leaky ReLU",
    "Maas et al. 2013",
    { x: real(4), α: positive() },
    (x, α) => x.greater(0).where(x, α.mul(x)).sum(),
    "α · [x ≤ 0] + [x > 0]",
  ),
  entry("softsign", "Glorot and Bengio 2010", { x: real() }, (x) => x.div(x.abs().add(1)), "1/(1 + |x|)²"),
  entry("softplus", "Dugas et al. 2001", { x: real() }, (x) => x.exp().add(1).log(), "σ(x)"),
  entry(
    "tanh, spelled out",
    "Goodfellow et al., Deep Learning",
    { z: real() },
    (z) => z.exp().sub(z.neg().exp()).div(z.exp().add(z.neg().exp())).named("t"),
    "1 − t²",
  ),
  entry("the sigmoid", "Bishop, PRML, (4.88)", { a: real() }, (a) => a.neg().exp().add(1).reciprocal().named("s"), "s(1 − s)"),
  entry("the arc tangent", "Bronstein, Handbook of Mathematics", { x: real() }, (x) => x.div(x.square().add(1)), "(1 − x²)/(x² + 1)²"),
  entry("the group norm", "Yuan and Lin 2006", { w: real(5), λ: positive() }, (w, λ) => λ.mul(norm(w)), "λw/‖w‖"),
  entry(
    "entropy regularization",
    "Mnih et al. 2016",
    { z: x, λ: positive() },
    (z, λ) => {
      const p = softmax(z).named("p");
      return λ.mul(p.mul(p.log()).sum().named("h"));
    },
    "λp ⊙ (ln(p) − h)",
  ),
  entry(
    "REINFORCE",
    "Williams 1992",
    { θ: x, a: g, R: real() },
    (θ, a, R) => R.mul((θ as Tensor).logSoftmax().mul(a).sum()),
    "R(a − Σ(a) · softmax(θ))",
  ),
];
