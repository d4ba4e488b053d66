import { erf, lgamma, logAddExp, std, type Tensor, where } from "gradtape";
import { binary, counts, definite, type Entry, entry, positive, real, signs, unit } from "./entry.js";

const x = real(4);
const t = positive(4);
const μ = real();
const s = positive();

/** Estimates, their likelihoods, and what is said of samples. */
export const statistics: readonly Entry[] = [
  entry(
    "Weibull times, with respect to both parameters",
    "Lawless, Statistical Models and Methods for Lifetime Data",
    { k: s, λ: s, t },
    (k, λ, t) =>
      t
        .div(λ)
        .pow(k)
        .sub(k.sub(1).mul(t.div(λ).log()))
        .sub(k.log())
        .add(λ.log())
        .sum(),
    { k: "((t/λ)^k − 1)ᵀ · ln(t/λ) − n/k", λ: "k(n − Σ((t/λ)^k))/λ" },
  ),
  entry(
    "a gamma sample, with respect to both parameters",
    "Casella and Berger, Statistical Inference",
    { a: s, b: s, t },
    (a, b, t) => lgamma(a).sub(a.mul(b.log())).sub(a.sub(1).mul(t.log())).add(b.mul(t)).mean(),
    { a: "digamma(a) − ln(b) − mean(ln(t))", b: "mean(t) − a/b" },
  ),
  entry(
    "a negative binomial sample",
    "Hilbe, Negative Binomial Regression",
    { r: s, p: unit(), k: counts(4) },
    (r, p, k) =>
      lgamma(k.add(r))
        .sub(lgamma(r))
        .add(r.mul(p.log()))
        .add(k.mul(p.rsub(1).log()))
        .sum()
        .neg(),
    { r: "n · digamma(r) − n · ln(p) − Σ(digamma(r + k))", p: "−nr/p + Σ(k)/(1 − p)" },
  ),
  entry(
    "Student's t with five degrees of freedom",
    "Lange, Little and Taylor 1989",
    { μ, s, x },
    (μ, s, x) => x.sub(μ).div(s).square().div(5).add(1).log().mul(3).add(s.log()).sum(),
    { μ: "6 · Σ((μ − x)/(5s² + (μ − x)²))", s: "n/s − 6 · Σ((μ − x)²/(5s² + (μ − x)²))/s" },
  ),
  entry(
    "a Laplace sample, with respect to both parameters",
    "Casella and Berger, Statistical Inference",
    { μ, b: s, x },
    (μ, b, x) => x.sub(μ).abs().div(b).add(b.mul(2).log()).sum(),
    { μ: "Σ(sign(μ − x))/b", b: "(nb − Σ(|μ − x|))/b²" },
  ),
  entry(
    "an inverse Gaussian sample",
    "Tweedie 1957",
    { μ: positive(), λ: s, t },
    (μ, λ, t) => λ.mul(t.sub(μ).square()).div(μ.square().mul(t).mul(2)).sub(λ.log().mul(0.5)).sum(),
    { μ: "λ · Σ(μ − t)/μ³", λ: "Σ((μ − t)²/t)/(2μ²) − n/(2λ)" },
  ),
  entry(
    "logistic regression with an offset",
    "McCullagh and Nelder, Generalized Linear Models",
    { w: real(2), X: real(4, 2), o: real(4), y: binary(4) },
    (w, X, o, y) => {
      const z = X.matmul(w).add(o).named("z");
      return z.softplus().sub(y.mul(z)).sum();
    },
    "Xᵀ(σ(z) − y)",
  ),
  entry(
    "probit regression of signs",
    "Bishop, Pattern Recognition and Machine Learning",
    { w: real(2), X: real(4, 2), y: signs(4) },
    (w, X, y) => erf(X.matmul(w).mul(y).div(Math.SQRT2)).add(1).div(2).log().sum().neg(),
    "−√(2/π) · Xᵀ((y ⊙ e^(−(y ⊙ Xw)²/2))/(1 + erf((y ⊙ Xw)/√(2))))",
  ),
  entry(
    "two normal distributions mixed",
    "Bishop, Pattern Recognition and Machine Learning",
    { w: unit(), a: real(), b: real(), x },
    (w, a, b, x) =>
      logAddExp(w.log().sub(x.sub(a).square().div(2)), w.rsub(1).log().sub(x.sub(b).square().div(2)))
        .sum()
        .neg(),
    "Σ((−e^(−(a − x)²/2) + e^(−(b − x)²/2))/(w · e^(−(a − x)²/2) + (1 − w) · e^(−(b − x)²/2)))",
  ),
  entry(
    "many normal vectors, by the precision",
    "Bishop, Pattern Recognition and Machine Learning",
    { P: definite(3), X: real(4, 3), m: real(3) },
    (P, X, m) => {
      const D = X.sub(m).named("D");
      return D.matmul(P).mul(D).sum().mul(0.5);
    },
    "DᵀD/2",
  ),
  entry(
    "the share of variance that is explained",
    "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning",
    { q: real(4), y: real(4) },
    (q, y) => y.sub(q).square().sum().div(y.sub(y.mean()).square().sum()).rsub(1),
    "2(y − q)/‖y − mean(y)‖²",
  ),
  entry(
    "the deviation of a sample",
    "Casella and Berger, Statistical Inference",
    { x },
    (x: Tensor) => std(x),
    "(x − mean(x))/(√(n) · ‖x − mean(x)‖)",
  ),
  entry(
    "a pinball of residuals",
    "Koenker, Quantile Regression",
    { w: real(2), X: real(4, 2), y: real(4) },
    (w, X, y) => {
      const r = y.sub(X.matmul(w)).named("r");
      return r.mul(0.9).maximum(r.mul(-0.1)).mean();
    },
    "Xᵀ(0.1 · [r < 0] − 0.9 · [r > 0])/n",
  ),
  entry(
    "Huber's loss by parts",
    "Huber 1964",
    { r: real(4) },
    (r: Tensor) => where(r.abs().lessEqual(1), r.square().mul(0.5), r.abs().sub(0.5)).sum(),
    "r ⊙ [|r| ≤ 1] + [|r| > 1] ⊙ sign(r)",
  ),
  entry(
    "Tukey's biweight",
    "Huber and Ronchetti, Robust Statistics",
    { r: unit(4) },
    (r: Tensor) => r.square().rsub(1).pow(3).rsub(1).div(6).sum(),
    "r ⊙ (1 − r²)²",
  ),
  entry(
    "logarithms of hyperbolic cosines, spelled out",
    "Saleh and Saleh 2022",
    { w: real(2), X: real(4, 2), y: real(4) },
    (w, X, y) => {
      const r = X.matmul(w).sub(y).named("r");
      return r.exp().add(r.neg().exp()).div(2).log().mean();
    },
    "Xᵀ · tanh(r)/n",
  ),
  entry(
    "Weibull's accelerated failure times",
    "Lawless, Statistical Models and Methods for Lifetime Data",
    { β: real(2), s, X: real(4, 2), t },
    (β, s, X, t) => {
      const z = t.log().sub(X.matmul(β)).div(s).named("z");
      return z.exp().sub(z).add(s.log()).sum();
    },
    { β: "Xᵀ(1 − e^z)/s", s: "(n + zᵀ(1 − e^z))/s" },
  ),
];
