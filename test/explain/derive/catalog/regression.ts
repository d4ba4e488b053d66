import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  erf,
  huber,
  lgamma,
  logSigmoid,
  meanSquaredError,
  poissonNll,
  softmax,
  type Tensor,
} from "gradtape";
import { binary, counts, type Entry, entry, oneHot, positive, real, unit } from "./entry.js";

const X = real(5, 3);
const w = real(3);
const y = real(5);

/** Regression, and generalized linear models. */
export const regression: readonly Entry[] = [
  entry(
    "least squares",
    "Boyd and Vandenberghe, Convex Optimization",
    { w, X, y },
    (w, X, y) => X.matmul(w).sub(y).square().sum(),
    "2Xᵀ(Xw − y)",
  ),
  entry(
    "half the sum of squares",
    "Bishop, PRML, (3.12)",
    { w, X, y },
    (w, X, y) => X.matmul(w).sub(y).square().sum().div(2),
    "Xᵀ(Xw − y)",
  ),
  entry(
    "mean squared error",
    "Hastie et al., The Elements of Statistical Learning",
    { w, X, y },
    (w, X, y) => meanSquaredError(X.matmul(w).named("ŷ"), y),
    "2Xᵀ(ŷ − y)/n",
  ),
  entry(
    "mean squared error with an intercept",
    "Goodfellow et al., Deep Learning",
    { w, b: real(), X, y },
    (w, b, X, y) => meanSquaredError(X.matmul(w).add(b).named("ŷ"), y),
    { w: "2Xᵀ(ŷ − y)/n", b: "2 · mean(ŷ − y)" },
  ),
  entry(
    "ridge regression",
    "Bishop, PRML, (3.27)",
    { w, X, y, λ: positive() },
    (w, X, y, λ) => X.matmul(w).sub(y).square().sum().div(2).add(λ.div(2).mul(w.square().sum())),
    "Xᵀ(Xw − y) + λw",
  ),
  entry(
    "the lasso, where no weight is 0",
    "Hastie et al., The Elements of Statistical Learning",
    { w, X, y, λ: positive() },
    (w, X, y, λ) => X.matmul(w).sub(y).square().sum().div(2).add(λ.mul(w.abs().sum())),
    "Xᵀ(Xw − y) + λ · sign(w)",
  ),
  entry(
    "elastic net",
    "Zou and Hastie 2005",
    { w, X, y, λ: positive(), α: unit() },
    (w, X, y, λ, α) =>
      X.matmul(w)
        .sub(y)
        .square()
        .sum()
        .div(2)
        .add(λ.mul(α.mul(w.abs().sum()).add(α.rsub(1).div(2).mul(w.square().sum())))),
    "Xᵀ(Xw − y) + λ((1 − α)w + α · sign(w))",
  ),
  entry(
    "weighted least squares",
    "Murphy, Probabilistic Machine Learning",
    { w, X, y, r: positive(5) },
    (w, X, y, r) => r.mul(X.matmul(w).sub(y).square()).sum().div(2),
    "Xᵀ(r ⊙ (Xw − y))",
  ),
  entry(
    "generalized least squares",
    "Aitken 1936",
    { w, X, y, P: real(5, 5) },
    (w, X, y, P) => {
      const r = X.matmul(w).sub(y).named("r");
      return r.matmul(P.matmul(r)).div(2);
    },
    "Xᵀ(P + Pᵀ)r/2",
  ),
  entry(
    "least absolute deviations",
    "Boyd and Vandenberghe, Convex Optimization, 6.1.1",
    { w, X, y },
    (w, X, y) => X.matmul(w).sub(y).abs().sum(),
    "Xᵀ · sign(Xw − y)",
  ),
  entry(
    "Huber's loss",
    "Huber 1964",
    { w, X, y },
    (w, X, y) => huber(X.matmul(w).named("ŷ"), y),
    "Xᵀ([|ŷ − y| > 1] ⊙ sign(ŷ − y) + (ŷ − y) ⊙ [|ŷ − y| ≤ 1])/n",
  ),
  entry(
    "the quantile loss",
    "Koenker and Bassett 1978",
    { w, X, y, τ: unit() },
    (w, X, y, τ) => {
      const r = y.sub(X.matmul(w)).named("r");
      return r.mul(τ.sub(r.less(0))).sum();
    },
    "Xᵀ([r < 0] − τ)",
  ),
  entry(
    "log-cosh",
    "Saleh and Saleh 2022",
    { w, X, y },
    (w, X, y) => {
      const r = X.matmul(w).sub(y).named("r");
      return r.exp().add(r.neg().exp()).div(2).log().sum();
    },
    "Xᵀ · tanh(r)",
  ),
  entry(
    "Cauchy's loss",
    "Barron 2019, A General and Adaptive Robust Loss Function",
    { w, X, y },
    (w, X, y) => {
      const r = X.matmul(w).sub(y).named("r");
      return r.square().div(2).log1p().sum();
    },
    "2Xᵀ(r/(r² + 2))",
  ),
  entry(
    "the pseudo-Huber loss",
    "Charbonnier et al. 1994",
    { w, X, y },
    (w, X, y) => {
      const r = X.matmul(w).sub(y).named("r");
      return r.square().add(1).sqrt().sub(1).sum();
    },
    "Xᵀ(r/√(r² + 1))",
  ),
  entry(
    "Welsch's loss",
    "Barron 2019",
    { w, X, y },
    (w, X, y) => {
      const r = X.matmul(w).sub(y).named("r");
      return r.square().div(-2).exp().rsub(1).sum();
    },
    "Xᵀ(r ⊙ e^(−r²/2))",
  ),
  entry("the Geman–McClure loss", "Barron 2019", { r: real(4) }, (r) => r.square().div(r.square().add(4)).mul(2).sum(), "16r/(r² + 4)²"),
  entry(
    "binary cross entropy",
    "Bishop, PRML, (4.91)",
    { w, X, y: binary(5) },
    (w, X, y) => binaryCrossEntropy(X.matmul(w).named("z").sigmoid().named("ŷ"), y),
    "Xᵀ(ŷ − y)/n",
  ),
  entry(
    "logistic regression by its log likelihood",
    "Hastie et al., The Elements of Statistical Learning",
    { β: w, X, y: binary(5) },
    (β, X, y) => {
      const p = X.matmul(β).named("η").sigmoid().named("p");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .sum();
    },
    "Xᵀ(y − p)",
  ),
  entry(
    "logistic loss of logits",
    "Murphy, Probabilistic Machine Learning",
    { w, X, y: binary(5) },
    (w, X, y) => binaryCrossEntropyWithLogits(X.matmul(w), y),
    "Xᵀ(σ(Xw) − y)/n",
  ),
  entry(
    "logistic regression with a penalty",
    "Bishop, PRML, Exercise 4.15",
    { w, X, y: binary(5), λ: positive() },
    (w, X, y, λ) => binaryCrossEntropyWithLogits(X.matmul(w).named("z"), y).add(λ.div(2).mul(w.square().sum())),
    "Xᵀ(σ(z) − y)/n + λw",
  ),
  entry(
    "weighted logistic regression",
    "King and Zeng 2001",
    { w, X, y: binary(5), c: positive(5) },
    (w, X, y, c) => {
      const p = X.matmul(w).named("z").sigmoid().named("p");
      return c
        .mul(y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log())))
        .sum()
        .neg();
    },
    "Xᵀ(c ⊙ (p − y))",
  ),
  entry(
    "softmax regression",
    "Bishop, PRML, (4.109)",
    { W: real(3, 4), X, y: oneHot(5, 4) },
    (W, X, y) => {
      const p = softmax(X.matmul(W).named("z")).named("p");
      return y.mul(p.log()).sum().neg();
    },
    "Xᵀ(p − y)",
  ),
  entry(
    "softmax regression of logits",
    "Goodfellow et al., Deep Learning",
    { W: real(3, 4), b: real(4), X, y: oneHot(5, 4) },
    (W, b, X, y) => crossEntropy(X.matmul(W).add(b).named("Z"), y),
    { W: "Xᵀ(softmax(Z) − y)/n", b: "mean₀(softmax(Z) − y)" },
  ),
  entry(
    "probit regression",
    "Greene, Econometric Analysis",
    { w, X, s: real(5) },
    (w, X, s) => {
      const z = s.mul(X.matmul(w)).named("z");
      return erf(z.div(Math.SQRT2)).add(1).div(2).named("Φ").log().sum();
    },
    "Xᵀ((s ⊙ e^(−z²/2))/Φ)/√(2π)",
  ),
  entry(
    "Poisson regression",
    "McCullagh and Nelder, Generalized Linear Models",
    { w, X, k: counts(5) },
    (w, X, k) => poissonNll(X.matmul(w).named("η"), k),
    "Xᵀ(e^η − k)/n",
  ),
  entry(
    "Poisson regression by its mean",
    "McCullagh and Nelder, Generalized Linear Models",
    { w, X, k: counts(5) },
    (w, X, k) => {
      const μ = X.matmul(w).exp().named("μ");
      return μ.sub(k.mul(μ.log())).sum();
    },
    "Xᵀ(μ − k)",
  ),
  entry(
    "Poisson regression with exposure",
    "McCullagh and Nelder, Generalized Linear Models",
    { w, X, k: counts(5), t: positive(5) },
    (w, X, k, t) => {
      const μ = t.mul(X.matmul(w).exp()).named("μ");
      return k.mul(μ.log()).sub(μ).sum();
    },
    "Xᵀ(k − μ)",
  ),
  entry(
    "gamma regression with a log link",
    "McCullagh and Nelder, Generalized Linear Models",
    { w, X, y: positive(5) },
    (w, X, y) => {
      const μ = X.matmul(w).exp().named("μ");
      return y.div(μ).add(μ.log()).sum();
    },
    "Xᵀ(1 − y/μ)",
  ),
  entry(
    "inverse Gaussian regression with a log link",
    "Dunn and Smyth, Generalized Linear Models",
    { w, X, y: positive(5) },
    (w, X, y) => {
      const μ = X.matmul(w).exp().named("μ");
      return y.sub(μ).square().div(μ.square().mul(y)).sum().div(2);
    },
    "Xᵀ((μ − y)/μ²)",
  ),
  entry(
    "negative binomial regression",
    "Hilbe, Negative Binomial Regression",
    { w, X, k: counts(5), r: positive() },
    (w, X, k, r) => {
      const μ = X.matmul(w).exp().named("μ");
      return k.add(r).mul(μ.add(r).log()).sub(k.mul(μ.log())).sum();
    },
    "rXᵀ((μ − k)/(μ + r))",
  ),
  entry(
    "the Tweedie deviance",
    "Jørgensen, The Theory of Dispersion Models",
    { w, X, y: positive(5) },
    (w, X, y) => {
      const η = X.matmul(w).named("η");
      return y.mul(η.mul(-0.5).exp()).mul(2).add(η.mul(0.5).exp().mul(2)).sum();
    },
    "Xᵀ(e^(η/2) − y ⊙ e^(−η/2))",
  ),
  entry(
    "beta regression, by the precision",
    "Ferrari and Cribari-Neto 2004",
    { φ: positive(), μ: unit(4), y: unit(4) },
    (φ, μ, y) => {
      const a = μ.mul(φ).named("a");
      const b = μ.rsub(1).mul(φ).named("b");
      return lgamma(φ)
        .sub(lgamma(a))
        .sub(lgamma(b))
        .add(a.sub(1).mul(y.log()))
        .add(b.sub(1).mul(y.rsub(1).log()))
        .sum();
    },
    "n · digamma(φ) + Σ(μ ⊙ (ln(y) − digamma(a)) + (ln(1 − y) − digamma(b)) ⊙ (1 − μ))",
  ),
  entry(
    "proportional odds, the first class",
    "McCullagh 1980",
    { θ: real(), z: real(5) },
    (θ, z) => logSigmoid(θ.sub(z)).sum(),
    "n − Σ(σ(θ − z))",
  ),
  entry(
    "proportional odds, a middle class",
    "McCullagh 1980",
    { z: real(), a: real(), b: positive() },
    (z, a, b) => {
      const u = a.add(b).sub(z).sigmoid().named("u");
      const v = a.sub(z).sigmoid().named("v");
      return u.sub(v).log().neg();
    },
    "1 − u − v",
  ),
  entry(
    "complementary log-log",
    "McCullagh and Nelder, Generalized Linear Models",
    { η: real(4), y: binary(4) },
    (η, y) => {
      const p = η.exp().neg().exp().rsub(1).named("p");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .sum();
    },
    "(y/p − 1) ⊙ e^η",
  ),
  entry(
    "the exponential family",
    "Wainwright and Jordan 2008",
    { θ: real(3), t: real(3) },
    (θ, t) => θ.mul(t).sum().sub(θ.logSumExp()),
    "t − softmax(θ)",
  ),
  entry(
    "label smoothing",
    "Szegedy et al. 2016",
    { z: real(4), y: oneHot(4), s: unit() },
    (z, y, s) => {
      const q = y.mul(s.rsub(1)).add(s.div(4)).named("q");
      return q
        .mul((z as Tensor).logSoftmax())
        .sum()
        .neg();
    },
    "softmax(z) − q",
  ),
];
