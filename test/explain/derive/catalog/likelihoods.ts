import { erf, lgamma, slogdet, solve, type Tensor } from "gradtape";
import { counts, definite, type Entry, entry, positive, real, simplex, unit } from "./entry.js";

const LOG_2PI = Math.log(2 * Math.PI);
const x = real(5);

/** Log likelihoods of distributions by their parameters. */
export const likelihoods: readonly Entry[] = [
  entry(
    "normal, by the mean",
    "Bishop, PRML, (1.54)",
    { μ: real(), x, σ: positive() },
    (μ, x, σ) => x.sub(μ).square().sum().div(σ.square().mul(2)),
    "Σ(μ − x)/σ²",
  ),
  entry(
    "normal, by the deviation",
    "Bishop, PRML, (1.54)",
    { s: positive(), x, μ: real() },
    (s, x, μ) => x.sub(μ).square().div(s.square().mul(2)).add(s.log()).sum(),
    "(ns² − ‖x − μ‖²)/s³",
  ),
  entry(
    "normal, by the variance",
    "Murphy, Probabilistic Machine Learning",
    { v: positive(), x: real(), μ: real() },
    (v, x, μ) => v.log().add(x.sub(μ).square().div(v)).div(2),
    "(v − (x − μ)²)/(2v²)",
  ),
  entry(
    "normal, by the logarithm of the variance",
    "Kingma and Welling 2014",
    { s: real(4), x: real(4), μ: real(4) },
    (s, x, μ) => s.add(x.sub(μ).square().mul(s.neg().exp())).sum().div(2),
    "(1 − (x − μ)² ⊙ e^(−s))/2",
  ),
  entry(
    "normal, by the precision",
    "Bishop, PRML",
    { τ: positive(), r: real(5) },
    (τ, r) =>
      τ
        .mul(r.square().sum())
        .div(2)
        .sub(τ.log().mul(5 / 2)),
    "‖r‖²/2 − 5/(2τ)",
  ),
  entry(
    "heteroscedastic regression",
    "Nix and Weigend 1994",
    { μ: real(4), s: real(4), y: real(4) },
    (μ, s, y) => y.sub(μ).square().div(s.exp()).add(s).sum().div(2),
    { μ: "(μ − y) ⊙ e^(−s)", s: "(1 − (μ − y)² ⊙ e^(−s))/2" },
  ),
  entry(
    "multivariate normal, by the mean",
    "Petersen and Pedersen, The Matrix Cookbook",
    { μ: real(3), x: real(3), Λ: definite(3) },
    (μ, x, Λ) => {
      const d = x.sub(μ).named("d");
      return d.matmul(Λ.matmul(d)).div(2);
    },
    "−(Λ + Λᵀ)d/2",
  ),
  entry(
    "multivariate normal, by the precision",
    "Petersen and Pedersen, The Matrix Cookbook",
    { Λ: definite(3), d: real(3) },
    (Λ, d) => d.matmul(Λ.matmul(d)).sub(slogdet(Λ)[1]).div(2),
    "(ddᵀ − Λ⁻ᵀ)/2",
  ),
  entry(
    "multivariate normal, by the covariance",
    "Petersen and Pedersen, The Matrix Cookbook",
    { S: definite(3), d: real(3) },
    (S, d) => d.matmul(solve(S, d)).add(slogdet(S)[1]).div(2),
    "(S⁻ᵀ − S⁻ᵀddᵀS⁻ᵀ)/2",
  ),
  entry(
    "Laplace",
    "Murphy, Probabilistic Machine Learning",
    { b: positive(), x: real(), μ: real() },
    (b, x, μ) => x.sub(μ).abs().div(b).add(b.mul(2).log()),
    "(b − |x − μ|)/b²",
  ),
  entry(
    "Student's t, by the location",
    "Lange, Little and Taylor 1989",
    { μ: real(), x: real(), ν: positive() },
    (μ, x, ν) => x.sub(μ).square().div(ν).log1p().mul(ν.add(1)).div(2),
    "(μ − x)(ν + 1)/(ν + (μ − x)²)",
  ),
  entry(
    "Cauchy, by the location",
    "Casella and Berger, Statistical Inference",
    { θ: real(), x: real() },
    (θ, x) => x.sub(θ).square().log1p(),
    "2(θ − x)/(1 + (θ − x)²)",
  ),
  entry(
    "logistic, by the location",
    "Johnson and Kotz, Continuous Univariate Distributions",
    { μ: real(), x: real() },
    (μ, x) => {
      const z = x.sub(μ).named("z");
      return z.add(z.neg().softplus().mul(2));
    },
    "1 − 2 · σ(z)",
  ),
  entry(
    "exponential, by the rate",
    "Casella and Berger, Statistical Inference",
    { λ: positive(), t: positive(5) },
    (λ, t) => λ.mul(t).sub(λ.log()).mean(),
    "mean(t) − 1/λ",
  ),
  entry(
    "Weibull, by the scale",
    "Johnson and Kotz, Continuous Univariate Distributions",
    { λ: positive(), t: positive(), k: positive() },
    (λ, t, k) =>
      t
        .div(λ)
        .pow(k)
        .sub(k.sub(1).mul(t.div(λ).log()))
        .sub(k.div(λ).log()),
    "k(1 − (t/λ)^k)/λ",
  ),
  entry(
    "Weibull, by the shape",
    "Johnson and Kotz, Continuous Univariate Distributions",
    { k: positive(), u: positive() },
    (k, u) => u.pow(k).sub(k.sub(1).mul(u.log())).sub(k.log()),
    "(u^k − 1) · ln(u) − 1/k",
  ),
  entry(
    "gamma, by the shape",
    "Minka 2002, Estimating a Gamma distribution",
    { α: positive(), x: positive(), β: positive() },
    (α, x, β) => lgamma(α).sub(α.mul(β.log())).sub(α.sub(1).mul(x.log())).add(β.mul(x)),
    "digamma(α) − ln(x) − ln(β)",
  ),
  entry(
    "gamma, by the rate",
    "Minka 2002, Estimating a Gamma distribution",
    { β: positive(), x: positive(), α: positive() },
    (β, x, α) => β.mul(x).sub(α.mul(β.log())),
    "x − α/β",
  ),
  entry(
    "inverse gamma, by the scale",
    "Gelman et al., Bayesian Data Analysis",
    { β: positive(), x: positive(), α: positive() },
    (β, x, α) => β.div(x).sub(α.mul(β.log())),
    "−α/β + 1/x",
  ),
  entry(
    "beta, by a parameter",
    "Johnson and Kotz, Continuous Univariate Distributions",
    { a: positive(), b: positive(), x: unit() },
    (a, b, x) =>
      lgamma(a)
        .add(lgamma(b))
        .sub(lgamma(a.add(b)))
        .sub(a.sub(1).mul(x.log()))
        .sub(b.sub(1).mul(x.rsub(1).log())),
    "digamma(a) − digamma(a + b) − ln(x)",
  ),
  entry(
    "Dirichlet",
    "Minka 2000, Estimating a Dirichlet distribution",
    { α: positive(4), p: simplex(4) },
    (α, p) => lgamma(α.sum()).sub(lgamma(α).sum()).add(α.sub(1).mul(p.log()).sum()),
    "digamma(Σ(α)) + ln(p) − digamma(α)",
  ),
  entry(
    "Dirichlet and multinomial",
    "Minka 2000, Estimating a Dirichlet distribution",
    { α: positive(4), k: counts(4) },
    (α, k) =>
      lgamma(k.add(α))
        .sum()
        .sub(lgamma(α).sum())
        .add(lgamma(α.sum()))
        .sub(lgamma(k.sum().add(α.sum()))),
    "digamma(α + k) + digamma(Σ(α)) − digamma(α) − digamma(Σ(α) + Σ(k))",
  ),
  entry("Bernoulli, by its logit", "Bishop, PRML, (2.199)", { η: real(), y: unit() }, (η, y) => y.mul(η).sub(η.softplus()), "y − σ(η)"),
  entry(
    "Bernoulli, by its probability",
    "Bishop, PRML, (2.6)",
    { p: unit(), y: unit() },
    (p, y) => y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log())),
    "(y − p)/(p(1 − p))",
  ),
  entry(
    "binomial",
    "Casella and Berger, Statistical Inference",
    { p: unit(), k: counts(), m: counts() },
    (p, k, m) => k.mul(p.log()).add(m.sub(k).mul(p.rsub(1).log())),
    "(k − pm)/(p(1 − p))",
  ),
  entry(
    "geometric",
    "Casella and Berger, Statistical Inference",
    { p: unit(), k: counts() },
    (p, k) => p.log().add(k.sub(1).mul(p.rsub(1).log())),
    "1/p + (1 − k)/(1 − p)",
  ),
  entry(
    "negative binomial, by its probability",
    "Casella and Berger, Statistical Inference",
    { p: unit(), r: positive(), k: counts() },
    (p, r, k) => r.mul(p.log()).add(k.mul(p.rsub(1).log())),
    "r/p − k/(1 − p)",
  ),
  entry(
    "Poisson, by the rate",
    "Casella and Berger, Statistical Inference",
    { λ: positive(), k: counts(5) },
    (λ, k) => λ.sub(k.mul(λ.log())).mean(),
    "1 − mean(k)/λ",
  ),
  entry(
    "multinomial with softmax",
    "Bishop, PRML, 4.3.4",
    { z: real(4), k: counts(4) },
    (z, k) => k.mul((z as Tensor).logSoftmax()).sum(),
    "k − Σ(k) · softmax(z)",
  ),
  entry("categorical, by probabilities", "Bishop, PRML, (2.29)", { p: simplex(4), k: counts(4) }, (p, k) => k.mul(p.log()).sum(), "k/p"),
  entry(
    "Pareto",
    "Casella and Berger, Exercise 7.10",
    { α: positive(), x: positive(), m: positive() },
    (α, x, m) => α.log().add(α.mul(m.log())).sub(α.add(1).mul(x.log())),
    "1/α + ln(m) − ln(x)",
  ),
  entry(
    "log-normal, by the location",
    "Johnson and Kotz, Continuous Univariate Distributions",
    { μ: real(), x: positive(), s: positive() },
    (μ, x, s) => x.log().sub(μ).square().div(s.square().mul(2)),
    "(μ − ln(x))/s²",
  ),
  entry(
    "Rayleigh",
    "Papoulis, Probability, Random Variables and Stochastic Processes",
    { s: positive(), x: positive() },
    (s, x) => x.square().div(s.square().mul(2)).add(s.log().mul(2)),
    "(2s² − x²)/s³",
  ),
  entry(
    "von Mises, with respect to the direction",
    "Mardia and Jupp, Directional Statistics",
    { μ: real(), θ: real(), κ: positive() },
    (μ, θ, κ) => κ.mul(θ.sub(μ).cos()),
    "κ · sin(θ − μ)",
  ),
  entry(
    "Gumbel",
    "Johnson and Kotz, Continuous Univariate Distributions",
    { μ: real(), x: real(), β: positive() },
    (μ, x, β) => {
      const z = x.sub(μ).div(β).named("z");
      return z.add(z.neg().exp());
    },
    "(e^(−z) − 1)/β",
  ),
  entry(
    "zero-inflated Poisson, at 0",
    "Lambert 1992",
    { λ: positive(), w: unit() },
    (λ, w) => w.add(w.rsub(1).mul(λ.neg().exp())).log(),
    "−(1 − w)/(w · e^λ + 1 − w)",
  ),
  entry(
    "a mixture of normals, by the means",
    "Bishop, PRML, (9.16)",
    { μ: real(3), x: real(), c: simplex(3) },
    (μ, x, c) => c.log().sub(x.sub(μ).square().div(2)).named("a").logSumExp(),
    "(x − μ) ⊙ softmax(a)",
  ),
  entry(
    "a mixture of normals, by the logits of the weights",
    "Bishop, PRML, 9.2.2",
    { z: real(3), ℓ: real(3) },
    (z, l) => (z as Tensor).logSoftmax().add(l).logSumExp(),
    "softmax(z + ℓ) − softmax(z)",
  ),
  entry(
    "the normal distribution function",
    "Greene, Econometric Analysis",
    { μ: real(), a: real() },
    (μ, a) => erf(a.sub(μ).div(Math.SQRT2)).add(1).div(2).named("Φ").log(),
    "−e^(−(μ − a)²/2)/(√(2π) · Φ)",
  ),
  entry(
    "AR(1)",
    "Hamilton, Time Series Analysis",
    { φ: real(), x: real(4), u: real(4) },
    (φ, x, u) => x.sub(φ.mul(u)).square().sum().div(2),
    "uᵀ(φu − x)",
  ),
  entry(
    "the log partition function of an Ising spin",
    "Wainwright and Jordan 2008",
    { h: real(4) },
    (h) => h.exp().add(h.neg().exp()).log().sum(),
    "tanh(h)",
  ),
  entry(
    "an energy-based model",
    "LeCun et al. 2006",
    { E: real(4), y: simplex(4) },
    (E, y) => y.mul(E).sum().add(E.neg().logSumExp()),
    "y − softmax(−E)",
  ),
  entry(
    "the constant of a normal",
    "Bishop, PRML, (2.43)",
    { S: definite(3) },
    (S) =>
      slogdet(S)[1]
        .add(3 * LOG_2PI)
        .div(2),
    "S⁻ᵀ/2",
  ),
];
