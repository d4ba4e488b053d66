import { logSigmoid } from "gradtape";
import { binary, type Entry, entry, positive, real, unit } from "./entry.js";

const h = real(3);
const U = real(3, 3);
const W = real(3, 2);
const x = real(2);
const b = real(3);
const g = real(3);

/** Recurrent cells. */
export const recurrent: readonly Entry[] = [
  entry(
    "a simple recurrent cell",
    "Goodfellow et al., Deep Learning",
    { U, h, W, x, b, g },
    (U, h, W, x, b, g) => g.matmul(U.matmul(h).add(W.matmul(x)).add(b).tanh().named("s")),
    { U: "(g ⊙ (1 − s²))hᵀ", h: "Uᵀ(g ⊙ (1 − s²))", W: "(g ⊙ (1 − s²))xᵀ", b: "g ⊙ (1 − s²)" },
  ),
  entry("a recurrent cell with ReLU", "Le et al. 2015", { U, h, g }, (U, h, g) => g.matmul(U.matmul(h).named("a").relu()), {
    U: "(g ⊙ [a > 0])hᵀ",
    h: "Uᵀ(g ⊙ [a > 0])",
  }),
  entry(
    "two steps of a recurrence",
    "Werbos 1990",
    { U, h, g },
    (U, h, g) => g.matmul(U.matmul(U.matmul(h).tanh().named("p")).tanh().named("q")),
    "((1 − p²) ⊙ Uᵀ(g ⊙ (1 − q²)))hᵀ + (g ⊙ (1 − q²))pᵀ",
  ),
  entry(
    "an update gate",
    "Cho et al. 2014",
    { a: real(3), h, c: real(3), g },
    (a, h, c, g) => {
      const z = a.sigmoid().named("z");
      return g.matmul(z.mul(h).add(z.rsub(1).mul(c)));
    },
    { a: "g ⊙ z ⊙ (h − c) ⊙ (1 − z)", h: "g ⊙ z", c: "g ⊙ (1 − z)" },
  ),
  entry(
    "a reset gate",
    "Cho et al. 2014",
    { a: real(3), h, U, g },
    (a, h, U, g) => {
      const r = a.sigmoid().named("r");
      return g.matmul(U.matmul(r.mul(h)).tanh().named("c"));
    },
    { a: "h ⊙ r ⊙ (1 − r) ⊙ Uᵀ(g ⊙ (1 − c²))", h: "r ⊙ Uᵀ(g ⊙ (1 − c²))" },
  ),
  entry(
    "an LSTM's cell",
    "Hochreiter and Schmidhuber 1997",
    { f: unit(3), c: real(3), i: unit(3), u: real(3), g },
    (f, c, i, u, g) => g.matmul(f.mul(c).add(i.mul(u))),
    { f: "c ⊙ g", c: "f ⊙ g", i: "u ⊙ g", u: "i ⊙ g" },
  ),
  entry(
    "an LSTM's forget gate",
    "Gers et al. 2000",
    { a: real(3), c: real(3), n: real(3), g },
    (a, c, n, g) => {
      const f = a.sigmoid().named("f");
      return g.matmul(f.mul(c).add(n));
    },
    "c ⊙ g ⊙ f ⊙ (1 − f)",
  ),
  entry(
    "an LSTM's output",
    "Hochreiter and Schmidhuber 1997",
    { o: unit(3), c: real(3), g },
    (o, c, g) => g.matmul(o.mul(c.tanh().named("t"))),
    { o: "g ⊙ t", c: "o ⊙ g ⊙ (1 − t²)" },
  ),
  entry(
    "a highway",
    "Srivastava et al. 2015",
    { t: unit(3), x: real(3), y: real(3), g },
    (t, x, y, g) => g.matmul(t.mul(y).add(t.rsub(1).mul(x))),
    { t: "g ⊙ (y − x)", x: "g ⊙ (1 − t)" },
  ),
  entry(
    "a residual block",
    "He et al. 2016",
    { x: real(3), W: real(3, 3), g },
    (x, W, g) => g.matmul(x.add(W.matmul(x).named("a").relu())),
    "Wᵀ(g ⊙ [a > 0]) + g",
  ),
  entry(
    "a linear state space model",
    "Gu et al. 2022",
    { A: real(3, 3), h, B: W, x, g },
    (A, h, B, x, g) => g.matmul(A.matmul(h).add(B.matmul(x))),
    { A: "ghᵀ", h: "Aᵀg", B: "gxᵀ", x: "Bᵀg" },
  ),
  entry(
    "exponential smoothing",
    "Holt 1957",
    { α: unit(), x: real(), s: real(), y: real() },
    (α, x, s, y) => α.mul(x).add(α.rsub(1).mul(s)).named("m").sub(y).square(),
    "2(s − x)(y − m)",
  ),
  entry(
    "a temporal difference, semi-gradient",
    "Sutton and Barto, Reinforcement Learning",
    { w: h, x: real(3), R: real() },
    (w, x, R) => R.sub(w.matmul(x)).named("δ").square().div(2),
    "−δx",
  ),
  entry(
    "the policy's logarithm",
    "Sutton and Barto, Reinforcement Learning",
    { θ: h, x: real(3), y: binary() },
    (θ, x, y) => {
      const p = θ.matmul(x).sigmoid().named("p");
      return y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log()));
    },
    "(y − p)x",
  ),
];

