import { logSoftmax, slogdet, softmax, type Tensor, trace } from "gradtape";
import { definite, type Entry, entry, positive, real, simplex, unit } from "./entry.js";

const p = simplex(4);
const q = simplex(4);

/** Entropies and divergences. */
export const divergences: readonly Entry[] = [
  entry("entropy", "Cover and Thomas, Elements of Information Theory", { p }, (p) => p.mul(p.log()).sum().neg(), "−(1 + ln(p))"),
  entry(
    "entropy of a softmax",
    "Williams and Peng 1991",
    { z: real(4) },
    (z) => {
      const p = softmax(z).named("p");
      return p.mul(p.log()).sum().neg().named("H");
    },
    "−p ⊙ (H + ln(p))",
  ),
  entry("cross entropy", "Cover and Thomas, Elements of Information Theory", { q, p }, (q, p) => p.mul(q.log()).sum().neg(), "−p/q"),
  entry(
    "Kullback–Leibler, by the first",
    "Cover and Thomas, Elements of Information Theory",
    { p, q },
    (p, q) => p.mul(p.div(q).log()).sum(),
    "1 + ln(p/q)",
  ),
  entry(
    "Kullback–Leibler, by the second",
    "Cover and Thomas, Elements of Information Theory",
    { q, p },
    (q, p) => p.mul(p.log().sub(q.log())).sum(),
    "−p/q",
  ),
  entry(
    "Kullback–Leibler of unnormalized measures",
    "Lee and Seung 2001",
    { q, p },
    (q, p) => p.mul(p.div(q).log()).sub(p).add(q).sum(),
    "1 − p/q",
  ),
  entry(
    "distillation",
    "Hinton et al. 2015",
    { z: real(4), p, T: positive() },
    (z, p, T) =>
      p
        .mul(logSoftmax(z.div(T)))
        .sum()
        .neg(),
    "(softmax(z/T) − p)/T",
  ),
  entry(
    "reverse Kullback–Leibler of a softmax",
    "Murphy, Probabilistic Machine Learning",
    { z: real(4), ℓ: real(4) },
    (z, l) => {
      const q = softmax(z).named("q");
      return q.mul(q.log().sub(l)).sum().named("L");
    },
    "q ⊙ (ln(q) − L − ℓ)",
  ),
  entry(
    "Jensen–Shannon",
    "Lin 1991",
    { p, q },
    (p, q) => {
      const m = p.add(q).div(2).named("m");
      return p
        .mul(p.div(m).log())
        .sum()
        .add(q.mul(q.div(m).log()).sum())
        .div(2);
    },
    "ln(p/m)/2",
  ),
  entry(
    "Hellinger",
    "Tsybakov, Introduction to Nonparametric Estimation",
    { p, q },
    (p, q) => p.sqrt().sub(q.sqrt()).square().sum().div(2),
    "(1 − √(q)/√(p))/2",
  ),
  entry("Bhattacharyya", "Bhattacharyya 1943", { p, q }, (p, q) => p.mul(q).sqrt().sum().named("B").log().neg(), "−√(q/p)/(2B)"),
  entry(
    "Pearson's χ²",
    "Tsybakov, Introduction to Nonparametric Estimation",
    { q, p },
    (q, p) => p.sub(q).square().div(q).sum(),
    "1 − p²/q²",
  ),
  entry(
    "Neyman's χ²",
    "Tsybakov, Introduction to Nonparametric Estimation",
    { q, p },
    (q, p) => q.sub(p).square().div(p).sum(),
    "2(q/p − 1)",
  ),
  entry(
    "total variation",
    "Tsybakov, Introduction to Nonparametric Estimation",
    { p, q },
    (p, q) => p.sub(q).abs().sum().div(2),
    "sign(p − q)/2",
  ),
  entry(
    "Itakura–Saito",
    "Févotte et al. 2009",
    { q: positive(4), p: positive(4) },
    (q, p) => p.div(q).sub(p.div(q).log()).sub(1).sum(),
    "(q − p)/q²",
  ),
  entry(
    "Rényi",
    "van Erven and Harremoës 2014",
    { p, q, α: positive() },
    (p, q, α) =>
      p
        .pow(α)
        .mul(q.pow(α.rsub(1)))
        .sum()
        .named("M")
        .log()
        .div(α.sub(1)),
    "−(αp^(α − 1) ⊙ q^(1 − α))/(M(1 − α))",
  ),
  entry("Tsallis entropy", "Tsallis 1988", { p, a: positive() }, (p, a) => p.pow(a).sum().rsub(1).div(a.sub(1)), "ap^(a − 1)/(1 − a)"),
  entry("Gini impurity", "Breiman et al., Classification and Regression Trees", { p }, (p) => p.square().sum().rsub(1), "−2p"),
  entry(
    "two normal distributions",
    "Kingma and Welling 2014",
    { μ: real(4), s: real(4) },
    (μ, s) => μ.square().add(s.exp()).sub(s).sub(1).sum().div(2),
    { μ: "μ", s: "(e^s − 1)/2" },
  ),
  entry(
    "two normal distributions, by the deviation",
    "Murphy, Probabilistic Machine Learning",
    { σ: positive(4), μ: real(4) },
    (σ, μ) => μ.square().add(σ.square()).sub(σ.square().log()).sub(1).sum().div(2),
    "σ − 1/σ",
  ),
  entry(
    "two normal distributions of several variables",
    "Petersen and Pedersen, The Matrix Cookbook",
    { S: definite(3), P: definite(3) },
    (S, P) => trace(P.matmul(S)).sub(slogdet(S)[1]).div(2),
    "(Pᵀ − S⁻ᵀ)/2",
  ),
  entry(
    "the evidence lower bound of a normal",
    "Kingma and Welling 2014",
    { μ: real(4), ε: real(4), s: real(4), x: real(4) },
    (μ, ε, s, x) => {
      const z = μ.add(s.div(2).exp().mul(ε)).named("z");
      return x.sub(z).square().sum().div(2).add(μ.square().add(s.exp()).sub(s).sum().div(2));
    },
    { μ: "z + μ − x", s: "(ε ⊙ (z − x) ⊙ e^(s/2) + e^s − 1)/2" },
  ),
  entry("a generator's loss", "Goodfellow et al. 2014", { a: real(5) }, (a) => a.sigmoid().named("D").rsub(1).log().mean(), "−D/n"),
  entry(
    "a generator's loss that does not saturate",
    "Goodfellow et al. 2014",
    { a: real(5) },
    (a) => a.sigmoid().named("D").log().mean().neg(),
    "−(1 − D)/n",
  ),
  entry(
    "a discriminator's loss",
    "Goodfellow et al. 2014",
    { a: real(5), b: real(5) },
    (a, b) => a.sigmoid().named("D").log().mean().neg().sub(b.sigmoid().named("G").rsub(1).log().mean()),
    { a: "−(1 − D)/m", b: "G/n" },
  ),
  entry("the loss of least squares GANs", "Mao et al. 2017", { a: real(5) }, (a) => a.sub(1).square().mean().div(2), "−(1 − a)/n"),
  entry(
    "mutual information of a table",
    "Cover and Thomas, Elements of Information Theory",
    { P: positive(3, 4) },
    (P) => {
      const r = (P as Tensor).sum(1).named("r");
      const c = (P as Tensor).sum(0).named("c");
      return P.mul(P.log()).sum().sub(r.mul(r.log()).sum()).sub(c.mul(c.log()).sum());
    },
    "ln(P) − 1 − ln(r) · 𝟏ᵀ − 𝟏 · ln(c)ᵀ",
  ),
  entry(
    "Sinkhorn's dual",
    "Cuturi 2013",
    { f: real(3), g: real(4), C: real(3, 4), a: simplex(3), b: simplex(4) },
    (f, g, C, a, b) => {
      const P = f.expandDims(1).add(g).sub(C).exp().named("P");
      return a.matmul(f).add(b.matmul(g)).sub(P.sum());
    },
    { f: "a − Σ₁(P)", g: "b − Σ₀(P)" },
  ),
  entry(
    "Bregman's divergence of the negative entropy",
    "Bregman 1967",
    { p, q },
    (p, q) =>
      p
        .mul(p.log())
        .sum()
        .sub(q.mul(q.log()).sum())
        .sub(q.log().add(1).mul(p.sub(q)).sum()),
    "ln(p) − ln(q)",
  ),
  entry("the α-divergence at ½", "Amari, Information Geometry", { p, q }, (p, q) => p.mul(q).sqrt().sum().rsub(1).mul(4), "−2 · √(q/p)"),
  entry(
    "the f-divergence of total mass",
    "Liese and Vajda 2006",
    { u: unit(4), q: unit(4) },
    (u, q) => q.mul(u.div(q).square()).sum(),
    "2u/q",
  ),
];
