import { cumsum, inv, norm, outer, slogdet, type Tensor, tensor, trace } from "gradtape";
import { binary, definite, type Entry, entry, positive, real, second, simplex, unit } from "./entry.js";

const v = real(3);
const S = definite(3);
const s = positive();

/** Networks, distances, matrices, prices and potentials beyond the usual ones. */
export const furtherModels: readonly Entry[] = [
  entry(
    "a gated linear unit",
    "Shazeer 2020",
    { W: real(3, 2), V: real(3, 2), x: real(2) },
    (W, V, x) => {
      const a = W.matmul(x).named("a");
      return a.mul(a.sigmoid()).mul(V.matmul(x)).sum();
    },
    { W: "(σ(a) ⊙ (a ⊙ (1 − σ(a)) + 1) ⊙ Vx)xᵀ", V: "(a ⊙ σ(a))xᵀ" },
  ),
  entry(
    "RMS normalization with a gain",
    "Zhang and Sennrich 2019",
    { x: real(4), g: real(4) },
    (x, g) => {
      const r = x.square().mean().sqrt().named("r");
      return x.div(r).mul(g).sum();
    },
    { x: "(nr²g − xᵀgx)/(nr³)", g: "x/r" },
  ),
  entry(
    "weight normalization, with respect to the direction",
    "Salimans and Kingma 2016",
    { v, g: real(), x: v },
    (v, g, x) => g.mul(v.matmul(x)).div(norm(v)),
    { v: "g(‖v‖² · x − vᵀxv)/‖v‖³", g: "vᵀx/‖v‖" },
  ),
  entry(
    "one query and its keys",
    "Vaswani et al. 2017",
    { q: real(2), K: real(3, 2), V: real(3, 2), y: real(2) },
    (q, K, V, y) => {
      const a = K.matmul(q).softmax().named("a");
      return a.matmul(V).named("o").sub(y).square().sum().mul(0.5);
    },
    { q: "Kᵀ(a ⊙ (o − V)(y − o))", V: "a(o − y)ᵀ" },
  ),
  entry(
    "attention without a softmax",
    "Katharopoulos et al. 2020",
    { Q: real(3, 2), K: real(3, 2), V: real(3, 2) },
    (Q, K, V) => Q.matmul(K.transpose().matmul(V)).sum(),
    {
      Q: "𝟏 · Σ₁(KᵀV)ᵀ",
      K: "Σ₁(V) · Σ₀(Q)ᵀ",
    },
  ),
  entry(
    "a gate between two values",
    "Srivastava, Greff and Schmidhuber 2015",
    { g: v, x: v, y: v },
    (g, x, y) => {
      const s = g.sigmoid().named("s");
      return s.mul(x).add(s.rsub(1).mul(y)).sum();
    },
    { g: "s ⊙ (x − y) ⊙ (1 − s)", x: "s", y: "1 − s" },
  ),
  entry(
    "the divergence of an encoder",
    "Kingma and Welling 2014",
    { m: v, l: v },
    (m, l) => m.square().add(l.exp()).sub(l).sub(1).sum().mul(0.5),
    {
      m: "m",
      l: "(e^l − 1)/2",
    },
  ),
  entry(
    "a critic of two samples",
    "Arjovsky, Chintala and Bottou 2017",
    { w: real(2), A: real(3, 2), B: real(4, 2) },
    (w, A, B) => A.matmul(w).mean().sub(B.matmul(w).mean()),
    "mean₀(A) − mean₀(B)",
  ),
  entry(
    "a triplet, with respect to all three",
    "Schroff, Kalenichenko and Philbin 2015",
    { a: v, p: v, n: v },
    (a, p, n) => a.sub(p).square().sum().sub(a.sub(n).square().sum()).add(1).relu(),
    {
      a: "2 · [1 + ‖a − p‖² > ‖a − n‖²] · (n − p)",
      p: "2 · [1 + ‖a − p‖² > ‖a − n‖²] · (p − a)",
      n: "2 · [1 + ‖a − p‖² > ‖a − n‖²] · (a − n)",
    },
  ),
  entry(
    "one query among keys, at a temperature",
    "van den Oord, Li and Vinyals 2018",
    { q: real(2), K: real(4, 2) },
    (q, K) => {
      const s = K.matmul(q).div(0.5).named("s");
      return s.logSumExp().sub(s.slice([0]));
    },
    "2(Kᵀ · softmax(s) − K[0])",
  ),
  entry(
    "a normalized weight in a logistic loss",
    "Wang et al. 2018",
    { w: v, x: v },
    (w, x) => w.div(norm(w)).named("u").matmul(x).softplus(),
    "σ(xᵀu) · (x − xᵀuu)/‖w‖",
  ),
  entry(
    "the bandwidth of a Gaussian kernel",
    "Rasmussen and Williams, Gaussian Processes for Machine Learning",
    { h: s, x: v, y: v },
    (h, x, y) => x.sub(y).square().sum().div(h.square().mul(2)).neg().exp(),
    { h: "e^(−‖x − y‖²/(2h²)) · ‖x − y‖²/h³", x: "e^(−‖x − y‖²/(2h²)) · (y − x)/h²" },
  ),
  entry(
    "the discrepancy of two means",
    "Gretton et al. 2012",
    { X: real(3, 2), Y: real(4, 2) },
    (X, Y) => X.mean(0).sub(Y.mean(0)).square().sum(),
    "2𝟏(mean₀(X) − mean₀(Y))ᵀ/n",
  ),
  entry(
    "a symmetric factorization",
    "Kuang, Ding and Park 2012",
    { H: positive(3, 2), A: S },
    (H, A) => A.sub(H.matmul(H.transpose())).square().sum(),
    "2(2HHᵀ − A − Aᵀ)H",
  ),
  entry(
    "biases of rows and columns",
    "Koren, Bell and Volinsky 2009",
    { b: v, c: real(4), R: real(3, 4) },
    (b, c, R) => R.sub(b.expandDims(1)).sub(c).square().sum(),
    { b: "2(nb + Σ(c) − Σ₁(R))", c: "2(mc + Σ(b) − Σ₀(R))" },
  ),
  entry(
    "columns that are to be orthonormal",
    "Bansal, Chen and Wang 2018",
    { W: real(3, 2) },
    (W: Tensor) =>
      W.transpose()
        .matmul(W)
        .sub(
          tensor([
            [1, 0],
            [0, 1],
          ]),
        )
        .square()
        .sum(),
    "4W(WᵀW − I)",
  ),
  entry(
    "the trace of the inverse of a matrix",
    "Petersen and Pedersen, The Matrix Cookbook",
    { A: S },
    (A: Tensor) => trace(inv(A)),
    "−A⁻ᵀA⁻ᵀ",
  ),
  entry(
    "reconstruction by one direction",
    "Bishop, Pattern Recognition and Machine Learning",
    { w: v, X: real(4, 3) },
    (w, X) =>
      X.sub(outer(X.matmul(w), w))
        .square()
        .sum(),
    "2(‖w‖² − 2)XᵀXw + 2wᵀXᵀXww",
  ),
  entry(
    "a quotient of two forms",
    "Horn and Johnson, Matrix Analysis",
    { x: v, A: S, B: S },
    (x, A, B) => x.matmul(A).matmul(x).div(x.matmul(B).matmul(x)),
    "(xᵀBx(A + Aᵀ) − xᵀAx(B + Bᵀ))x/(xᵀBx)²",
  ),
  entry(
    "a chain of springs, by their stiffness",
    "Goldstein, Classical Mechanics",
    { k: s, x: real(4) },
    (k, x) =>
      x
        .slice([[1, 4]])
        .sub(x.slice([[0, 3]]))
        .square()
        .sum()
        .mul(k)
        .mul(0.5),
    "‖x[1:4] − x[0:3]‖²/2",
  ),
  entry("the energy of a moving mass", "Rindler, Relativity", { v: unit(), m: s }, (v, m) => m.div(v.square().rsub(1).sqrt()), {
    v: "vm/(1 − v²)^(3/2)",
    m: "1/√(1 − v²)",
  }),
  entry(
    "spins in a mean field",
    "MacKay, Information Theory, Inference, and Learning Algorithms",
    { m: unit(3), J: S },
    (m, J) =>
      m
        .matmul(J)
        .matmul(m)
        .mul(-0.5)
        .add(
          m
            .mul(m.log())
            .add(m.rsub(1).mul(m.rsub(1).log()))
            .sum(),
        ),
    "ln(m) − (J + Jᵀ)m/2 − ln(1 − m)",
  ),
  entry(
    "a ratio of return and risk",
    "Sharpe 1966",
    { w: v, μ: v, S },
    (w, μ, S) => w.matmul(μ).div(w.matmul(S).matmul(w).sqrt()).named("r"),
    "μ/√(wᵀSw) − r(S + Sᵀ)w/(2wᵀSw)",
  ),
  entry(
    "the utility of a portfolio",
    "Cover and Thomas, Elements of Information Theory",
    { w: simplex(3), R: positive(4, 3) },
    (w, R) => R.matmul(w).log().mean().neg(),
    "−Rᵀ(1/(Rw))/n",
  ),
  entry(
    "the price of a bond",
    "Hull, Options, Futures, and Other Derivatives",
    { y: unit(), c: positive(4), t: positive(4) },
    (y, c, t) => c.mul(t.mul(y).neg().exp()).sum(),
    "−Σ(c ⊙ t ⊙ e^(−yt))",
  ),
  entry(
    "exponential times of a regression",
    "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data",
    { β: real(2), X: real(4, 2), t: positive(4), d: binary(4) },
    (β, X, t, d) => {
      const η = X.matmul(β).named("η");
      return η.exp().mul(t).sub(d.mul(η)).sum();
    },
    "Xᵀ(t ⊙ e^η − d)",
  ),
  entry(
    "those at risk, added up",
    "Cox 1972",
    { β: real(2), X: real(4, 2) },
    (β, X) => {
      const η = X.matmul(β).named("η");
      return cumsum(η.exp(), 0).log().sub(η).sum();
    },
    "Xᵀ(e^η ⊙ triu(𝟏𝟏ᵀ) · (1/(tril(𝟏𝟏ᵀ) · e^η)) − 1)",
  ),
  entry(
    "rows that vanish together",
    "Yuan and Lin 2006",
    { W: real(3, 2) },
    (W: Tensor) => W.square().sum(1).sqrt().sum(),
    "diag(1/√(Σ₁(W²)))W",
  ),
  second(
    "log-sum-exp of an affine map, unnamed",
    "Boyd and Vandenberghe, Convex Optimization",
    { x: real(2), A: real(3, 2), b: v },
    (x, A, b) => A.matmul(x).add(b).logSumExp(),
    "Aᵀ(diag(p) − ppᵀ)A",
  ),
  second(
    "a barrier of many planes",
    "Boyd and Vandenberghe, Convex Optimization",
    { x: real(2), A: real(3, 2) },
    (x, A) => A.matmul(x).rsub(9).log().sum().neg(),
    "Aᵀdiag(1/(9 − Ax)²)A",
  ),
  second(
    "softplus of a linear map",
    "McCullagh and Nelder, Generalized Linear Models",
    { w: real(2), X: real(4, 2) },
    (w, X) => X.matmul(w).softplus().sum(),
    "Xᵀdiag(σ(Xw) ⊙ (1 − σ(Xw)))X",
  ),
  second(
    "the cube of a norm",
    "Nesterov, Lectures on Convex Optimization",
    { x: v },
    (x: Tensor) => norm(x).pow(3),
    "3(‖x‖ · I + xxᵀ/‖x‖)",
  ),
  second(
    "a bell of a quadratic form",
    "Petersen and Pedersen, The Matrix Cookbook",
    { x: real(2), S: definite(2) },
    (x, S) => x.matmul(S).matmul(x).mul(-0.5).exp(),
    "e^(−xᵀSx/2) · ((S + Sᵀ)xxᵀ(S + Sᵀ) − 2S − 2Sᵀ)/4",
  ),
  second(
    "the square of a quadratic form",
    "Petersen and Pedersen, The Matrix Cookbook",
    { x: v, A: real(3, 3) },
    (x, A) => x.matmul(A).matmul(x).square(),
    "2(A + Aᵀ)xxᵀ(A + Aᵀ) + 2xᵀAx(A + Aᵀ)",
  ),
  second(
    "the logarithm of a sum of squares",
    "Nocedal and Wright, Numerical Optimization",
    { x: v },
    (x: Tensor) => x.square().sum().add(1).log(),
    "2I/(1 + ‖x‖²) − 4xxᵀ/(1 + ‖x‖²)²",
  ),
  second(
    "the constant of an exponential family",
    "Wainwright and Jordan 2008",
    { θ: v, T: real(4, 3) },
    (θ, T) => T.matmul(θ).logSumExp(),
    "Tᵀ(diag(p) − ppᵀ)T",
  ),
  entry(
    "the covariance of one vector",
    "Anderson, An Introduction to Multivariate Statistical Analysis",
    { S, x: v },
    (S, x) =>
      slogdet(S)[1]
        .add(x.matmul(inv(S)).matmul(x))
        .mul(0.5),
    "(S⁻ᵀ − S⁻ᵀxxᵀS⁻ᵀ)/2",
  ),
];