/** Survival and times to events. */
export const survival: readonly Entry[] = [
  entry(
    "exponential times with censoring",
    "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data",
    { λ: positive(), t: positive(5), d: binary(5) },
    (λ, t, d) => d.sum().mul(λ.log()).sub(λ.mul(t.sum())),
    "Σ(d)/λ − Σ(t)",
  ),
  entry(
    "exponential regression with censoring",
    "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data",
    { β: real(3), X: real(5, 3), t: positive(5), d: binary(5) },
    (β, X, t, d) => {
      const η = X.matmul(β).named("η");
      return d.mul(η).sub(t.mul(η.exp())).sum();
    },
    "Xᵀ(d − t ⊙ e^η)",
  ),
  entry(
    "Weibull times with censoring, by the rate",
    "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data",
    { λ: positive(), t: positive(5), d: binary(5), k: positive() },
    (λ, t, d, k) =>
      d
        .sum()
        .mul(λ.log())
        .sub(λ.mul(t.pow(k).sum())),
    "Σ(d)/λ − Σ(t^k)",
  ),
  entry(
    "Cox's partial likelihood of one event",
    "Cox 1972",
    { β: real(3), X: real(5, 3), a: real(3) },
    (β, X, a) => a.matmul(β).sub(X.matmul(β).logSumExp()),
    "a − Xᵀ · softmax(Xβ)",
  ),
  entry(
    "Cox's partial likelihood",
    "Cox 1972",
    { β: real(3), X: real(4, 3), R: binary(4, 4), d: binary(4) },
    (β, X, R, d) => {
      const η = X.matmul(β).named("η");
      const S = R.add(0.01).matmul(η.exp().named("u")).named("S");
      return d.mul(η.sub(S.log())).sum();
    },
    "Xᵀ(d − u ⊙ (R + 0.01)ᵀ(d/S))",
  ),
  entry("accelerated failure, log-logistic", "Bennett 1983", { z: real() }, (z) => z.sub(z.softplus().mul(2)), "1 − 2 · σ(z)"),
  entry(
    "Gompertz' law",
    "Gompertz 1825",
    { a: positive(), c: positive(), t: positive() },
    (a, c, t) => a.mul(c.mul(t).exp().sub(1)).div(c).neg(),
    { a: "(1 − e^(ct))/c" },
  ),
  entry(
    "discrete hazards",
    "Singer and Willett 1993",
    { a: real(4), y: binary(4) },
    (a, y) => {
      const h = a.sigmoid().named("h");
      return y
        .mul(h.log())
        .add(y.rsub(1).mul(h.rsub(1).log()))
        .sum();
    },
    "y − h",
  ),
  entry("a concordance", "Raykar et al. 2008", { s: real(), t: real() }, (s, t) => logSigmoid(s.sub(t)).neg(), "σ(s − t) − 1"),
  entry(
    "the log-normal survival of a kind",
    "Klein and Moeschberger, Survival Analysis",
    { μ: real(), t: positive(), s: positive() },
    (μ, t, s) => t.log().sub(μ).div(s).named("z").square().div(2),
    "−z/s",
  ),
];

