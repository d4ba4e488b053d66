import { det, inv, slogdet, solve, type Tensor, trace } from "gradtape";
import { binary, definite, type Entry, entry, positive, real, unit } from "./entry.js";

const A = real(3, 3);
const x = real(3);

/** Matrices, kernels and factorizations. */
export const matrices: readonly Entry[] = [
  entry("a linear form", "Petersen and Pedersen, The Matrix Cookbook", { x, a: x }, (x, a) => a.matmul(x), "a"),
  entry(
    "a bilinear form",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: real(3, 4), a: x, b: real(4) },
    (X, a, b) => a.matmul(X).matmul(b),
    "abᵀ",
  ),
  entry("a quadratic form", "Petersen and Pedersen, The Matrix Cookbook", { x, A }, (x, A) => x.matmul(A).matmul(x), {
    x: "(A + Aᵀ)x",
    A: "xxᵀ",
  }),
  entry(
    "a form that is quadratic in a matrix",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: real(4, 3), b: x, c: x },
    (X, b, c) => X.matmul(b).matmul(X.matmul(c)),
    "X(bcᵀ + cbᵀ)",
  ),
  entry("a trace", "Petersen and Pedersen, The Matrix Cookbook", { X: A }, (X) => trace(X), "I"),
  entry("the trace of a product", "Petersen and Pedersen, The Matrix Cookbook", { X: A, A }, (X, A) => trace(X.matmul(A)), "Aᵀ"),
  entry(
    "the trace of a product of three",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: real(4, 2), A: real(3, 4), B: real(2, 3) },
    (X, A, B) => trace(A.matmul(X).matmul(B)),
    "AᵀBᵀ",
  ),
  entry("the trace of a square", "Petersen and Pedersen, The Matrix Cookbook", { X: A }, (X) => trace(X.matmul(X)), "2Xᵀ"),
  entry("the trace of XᵀX", "Petersen and Pedersen, The Matrix Cookbook", { X: real(4, 3) }, (X) => trace(X.transpose().matmul(X)), "2X"),
  entry(
    "the trace of XᵀBX",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: real(4, 3), B: real(4, 4) },
    (X, B) => trace(X.transpose().matmul(B).matmul(X)),
    "(B + Bᵀ)X",
  ),
  entry(
    "the trace of XBXᵀ",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: real(4, 3), B: A },
    (X, B) => trace(X.matmul(B).matmul(X.transpose())),
    "X(B + Bᵀ)",
  ),
  entry("the trace of an inverse", "Petersen and Pedersen, The Matrix Cookbook", { X: definite(3) }, (X) => trace(inv(X)), "−X⁻ᵀX⁻ᵀ"),
  entry(
    "a form of an inverse",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: definite(3), a: x, b: x },
    (X, a, b) => a.matmul(inv(X)).matmul(b),
    "−X⁻ᵀabᵀX⁻ᵀ",
  ),
  entry("a solution", "Giles 2008", { b: x, A: definite(3), c: x }, (b, A, c) => c.matmul(solve(A, b)), {
    b: "A⁻ᵀc",
    A: "−A⁻ᵀcbᵀA⁻ᵀ",
  }),
  entry("the determinant", "Petersen and Pedersen, The Matrix Cookbook", { X: definite(3) }, (X) => det(X).named("D"), "DX⁻ᵀ"),
  entry("the logarithm of the determinant", "Petersen and Pedersen, The Matrix Cookbook", { X: definite(3) }, (X) => slogdet(X)[1], "X⁻ᵀ"),
  entry(
    "the determinant of AXB",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: definite(3), A: definite(3) },
    (X, A) => slogdet(A.matmul(X))[1],
    "X⁻ᵀ",
  ),
  entry(
    "the logarithm of det XᵀX",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: real(4, 2) },
    (X) => slogdet(X.transpose().matmul(X).named("G"))[1],
    "2XG⁻¹",
  ),
  entry("a Frobenius norm", "Petersen and Pedersen, The Matrix Cookbook", { X: real(3, 4) }, (X) => X.square().sum(), "2X"),
  entry(
    "a distance of matrices",
    "Petersen and Pedersen, The Matrix Cookbook",
    { X: real(4, 2), A: real(3, 4), B: real(2, 5), C: real(3, 5) },
    (X, A, B, C) => A.matmul(X).matmul(B).add(C).named("E").square().sum(),
    "2AᵀEBᵀ",
  ),
  entry(
    "matrix factorization",
    "Koren et al. 2009",
    { U: real(4, 2), V: real(3, 2), R: real(4, 3) },
    (U, V, R) => R.sub(U.matmul(V.transpose())).square().sum().div(2),
    { U: "(UVᵀ − R)V", V: "(VUᵀ − Rᵀ)U" },
  ),
  entry(
    "matrix factorization with a mask",
    "Koren et al. 2009",
    { U: real(4, 2), V: real(3, 2), R: real(4, 3), M: binary(4, 3), λ: positive() },
    (U, V, R, M, λ) =>
      M.mul(R.sub(U.matmul(V.transpose())).square())
        .sum()
        .div(2)
        .add(λ.div(2).mul(U.square().sum())),
    { U: "(M ⊙ (UVᵀ − R))V + λU", V: "(Mᵀ ⊙ (VUᵀ − Rᵀ))U" },
  ),
  entry(
    "nonnegative matrix factorization",
    "Lee and Seung 2001",
    { W: positive(4, 2), H: positive(2, 3), V: positive(4, 3) },
    (W, H, V) => V.sub(W.matmul(H)).square().sum().div(2),
    { W: "(WH − V)Hᵀ", H: "Wᵀ(WH − V)" },
  ),
  entry(
    "nonnegative matrix factorization by divergence",
    "Lee and Seung 2001",
    { W: positive(4, 2), H: positive(2, 3), V: positive(4, 3) },
    (W, H, V) => {
      const P = W.matmul(H).named("P");
      return P.sub(V.mul(P.log())).sum();
    },
    "(1 − V/P)Hᵀ",
  ),
  entry(
    "principal components by reconstruction",
    "Bishop, PRML, (12.11)",
    { W: real(4, 2), X: real(5, 4) },
    (W, X) => X.sub(X.matmul(W).matmul(W.transpose())).named("E").square().sum().div(2),
    "−(XᵀE + EᵀX)W",
  ),
  entry(
    "principal components by variance",
    "Bishop, PRML, (12.4)",
    { u: x, S: A, λ: real() },
    (u, S, λ) => u.matmul(S.matmul(u)).add(λ.mul(u.matmul(u).rsub(1))),
    "(S + Sᵀ)u − 2λu",
  ),
  entry(
    "Rayleigh's quotient",
    "Golub and Van Loan, Matrix Computations",
    { x, A },
    (x, A) => x.matmul(A.matmul(x)).div(x.matmul(x)).named("ρ"),
    "((A + Aᵀ)x − 2ρx)/‖x‖²",
  ),
  entry(
    "orthogonality",
    "Bansal et al. 2018",
    { W: real(4, 3) },
    (W) => {
      const G = W.transpose().matmul(W).named("G");
      return G.square().sum().sub(trace(G).mul(2));
    },
    "4WG − 4W",
  ),
  entry("the Laplacian of a graph", "Belkin and Niyogi 2003", { f: x, L: A }, (f, L) => f.matmul(L.matmul(f)).div(2), "(L + Lᵀ)f/2"),
  entry(
    "Procrustes",
    "Golub and Van Loan, Matrix Computations",
    { Q: A, A: real(5, 3), B: real(5, 3) },
    (Q, A, B) => A.matmul(Q).sub(B).square().sum().div(2),
    "Aᵀ(AQ − B)",
  ),
  entry(
    "the marginal likelihood of a Gaussian process",
    "Rasmussen and Williams, Gaussian Processes",
    { K: definite(3), y: x },
    (K, y) => y.matmul(solve(K, y)).add(slogdet(K)[1]).div(2),
    "(K⁻ᵀ − K⁻ᵀyyᵀK⁻ᵀ)/2",
  ),
  entry(
    "the marginal likelihood, by the targets",
    "Rasmussen and Williams, Gaussian Processes",
    { y: x, K: definite(3) },
    (y, K) => y.matmul(inv(K).matmul(y)).div(2),
    "(K⁻ᵀ + K⁻¹)y/2",
  ),
  entry(
    "the Gaussian kernel",
    "Rasmussen and Williams, Gaussian Processes",
    { x, c: x, l: positive() },
    (x, c, l) => x.sub(c).square().sum().div(l.square().mul(2)).neg().exp().named("k"),
    { x: "k(c − x)/l²", l: "k · ‖x − c‖²/l³" },
  ),
  entry(
    "the rational quadratic kernel",
    "Rasmussen and Williams, Gaussian Processes",
    { r: real(), α: positive() },
    (r, α) => r.square().div(α.mul(2)).add(1).pow(α.neg()),
    "−r(r²/(2α) + 1)^(−α − 1)",
  ),
  entry(
    "the exponential kernel",
    "Rasmussen and Williams, Gaussian Processes",
    { r: positive(), l: positive() },
    (r, l) => r.div(l).neg().exp().named("k"),
    { r: "−k/l", l: "rk/l²" },
  ),
  entry(
    "the periodic kernel",
    "Rasmussen and Williams, Gaussian Processes",
    { d: real() },
    (d) => d.div(2).sin().square().mul(-2).exp().named("k"),
    "−2k · cos(d/2) · sin(d/2)",
  ),
  entry(
    "the polynomial kernel",
    "Schölkopf and Smola, Learning with Kernels",
    { x, z: x, c: positive() },
    (x, z, c) => x.matmul(z).add(c).named("s").pow(3),
    "3s²z",
  ),
  entry(
    "kernel ridge regression",
    "Murphy, Probabilistic Machine Learning",
    { α: x, K: definite(3), y: x, λ: positive() },
    (α, K, y, λ) =>
      y
        .sub(K.matmul(α))
        .square()
        .sum()
        .div(2)
        .add(λ.div(2).mul(α.matmul(K.matmul(α)))),
    "λ(K + Kᵀ)α/2 + Kᵀ(Kα − y)",
  ),
  entry(
    "Stein's loss",
    "James and Stein 1961",
    { S: definite(3), T: definite(3) },
    (S, T) => trace(S.matmul(inv(T))).sub(slogdet(S)[1]),
    "T⁻ᵀ − S⁻ᵀ",
  ),
  entry(
    "the graphical lasso's smooth part",
    "Friedman et al. 2008",
    { Θ: definite(3), S: definite(3) },
    (Θ, S) => slogdet(Θ)[1].sub(trace(S.matmul(Θ))),
    "Θ⁻ᵀ − Sᵀ",
  ),
  entry(
    "optimal design",
    "Boyd and Vandenberghe, Convex Optimization, 7.5.2",
    { m: positive(5), V: real(5, 3) },
    (m, V) =>
      slogdet(
        V.transpose()
          .matmul(V.mul((m as Tensor).expandDims(1)))
          .named("M"),
      )[1].neg(),
    "−Σ₁(V ⊙ VM⁻¹)",
  ),
  entry(
    "the average of a graph's neighbors",
    "Kipf and Welling 2017",
    { W: real(3, 2), N: real(4, 4), X: real(4, 3), G: real(4, 2) },
    (W, N, X, G) => N.matmul(X).matmul(W).mul(G).sum(),
    "XᵀNᵀG",
  ),
  entry(
    "tensor factorization",
    "Kolda and Bader 2009",
    { a: real(2), b: real(2), c: real(2) },
    (a, b, c) => a.mul(b).mul(c).sum().named("s").sub(1).square(),
    "−2(1 − s)b ⊙ c",
  ),
  entry(
    "a factorization machine",
    "Rendle 2010",
    { v: real(4), x: real(4) },
    (v, x) => v.matmul(x).square().sub(v.square().matmul(x.square())).div(2),
    "x ⊙ (vᵀx − v ⊙ x)",
  ),
  entry(
    "dictionary learning",
    "Mairal et al. 2010",
    { D: real(4, 3), A: real(3, 5), X: real(4, 5) },
    (D, A, X) => X.sub(D.matmul(A)).square().sum().div(2),
    { D: "(DA − X)Aᵀ", A: "Dᵀ(DA − X)" },
  ),
  entry(
    "a linear autoencoder",
    "Baldi and Hornik 1989",
    { B: real(2, 4), A: real(4, 2), X: real(4, 5) },
    (B, A, X) => X.sub(A.matmul(B).matmul(X)).named("E").square().sum().div(2),
    { B: "−AᵀEXᵀ", A: "−EXᵀBᵀ" },
  ),
  entry("whitened noise", "Hyvärinen and Oja 2000", { w: x, Z: real(5, 3) }, (w, Z) => Z.matmul(w).named("s").pow(4).mean(), "4Zᵀs³/n"),
  entry(
    "independent components",
    "Bell and Sejnowski 1995",
    { W: definite(3), x },
    (W, x) => slogdet(W)[1].sub(W.matmul(x).exp().add(W.matmul(x).neg().exp()).log().sum()),
    "W⁻ᵀ − tanh(Wx) · xᵀ",
  ),
  entry(
    "a probability of a link",
    "Hoff et al. 2002",
    { u: x, v: x, y: unit() },
    (u, v, y) => {
      const p = u.matmul(v).sigmoid().named("p");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .neg();
    },
    "(p − y)v",
  ),
];
