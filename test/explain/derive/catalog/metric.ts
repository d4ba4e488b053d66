import { cos, maximum, norm, type Tensor } from "gradtape";
import { binary, type Entry, entry, matched, oneHot, positive, real, unit } from "./entry.js";

const a = real(4);
const b = real(4);
const c = real(4);
const distance = (x: Tensor, y: Tensor): Tensor => x.sub(y).square().sum();

/** Metric learning and retrieval. */
export const metric: readonly Entry[] = [
  entry("the squared distance", "Petersen and Pedersen, The Matrix Cookbook", { a, b }, distance, "2(a − b)"),
  entry("the distance", "Petersen and Pedersen, The Matrix Cookbook", { a, b }, (a, b) => distance(a, b).sqrt(), "(a − b)/‖a − b‖"),
  entry("the distance by norm", "Petersen and Pedersen, The Matrix Cookbook", { a, b }, (a, b) => norm(a.sub(b)), "(a − b)/‖a − b‖"),
  entry("contrastive loss, alike", "Hadsell et al. 2006", { a, b }, (a, b) => distance(a, b).div(2), "a − b"),
  entry(
    "contrastive loss, not alike",
    "Hadsell et al. 2006",
    { a, b, m: positive() },
    (a, b, m) => {
      const d = distance(a, b).sqrt().named("d");
      return m.sub(d).relu().square().div(2);
    },
    "relu(m − d) · (b − a)/d",
  ),
  entry(
    "contrastive loss",
    "Hadsell et al. 2006",
    { a, b, m: positive(), y: binary() },
    (a, b, m, y) => {
      const d = distance(a, b).sqrt().named("d");
      return y
        .rsub(1)
        .mul(d.square())
        .add(y.mul(m.sub(d).relu().square()))
        .div(2);
    },
    "(d(1 − y) − y · relu(m − d))(a − b)/d",
  ),
  entry(
    "the triplet loss",
    "Schroff et al. 2015",
    { a, p: b, n: c, m: positive() },
    (a, p, n, m) => distance(a, p).sub(distance(a, n)).add(m).named("t").relu(),
    { a: "2 · [t > 0] · (n − p)", p: "2 · [t > 0] · (p − a)", n: "2 · [t > 0] · (a − n)" },
  ),
  entry(
    "the triplet loss of distances",
    "Hermans et al. 2017",
    { a, p: b, n: c },
    (a, p, n) => distance(a, p).sqrt().named("u").sub(distance(a, n).sqrt().named("v")).softplus(),
    { a: "σ(u − v) · ((a − p)/u + (n − a)/v)" },
  ),
  entry(
    "neighborhood components",
    "Goldberger et al. 2005",
    { d: real(4), y: binary(4) },
    (d, y) =>
      y
        .mul((d.neg() as Tensor).softmax().named("p"))
        .sum()
        .named("s"),
    "p ⊙ (s − y)",
  ),
  entry(
    "InfoNCE",
    "van den Oord et al. 2018",
    { q: a, k: b, K: real(5, 4), τ: positive() },
    (q, k, K, τ) => K.matmul(q).div(τ).logSumExp().sub(k.matmul(q).div(τ)),
    { q: "(Kᵀ · softmax(Kq/τ) − k)/τ", k: "−q/τ", K: "softmax(Kq/τ) · qᵀ/τ" },
  ),
  entry(
    "CLIP, by the similarities",
    "Radford et al. 2021",
    { S: real(4, 4), Y: matched(4) },
    (S, Y) =>
      Y.mul((S as Tensor).logSoftmax(1))
        .sum()
        .add(Y.mul((S as Tensor).logSoftmax(0)).sum())
        .div(-2),
    "softmax₀(S)/2 + softmax(S)/2 − Y",
  ),
  entry(
    "the pairwise sigmoid loss",
    "Zhai et al. 2023",
    { S: real(3, 3), Z: real(3, 3) },
    (S, Z) => Z.mul(S).neg().softplus().sum(),
    "−Z ⊙ (1 − σ(S ⊙ Z))",
  ),
  entry(
    "the n-pair loss",
    "Sohn 2016",
    { q: a, k: b, K: real(5, 4) },
    (q, k, K) => K.matmul(q).sub(k.matmul(q)).named("s").exp().sum().log1p(),
    "(K − k)ᵀ · e^s/(1 + Σ(e^s))",
  ),
  entry("the dot product", "Petersen and Pedersen, The Matrix Cookbook", { a, b }, (a, b) => a.matmul(b), "b"),
  entry(
    "cosine similarity",
    "Luo et al. 2018",
    { a, b },
    (a, b) =>
      a
        .matmul(b)
        .div(norm(a).mul(norm(b)))
        .named("s"),
    "b/(‖a‖ · ‖b‖) − sa/‖a‖²",
  ),
  entry(
    "cosine similarity of named norms",
    "Luo et al. 2018",
    { a, b },
    (a, b) =>
      a
        .matmul(b)
        .div(norm(a).named("r").mul(norm(b).named("t")))
        .named("s"),
    "b/(rt) − sa/r²",
  ),
  entry(
    "cosine distance with a margin",
    "Wang et al. 2018",
    { θ: unit(), s: positive(), m: unit() },
    (θ, s, m) => s.mul(cos(θ).sub(m)),
    "−s · sin(θ)",
  ),
  entry(
    "ArcFace's angle",
    "Deng et al. 2019",
    { θ: unit(), s: positive(), m: unit() },
    (θ, s, m) => s.mul(cos(θ.add(m))),
    "−s · sin(θ + m)",
  ),
  entry(
    "Mahalanobis' distance",
    "Weinberger and Saul 2009",
    { x: a, M: real(4, 4), y: b },
    (x, M, y) => {
      const d = x.sub(y).named("d");
      return d.matmul(M.matmul(d));
    },
    { x: "(M + Mᵀ)d", M: "ddᵀ" },
  ),
  entry(
    "Mahalanobis' distance by its factor",
    "Weinberger and Saul 2009",
    { L: real(3, 4), d: a },
    (L, d) => L.matmul(d).square().sum(),
    "2Lddᵀ",
  ),
  entry("center loss", "Wen et al. 2016", { x: real(5, 3), c: real(3) }, (x, c) => x.sub(c).square().sum().div(2), {
    x: "x − c",
    c: "nc − Σ₀(x)",
  }),
  entry(
    "prototypes",
    "Snell et al. 2017",
    { x: a, C: real(3, 4), y: oneHot(3) },
    (x, C, y) => {
      const d = C.sub(x).square().sum(1).neg().named("d");
      return y
        .mul((d as Tensor).logSoftmax())
        .sum()
        .neg();
    },
    "2Cᵀ(softmax(d) − y)",
  ),
  entry("Barlow Twins' redundancy", "Zbontar et al. 2021", { C: real(3, 3), λ: real() }, (C, λ) => C.square().sum().mul(λ), "2λC"),
  entry(
    "uniformity on the sphere",
    "Wang and Isola 2020",
    { a, b, t: positive() },
    (a, b, t) => t.neg().mul(distance(a, b)).exp().named("k"),
    "2tk(b − a)",
  ),
  entry(
    "the loss of a stress",
    "Kruskal 1964",
    { a, b, δ: positive() },
    (a, b, δ) => {
      const d = distance(a, b).sqrt().named("d");
      return d.sub(δ).square();
    },
    "2(δ − d)(b − a)/d",
  ),
  entry(
    "the attraction of t-SNE",
    "van der Maaten and Hinton 2008",
    { a, b, p: unit() },
    (a, b, p) => p.mul(distance(a, b).log1p()),
    "2p(a − b)/(1 + ‖a − b‖²)",
  ),
  entry(
    "circle loss of a pair",
    "Sun et al. 2020",
    { s: real(), t: real(), γ: positive() },
    (s, t, γ) => γ.mul(t.sub(s)).softplus(),
    "−γ(1 − σ(γ(s − t)))",
  ),
  entry(
    "the loss of word2vec",
    "Mikolov et al. 2013",
    { v: a, u: b, U: real(5, 4) },
    (v, u, U) => u.matmul(v).neg().softplus().add(U.matmul(v).softplus().sum()),
    { v: "Uᵀ · σ(Uv) − (1 − σ(vᵀu))u", u: "−(1 − σ(vᵀu))v", U: "σ(Uv) · vᵀ" },
  ),
  entry(
    "GloVe",
    "Pennington et al. 2014",
    { w: a, v: b, β: real(), x: positive(), f: positive() },
    (w, v, β, x, f) => {
      const r = w.matmul(v).add(β).sub(x.log()).named("r");
      return f.mul(r.square());
    },
    { w: "2frv", β: "2fr" },
  ),
  entry("TransE", "Bordes et al. 2013", { h: a, r: b, t: c }, (h, r, t) => h.add(r).sub(t).square().sum(), {
    h: "2(h + r − t)",
    t: "2(t − h − r)",
  }),
  entry("DistMult", "Yang et al. 2015", { h: a, r: b, t: c }, (h, r, t) => h.mul(r).mul(t).sum(), "r ⊙ t"),
  entry("a bilinear score", "Nickel et al. 2011", { W: real(4, 3), h: a, t: real(3) }, (W, h, t) => h.matmul(W.matmul(t)), {
    W: "htᵀ",
    h: "Wt",
    t: "Wᵀh",
  }),
  entry(
    "the hard margin of distances",
    "Weinberger and Saul 2009",
    { u: real(5), v: real(5) },
    (u, v) => maximum(u.sub(v).add(1), 0).sum(),
    "[u + 1 > v]",
  ),
];