const r = real(3);

/** Physics, chemistry and least action. */
export const physics: readonly Entry[] = [
  entry("a harmonic oscillator", "Goldstein, Classical Mechanics", { q: real(), k: positive() }, (q, k) => k.mul(q.square()).div(2), "qk"),
  entry(
    "coupled springs",
    "Goldstein, Classical Mechanics",
    { q: real(3), K: real(3, 3) },
    (q, K) => q.matmul(K.matmul(q)).div(2),
    "(K + Kᵀ)q/2",
  ),
  entry(
    "a chain of springs",
    "Goldstein, Classical Mechanics",
    { a: real(), b: real(), k: positive() },
    (a, b, k) => k.mul(a.sub(b).square()).div(2),
    "k(a − b)",
  ),
  entry(
    "a pendulum",
    "Goldstein, Classical Mechanics",
    { θ: real(), m: positive(), l: positive() },
    (θ, m, l) => m.mul(l).mul(θ.cos().rsub(1)),
    "ml · sin(θ)",
  ),
  entry(
    "the energy of a pendulum",
    "Arnold, Mathematical Methods of Classical Mechanics",
    { p: real(), θ: real() },
    (p, θ) => p.square().div(2).sub(θ.cos()),
    { p: "p", θ: "sin(θ)" },
  ),
  entry(
    "Lennard-Jones",
    "Frenkel and Smit, Understanding Molecular Simulation",
    { r: positive(), ε: positive(), σ: positive() },
    (r, ε, s) => {
      const u = s.div(r);
      return ε.mul(4).mul(u.pow(12).sub(u.pow(6)));
    },
    "24εσ⁶(1 − 2σ⁶/r⁶)/r⁷",
  ),
  entry(
    "Coulomb's potential",
    "Jackson, Classical Electrodynamics",
    { r, a: r, q: real() },
    (r, a, q) => q.div(r.sub(a).square().sum().sqrt()),
    "q(a − r)/‖r − a‖³",
  ),
  entry(
    "gravity",
    "Goldstein, Classical Mechanics",
    { r, G: positive(), m: positive() },
    (r, G, m) => G.mul(m).div(r.square().sum().sqrt().named("R")).neg(),
    "Gmr/R³",
  ),
  entry(
    "Yukawa's potential",
    "Jackson, Classical Electrodynamics",
    { r: positive(), m: positive() },
    (r, m) => m.mul(r).neg().exp().div(r).named("V"),
    "−V(1/r + m)",
  ),
  entry(
    "Morse's potential",
    "Morse 1929",
    { r: real(), D: positive(), a: positive() },
    (r, D, a) => D.mul(a.mul(r).neg().exp().rsub(1).square()),
    "2Da(1 − e^(−ra)) · e^(−ra)",
  ),
  entry("a double well", "Landau and Lifshitz, Quantum Mechanics", { x: real() }, (x) => x.square().sub(1).square().div(4), "−x(1 − x²)"),
  entry(
    "a free particle's action",
    "Feynman and Hibbs, Quantum Mechanics and Path Integrals",
    { a: real(), b: real(), t: positive(), m: positive() },
    (a, b, t, m) => m.mul(b.sub(a).square()).div(t.mul(2)),
    { a: "m(a − b)/t", b: "m(b − a)/t", t: "−m(a − b)²/(2t²)" },
  ),
  entry(
    "a path's action",
    "Feynman and Hibbs, Quantum Mechanics and Path Integrals",
    { x: real(), u: real(), v: real() },
    (x, u, v) => x.sub(u).square().add(v.sub(x).square()).div(2).sub(x.square().div(2)),
    "x − u − v",
  ),
  entry(
    "Planck's oscillator",
    "Landau and Lifshitz, Statistical Physics",
    { β: positive(), ω: positive() },
    (β, ω) => β.mul(ω).neg().exp().rsub(1).log(),
    "ω/(e^(βω) − 1)",
  ),
  entry(
    "free energy",
    "Landau and Lifshitz, Statistical Physics",
    { E: real(4), β: positive() },
    (E, β) => β.neg().mul(E).named("u").logSumExp().div(β).neg(),
    { E: "softmax(u)" },
  ),
  entry(
    "mean energy",
    "Landau and Lifshitz, Statistical Physics",
    { β: positive(), E: real(4) },
    (β, E) => β.neg().mul(E).logSumExp(),
    "−Eᵀ · softmax(−βE)",
  ),
  entry(
    "mean-field magnetization",
    "Landau and Lifshitz, Statistical Physics",
    { m: unit(), J: positive(), β: positive() },
    (m, J, β) =>
      J.mul(m.square())
        .div(2)
        .sub(β.mul(J).mul(m).exp().add(β.mul(J).mul(m).neg().exp()).log().div(β)),
    "J(m − tanh(mJβ))",
  ),
  entry(
    "refraction",
    "Born and Wolf, Principles of Optics",
    { x: real(), a: positive(), b: positive(), d: positive() },
    (x, a, b, d) => x.square().add(a.square()).sqrt().add(d.sub(x).square().add(b.square()).sqrt()),
    "x/√(x² + a²) + (x − d)/√(b² + (x − d)²)",
  ),
  entry(
    "a soft sphere of two particles",
    "Frenkel and Smit, Understanding Molecular Simulation",
    { r, s: r },
    (r, s) => r.sub(s).square().sum().named("D").pow(-6),
    "12(s − r)/D⁷",
  ),
  entry(
    "an angle of three atoms",
    "Allen and Tildesley, Computer Simulation of Liquids",
    { u: r, v: r },
    (u, v) =>
      u
        .matmul(v)
        .div(u.square().sum().sqrt().named("a").mul(v.square().sum().sqrt().named("b")))
        .named("c"),
    "v/(ab) − cu/a²",
  ),
  entry(
    "Michaelis and Menten",
    "Cornish-Bowden, Fundamentals of Enzyme Kinetics",
    { S: positive(), V: positive(), K: positive() },
    (S, V, K) => V.mul(S).div(K.add(S)),
    { S: "VK/(S + K)²", V: "S/(S + K)", K: "−SV/(S + K)²" },
  ),
  entry(
    "Hill's equation",
    "Cornish-Bowden, Fundamentals of Enzyme Kinetics",
    { x: positive(), K: positive() },
    (x, K) => x.square().div(x.square().add(K)),
    "2xK/(x² + K)²",
  ),
  entry(
    "Arrhenius' law",
    "Atkins, Physical Chemistry",
    { T: positive(), A: positive(), E: positive() },
    (T, A, E) => A.mul(E.div(T).neg().exp()).named("k"),
    { T: "Ek/T²", A: "e^(−E/T)", E: "−k/T" },
  ),
  entry(
    "logistic growth",
    "Murray, Mathematical Biology",
    { N: positive(), r: positive(), K: positive() },
    (N, r, K) => r.mul(N).mul(N.div(K).rsub(1)),
    "r(1 − 2N/K)",
  ),
  entry(
    "Black and Scholes' intrinsic value",
    "Hull, Options, Futures, and Other Derivatives",
    { S: positive(), K: positive() },
    (S, K) => S.sub(K).relu(),
    "[S > K]",
  ),
  entry(
    "a mean-variance portfolio",
    "Markowitz 1952",
    { w: r, μ: r, S: real(3, 3), γ: positive() },
    (w, μ, S, γ) => μ.matmul(w).sub(γ.div(2).mul(w.matmul(S.matmul(w)))),
    "μ − γ(S + Sᵀ)w/2",
  ),
  entry(
    "Cobb and Douglas",
    "Varian, Microeconomic Analysis",
    { K: positive(), L: positive(), α: unit() },
    (K, L, α) =>
      K.pow(α)
        .mul(L.pow(α.rsub(1)))
        .named("Y"),
    { K: "αY/K", L: "Y(1 − α)/L" },
  ),
  entry(
    "constant elasticity of substitution",
    "Arrow et al. 1961",
    { x: positive(), y: positive(), ρ: unit() },
    (x, y, ρ) => x.pow(ρ).add(y.pow(ρ)).named("s").pow(ρ.reciprocal()),
    "x^(ρ − 1) · s^(1/ρ − 1)",
  ),
];
