import { logSigmoid, maximum, type Tensor } from "gradtape";
import { binary, type Entry, entry, oneHot, positive, real, signs, unit } from "./entry.js";

const X = real(5, 3);
const w = real(3);
const y = signs(5);

/** Margins, hinges and rankings. */
export const margins: readonly Entry[] = [
  entry(
    "the hinge loss",
    "Cortes and Vapnik 1995",
    { w, X, y },
    (w, X, y) => y.mul(X.matmul(w)).named("m").rsub(1).relu().sum(),
    "−Xᵀ(y ⊙ [m < 1])",
  ),
  entry(
    "the support vector machine",
    "Shalev-Shwartz and Ben-David, Understanding Machine Learning",
    { w, X, y, λ: positive() },
    (w, X, y, λ) => y.mul(X.matmul(w)).named("m").rsub(1).relu().mean().add(λ.div(2).mul(w.square().sum())),
    "λw − Xᵀ(y ⊙ [m < 1])/n",
  ),
  entry(
    "the squared hinge loss",
    "Lee and Mangasarian 2001",
    { w, X, y },
    (w, X, y) => y.mul(X.matmul(w)).named("m").rsub(1).relu().square().sum(),
    "−2Xᵀ(y ⊙ relu(1 − m))",
  ),
  entry(
    "the smooth hinge loss",
    "Rennie and Srebro 2005",
    { m: real(5) },
    (m) =>
      m
        .less(0)
        .where(m.rsub(0.5), m.less(1).where(m.rsub(1).square().div(2), 0))
        .sum(),
    "−[m < 0] − (1 − m) ⊙ [m ≥ 0] ⊙ [m < 1]",
  ),
  entry(
    "the logistic loss of margins",
    "Hastie et al., The Elements of Statistical Learning",
    { w, X, y },
    (w, X, y) => y.mul(X.matmul(w)).named("m").neg().softplus().sum(),
    "−Xᵀ(y ⊙ (1 − σ(m)))",
  ),
  entry(
    "the logistic loss of margins, spelled out",
    "Hastie et al., The Elements of Statistical Learning",
    { w, X, y },
    (w, X, y) => y.mul(X.matmul(w)).named("m").neg().exp().add(1).log().sum(),
    "−Xᵀ(y ⊙ (1 − σ(m)))",
  ),
  entry(
    "the exponential loss",
    "Freund and Schapire 1997",
    { w, X, y },
    (w, X, y) => y.mul(X.matmul(w)).named("m").neg().exp().sum(),
    "−Xᵀ(y ⊙ e^(−m))",
  ),
  entry(
    "the perceptron",
    "Bishop, PRML, (4.54)",
    { w, X, y },
    (w, X, y) => y.mul(X.matmul(w)).named("m").neg().relu().sum(),
    "−Xᵀ(y ⊙ [m < 0])",
  ),
  entry(
    "the Savage loss",
    "Masnadi-Shirazi and Vasconcelos 2008",
    { m: real(5) },
    (m) => m.exp().add(1).square().reciprocal().sum(),
    "−2 · e^m/(1 + e^m)³",
  ),
  entry(
    "the tangent loss",
    "Masnadi-Shirazi et al. 2010",
    { m: real(5) },
    (m) => m.tanh().mul(2).sub(1).square().sum(),
    "4(2 · tanh(m) − 1) ⊙ (1 − tanh(m)²)",
  ),
  entry(
    "the multiclass hinge loss",
    "Weston and Watkins 1999",
    { z: real(4), y: oneHot(4) },
    (z, y) => {
      const own = y.mul(z).sum().named("s");
      return y.rsub(1).mul(z.sub(own).add(1).relu()).sum();
    },
    "(1 − y) ⊙ [z + 1 > s] − (1 − y)ᵀ · [z + 1 > s] · y",
  ),
  entry(
    "the multiclass hinge loss of Crammer and Singer",
    "Crammer and Singer 2001",
    { z: real(4), y: oneHot(4) },
    (z, y) => z.add(y.rsub(1)).max().sub(y.mul(z).sum()),
    "[z + 1 = y + max(z + 1 − y)] − y",
  ),
  entry(
    "focal loss",
    "Lin et al. 2017",
    { p: unit(), γ: positive() },
    (p, γ) => p.rsub(1).pow(γ).mul(p.log()).neg(),
    "(−1/p + γ · ln(p)/(1 − p))(1 − p)^γ",
  ),
  entry(
    "focal loss of a logit, γ = 2",
    "Lin et al. 2017",
    { z: real() },
    (z) => {
      const p = z.sigmoid().named("p");
      return p.rsub(1).square().mul(p.log()).neg();
    },
    "(2p · ln(p) + p − 1)(1 − p)²",
  ),
  entry(
    "class-balanced cross entropy",
    "Cui et al. 2019",
    { z: real(5), y: binary(5), α: unit() },
    (z, y, α) => {
      const p = z.sigmoid().named("p");
      return α
        .mul(y)
        .mul(p.log())
        .add(α.rsub(1).mul(y.rsub(1)).mul(p.rsub(1).log()))
        .sum()
        .neg();
    },
    "(1 − α)(1 − y) ⊙ p − αy ⊙ (1 − p)",
  ),
  entry(
    "generalized cross entropy",
    "Zhang and Sabuncu 2018",
    { p: unit(5), r: unit() },
    (p, r) => p.pow(r).rsub(1).div(r).sum(),
    "−p^(r − 1)",
  ),
  entry(
    "the Brier score",
    "Brier 1950",
    { z: real(5), y: binary(5) },
    (z, y) => z.sigmoid().named("p").sub(y).square().sum(),
    "2p ⊙ (p − y) ⊙ (1 − p)",
  ),
  entry("RankNet", "Burges et al. 2005", { s: real(), t: real() }, (s, t) => s.sub(t).neg().exp().add(1).log(), "σ(s − t) − 1"),
  entry(
    "Bayesian personalized ranking",
    "Rendle et al. 2009",
    { u: real(3), i: real(3), j: real(3) },
    (u, i, j) => logSigmoid(u.matmul(i.sub(j)).named("x")).neg(),
    "(1 − σ(x))(j − i)",
  ),
  entry(
    "direct preference optimization",
    "Rafailov et al. 2023",
    { a: real(), b: real(), β: positive() },
    (a, b, β) => logSigmoid(β.mul(a.sub(b)).named("h")).neg(),
    "−β(1 − σ(h))",
  ),
  entry(
    "the margin ranking loss",
    "Herbrich et al. 2000",
    { s: real(), t: real(), m: positive() },
    (s, t, m) => m.sub(s).add(t).relu(),
    "−[t + m > s]",
  ),
  entry(
    "ListNet",
    "Cao et al. 2007",
    { s: real(4), y: real(4) },
    (s, y) => {
      const p = (y as Tensor).softmax().named("p");
      return p
        .mul((s as Tensor).logSoftmax())
        .sum()
        .neg();
    },
    "softmax(s) − p",
  ),
  entry(
    "the Bradley–Terry model",
    "Bradley and Terry 1952",
    { a: positive(), b: positive() },
    (a, b) => a.div(a.add(b)).log(),
    "b/(a(a + b))",
  ),
  entry(
    "Elo's rating",
    "Elo, The Rating of Chessplayers",
    { r: real(), s: real(), y: unit() },
    (r, s, y) => {
      const E = r.sub(s).sigmoid().named("E");
      return y.mul(E.log()).add(y.rsub(1).mul(E.rsub(1).log()));
    },
    "y − E",
  ),
  entry(
    "the ε-insensitive loss",
    "Vapnik, The Nature of Statistical Learning Theory",
    { f: real(4), y: real(4), ε: unit() },
    (f, y, ε) => maximum(f.sub(y).named("r").abs().sub(ε), 0).sum(),
    "sign(r) ⊙ [|r| > ε]",
  ),
];
