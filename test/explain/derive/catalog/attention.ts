import { softmax, type Tensor, tril } from "gradtape";
import { type Entry, entry, oneHot, real, simplex } from "./entry.js";

const Q = real(4, 3);
const K = real(5, 3);
const V = real(5, 2);
const G = real(4, 2);

/** Attention, and networks with softmax inside. */
export const attention: readonly Entry[] = [
  entry("attention, by the values", "Vaswani et al. 2017", { V, A: simplex(4, 5), G }, (V, A, G) => A.matmul(V).mul(G).sum(), {
    V: "AᵀG",
    A: "GVᵀ",
  }),
  entry(
    "attention, by the scores",
    "Dao et al. 2022",
    { S: real(4, 5), V, G },
    (S, V, G) => softmax(S).named("P").matmul(V).mul(G).sum(),
    "P ⊙ (GVᵀ − Σ₁(G ⊙ PV) · 𝟏ᵀ)",
  ),
  entry(
    "attention, by queries and keys",
    "Dao et al. 2022",
    { Q, K, V, G },
    (Q, K, V, G) =>
      softmax(Q.matmul(K.transpose()).div(Math.sqrt(3)).named("S"))
        .named("P")
        .matmul(V)
        .named("O")
        .mul(G)
        .sum(),
    { Q: "(P ⊙ (GVᵀ − Σ₁(G ⊙ O) · 𝟏ᵀ))K/√(3)", K: "(Pᵀ ⊙ (VGᵀ − 𝟏 · Σ₁(G ⊙ O)ᵀ))Q/√(3)", V: "PᵀG" },
  ),
  entry(
    "one query",
    "Bahdanau et al. 2015",
    { s: real(4), V: real(4, 3), g: real(3) },
    (s, V, g) => (s as Tensor).softmax().named("a").matmul(V).matmul(g),
    "a ⊙ (Vg − aᵀVg)",
  ),
  entry(
    "one query, by the output",
    "Bahdanau et al. 2015",
    { s: real(4), v: real(4) },
    (s, v) => (s as Tensor).softmax().named("a").matmul(v).named("o"),
    "a ⊙ (v − o)",
  ),
  entry(
    "a softmax of one place",
    "Bridle 1990",
    { z: real(4), y: oneHot(4) },
    (z, y) =>
      y
        .mul((z as Tensor).softmax().named("p"))
        .sum()
        .named("q"),
    "p ⊙ (y − q)",
  ),
  entry("linear attention", "Katharopoulos et al. 2020", { Q, K, V, G }, (Q, K, V, G) => Q.matmul(K.transpose().matmul(V)).mul(G).sum(), {
    Q: "GVᵀK",
    K: "VGᵀQ",
    V: "KQᵀG",
  }),
  entry(
    "additive attention, the scores",
    "Bahdanau et al. 2015",
    { v: real(3), H: real(4, 3), g: real(4) },
    (v, H, g) => g.matmul(H.tanh().named("T").matmul(v)),
    { v: "Tᵀg", H: "gvᵀ ⊙ (1 − T²)" },
  ),
  entry("causal scores", "Vaswani et al. 2017", { S: real(4, 4), G: real(4, 4) }, (S, G) => tril(S).mul(G).sum(), "tril(G)"),
  entry("gating", "Dauphin et al. 2017", { a: real(4), b: real(4), g: real(4) }, (a, b, g) => a.mul(b.sigmoid().named("s")).mul(g).sum(), {
    a: "g ⊙ s",
    b: "a ⊙ g ⊙ s ⊙ (1 − s)",
  }),
  entry(
    "a mixture of experts, by the gate",
    "Jacobs et al. 1991",
    { z: real(3), E: real(3, 4), y: real(4) },
    (z, E, y) => {
      const g = (z as Tensor).softmax().named("g");
      return g.matmul(E).named("o").sub(y).square().sum().div(2);
    },
    "g ⊙ ((E − o)(o − y))",
  ),
  entry(
    "a mixture of experts, by the experts",
    "Jacobs et al. 1991",
    { E: real(3, 4), g: simplex(3), y: real(4) },
    (E, g, y) => g.matmul(E).named("o").sub(y).square().sum().div(2),
    "g(o − y)ᵀ",
  ),
  entry(
    "soft argmax",
    "Chapelle and Wu 2010",
    { z: real(4), t: real(4) },
    (z, t) => (z as Tensor).softmax().named("p").matmul(t).named("m"),
    "p ⊙ (t − m)",
  ),
  entry(
    "a temperature",
    "Hinton et al. 2015",
    { T: real(), z: real(4), y: oneHot(4) },
    (T, z, y) => y.mul(z.div(T).logSoftmax()).sum().neg(),
    "zᵀ(y − softmax(z/T))/T²",
  ),
  entry(
    "bilinear attention",
    "Luong et al. 2015",
    { W: real(3, 4), q: real(3), H: real(5, 4), g: real(5) },
    (W, q, H, g) => g.matmul(H.matmul(q.matmul(W))),
    { W: "qgᵀH" },
  ),
  entry(
    "a two-layer network",
    "Goodfellow et al., Deep Learning",
    { V: real(3, 2), W: real(4, 3), X: real(5, 4), y: real(5, 2) },
    (V, W, X, y) => X.matmul(W).tanh().named("H").matmul(V).named("ŷ").sub(y).square().sum().div(2),
    { V: "Hᵀ(ŷ − y)", W: "Xᵀ((1 − H²) ⊙ (ŷ − y)Vᵀ)" },
  ),
  entry(
    "a network with ReLU",
    "Goodfellow et al., Deep Learning",
    { W: real(4, 3), v: real(3), X: real(5, 4), y: real(5) },
    (W, v, X, y) => X.matmul(W).named("Z").relu().matmul(v).named("ŷ").sub(y).square().sum().div(2),
    "Xᵀ((ŷ − y)vᵀ ⊙ [Z > 0])",
  ),
  entry(
    "an autoencoder",
    "Goodfellow et al., Deep Learning",
    { W: real(4, 3), V: real(3, 4), X: real(5, 4) },
    (W, V, X) => X.matmul(W).named("H").matmul(V).sub(X).named("E").square().sum().div(2),
    { W: "XᵀEVᵀ", V: "HᵀE" },
  ),
  entry(
    "a sparse code",
    "Olshausen and Field 1996",
    { h: real(3), D: real(4, 3), x: real(4), λ: real() },
    (h, D, x, λ) => x.sub(D.matmul(h)).square().sum().div(2).add(λ.mul(h.abs().sum())),
    { h: "Dᵀ(Dh − x) + λ · sign(h)", D: "(Dh − x)hᵀ" },
  ),
  entry("dropout's mask", "Srivastava et al. 2014", { x: real(4), m: real(4), w: real(4) }, (x, m, w) => x.mul(m).matmul(w), "m ⊙ w"),
  entry(
    "a bias of rows",
    "Goodfellow et al., Deep Learning",
    { b: real(3), X: real(5, 4), W: real(4, 3) },
    (b, X, W) => X.matmul(W).add(b).sum(),
    "n𝟏",
  ),
];
