import { binaryCrossEntropyWithLogits, norm, poissonNll, softmax, type Tensor, take } from "gradtape";
import { binary, counts, definite, type Entry, oneHot, places, positive, real, second, simplex } from "./entry.js";

const X = real(5, 3);
const w = real(3);
const y = real(5);
const x = real(4);

/** Second derivatives. */
export const hessians: readonly Entry[] = [
  second(
    "logistic regression",
    "Bishop, PRML, (4.97)",
    { w, X, y: binary(5) },
    (w, X, y) => {
      const p = X.matmul(w).named("z").sigmoid().named("ŷ");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .sum()
        .neg();
    },
    "Xᵀdiag(ŷ ⊙ (1 − ŷ))X",
  ),
  second(
    "logistic regression of logits",
    "Hastie et al., The Elements of Statistical Learning",
    { w, X, y: binary(5) },
    (w, X, y) => binaryCrossEntropyWithLogits(X.matmul(w).named("z"), y),
    "Xᵀdiag(σ(z) ⊙ (1 − σ(z)))X/n",
  ),
  second(
    "logistic regression with a penalty",
    "Bishop, PRML, (4.143)",
    { w, X, y: binary(5), λ: positive() },
    (w, X, y, λ) => {
      const p = X.matmul(w).named("z").sigmoid().named("p");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .sum()
        .neg()
        .add(λ.div(2).mul(w.square().sum()));
    },
    "Xᵀdiag(p ⊙ (1 − p))X + λI",
  ),
  second(
    "logistic regression with an intercept, mixed",
    "Hastie et al., The Elements of Statistical Learning",
    { w, b: real(), X, y: binary(5) },
    (w, b, X, y) => binaryCrossEntropyWithLogits(X.matmul(w).add(b).named("z"), y, { reduction: "sum" }),
    { w: "Xᵀdiag(σ(z) ⊙ (1 − σ(z)))X", "w, b": "Xᵀ(σ(z) ⊙ (1 − σ(z)))", b: "σ(z)ᵀ(1 − σ(z))" },
  ),
  second(
    "least squares",
    "Boyd and Vandenberghe, Convex Optimization, 9.1.1",
    { w, X, y },
    (w, X, y) => X.matmul(w).sub(y).square().sum().div(2),
    "XᵀX",
  ),
  second(
    "mean squared error",
    "Boyd and Vandenberghe, Convex Optimization, 9.1.1",
    { w, X, y },
    (w, X, y) => X.matmul(w).named("ŷ").sub(y).square().mean(),
    "2XᵀX/n",
  ),
  second(
    "weighted least squares",
    "Björck, Numerical Methods for Least Squares Problems",
    { w, X, y, r: positive(5) },
    (w, X, y, r) => r.mul(X.matmul(w).sub(y).square()).sum().div(2),
    "Xᵀdiag(r)X",
  ),
  second(
    "ridge regression",
    "Hastie et al., The Elements of Statistical Learning",
    { w, X, y, λ: positive() },
    (w, X, y, λ) => X.matmul(w).sub(y).square().sum().add(λ.mul(w.square().sum())),
    "2XᵀX + 2λI",
  ),
  second(
    "Poisson regression",
    "McCullagh and Nelder, Generalized Linear Models",
    { w, X, k: counts(5) },
    (w, X, k) => poissonNll(X.matmul(w).named("η"), k),
    "Xᵀdiag(e^η)X/n",
  ),
  second(
    "Poisson regression by its mean",
    "McCullagh and Nelder, Generalized Linear Models",
    { w, X, k: counts(5) },
    (w, X, k) => {
      const μ = X.matmul(w).exp().named("μ");
      return μ.sub(k.mul(μ.log())).sum();
    },
    "Xᵀdiag(μ)X",
  ),
  second(
    "gamma regression",
    "McCullagh and Nelder, Generalized Linear Models",
    { w, X, y: positive(5) },
    (w, X, y) => {
      const μ = X.matmul(w).exp().named("μ");
      return y.div(μ).add(μ.log()).sum();
    },
    "Xᵀdiag(y/μ)X",
  ),
  second(
    "softmax cross entropy",
    "Bishop, PRML, (4.110)",
    { z: x, y: simplex(4) },
    (z, y) => y.mul(softmax(z).named("p").log()).sum().neg(),
    "diag(p) − ppᵀ",
  ),
  second(
    "softmax of logits and a class",
    "Murphy, Probabilistic Machine Learning",
    { z: x, y: oneHot(4) },
    (z, y) => z.logSumExp().sub(y.matmul(z)),
    "diag(p) − ppᵀ",
  ),
  second("log-sum-exp", "Boyd and Vandenberghe, Convex Optimization, 3.1.5", { x }, (x) => x.logSumExp(), "diag(p) − ppᵀ"),
  second(
    "log-sum-exp of an affine map",
    "Boyd and Vandenberghe, Convex Optimization, A.4.4",
    { x: w, A: X, b: y },
    (x, A, b) => A.matmul(x).add(b).named("z").logSumExp(),
    "Aᵀ(diag(p) − ppᵀ)A",
  ),
  second("a quadratic form", "Petersen and Pedersen, The Matrix Cookbook", { x, A: real(4, 4) }, (x, A) => x.matmul(A.matmul(x)), "A + Aᵀ"),
  second(
    "half a quadratic form with a linear one",
    "Boyd and Vandenberghe, Convex Optimization, 9.1.1",
    { x, P: real(4, 4), q: x },
    (x, P, q) => x.matmul(P.matmul(x)).div(2).add(q.matmul(x)),
    "(P + Pᵀ)/2",
  ),
  second(
    "a bilinear form, mixed",
    "Petersen and Pedersen, The Matrix Cookbook",
    { x, A: real(4, 3), v: w },
    (x, A, v) => x.matmul(A.matmul(v)),
    { "x, v": "A" },
  ),
  second("the squared norm", "Petersen and Pedersen, The Matrix Cookbook", { x }, (x) => x.square().sum(), "2I"),
  second("the norm", "Boyd and Vandenberghe, Convex Optimization, A.4.4", { x }, (x) => norm(x).named("r"), "I/r − xxᵀ/r³"),
  second(
    "the norm of a difference",
    "Boyd and Vandenberghe, Convex Optimization, A.4.4",
    { x, a: x },
    (x, a) => x.sub(a).named("d").square().sum().sqrt().named("r"),
    "I/r − ddᵀ/r³",
  ),
  second(
    "the Gaussian kernel",
    "Rasmussen and Williams, Gaussian Processes",
    { x, c: x },
    (x, c) => x.sub(c).named("d").square().sum().div(-2).exp().named("k"),
    "k(ddᵀ − I)",
  ),
  second("a sum of exponentials", "Boyd and Vandenberghe, Convex Optimization, 9.2", { x }, (x) => x.exp().sum(), "diag(e^x)"),
  second(
    "negative entropy",
    "Boyd and Vandenberghe, Convex Optimization, 3.1.5",
    { p: positive(4) },
    (p) => p.mul(p.log()).sum(),
    "diag(1/p)",
  ),
  second(
    "the logarithmic barrier",
    "Boyd and Vandenberghe, Convex Optimization, 11.2",
    { x: w, A: X, b: positive(5) },
    (x, A, b) => A.matmul(x).exp().add(b).named("s").log().sum().neg(),
    "Aᵀdiag(e^(2Ax)/s² − e^(Ax)/s)A",
  ),
  second(
    "the analytic center",
    "Boyd and Vandenberghe, Convex Optimization, 9.1.1",
    { x: positive(4) },
    (x) => x.log().sum().neg(),
    "diag(1/x²)",
  ),
  second(
    "the quadratic over the linear",
    "Boyd and Vandenberghe, Convex Optimization, 3.1.5",
    { x: real(), y: positive() },
    (x, y) => x.square().div(y),
    { x: "2/y", "x, y": "−2x/y²", y: "2x²/y³" },
  ),
  second(
    "Rosenbrock's function",
    "Nocedal and Wright, Numerical Optimization",
    { x: real(), y: real() },
    (x, y) => x.rsub(1).square().add(y.sub(x.square()).square().mul(100)),
    { x: "1200x² + 2 − 400y", "x, y": "−400x", y: "200" },
  ),
  second(
    "matrix factorization, mixed",
    "Koren et al. 2009",
    { u: w, v: w, r: real() },
    (u, v, r) => u.matmul(v).sub(r).named("e").square().div(2),
    "vvᵀ",
  ),
  second(
    "the normal likelihood",
    "Casella and Berger, Statistical Inference",
    { μ: real(), v: positive(), x: real() },
    (μ, v, x) => v.log().add(x.sub(μ).square().div(v)).div(2),
    { μ: "1/v", "μ, v": "(x − μ)/v²", v: "(2(μ − x)² − v)/(2v³)" },
  ),
  second(
    "the gamma likelihood",
    "Minka 2002, Estimating a Gamma distribution",
    { β: positive(), x: positive(), α: positive() },
    (β, x, α) => β.mul(x).sub(α.mul(β.log())),
    "α/β²",
  ),
  second(
    "the Bernoulli likelihood",
    "Bishop, PRML, 4.3.3",
    { η: real(), y: real() },
    (η, y) => η.softplus().sub(y.mul(η)),
    "σ(η) · (1 − σ(η))",
  ),
  second(
    "the binomial likelihood",
    "Casella and Berger, Statistical Inference",
    { p: simplex(2), k: counts(2) },
    (p, k) => k.mul(p.log()).sum().neg(),
    "diag(k/p²)",
  ),
  second(
    "multivariate normal",
    "Petersen and Pedersen, The Matrix Cookbook",
    { x, Λ: definite(4), μ: x },
    (x, Λ, μ) => {
      const d = x.sub(μ).named("d");
      return d.matmul(Λ.matmul(d)).div(2);
    },
    "(Λ + Λᵀ)/2",
  ),
  second(
    "an embedding",
    "Mikolov et al. 2013",
    { E: real(4, 2), i: places(4, 3) },
    (E, i) => take(E, i).square().sum().div(2),
    "(Σ_q [j = i_q] · [l = i_q]) · [k = p]",
  ),
  second(
    "a network's last layer",
    "Goodfellow et al., Deep Learning",
    { v: w, H: X, y },
    (v, H, y) => H.matmul(v).sub(y).square().sum().div(2),
    "HᵀH",
  ),
  second("tanh of a number", "Goodfellow et al., Deep Learning", { z: real() }, (z) => (z as Tensor).tanh().named("t"), "−2t(1 − t²)"),
];
