import { crossEntropy, type Tensor, tensor } from "gradtape";

/** Functions whose gradients students derive, at some inputs. */
export interface Model {
  // biome-ignore lint/suspicious/noExplicitAny: arguments differ
  readonly f: (...args: any[]) => Tensor;
  readonly inputs: readonly Tensor[];
}

const X = tensor([
  [1, 2],
  [1, -1],
  [1, 0.5],
  [1, 1.3],
]).named("X");
const w = tensor([0.5, -1]).named("w");
const y = tensor([1, 0, 1, 0]).named("y");
const A = tensor([
  [2, 0.3, 0.1],
  [-0.4, 1.5, -0.2],
  [0.6, -0.7, 1.8],
]).named("A");
const x = tensor([0.5, 1.2, -0.4]).named("x");
const b = tensor([0.3, -0.7, 1.1]).named("b");
const W = tensor([
  [0.1, 0.4, -0.2],
  [0.7, -0.3, 0.5],
]).named("W");

export const models = {
  logistic: {
    f: (w, X, y) => {
      const p = X.matmul(w).named("z").sigmoid().named("ŷ");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .mean()
        .neg()
        .named("L");
    },
    inputs: [w, X, y],
  },
  squares: { f: (w, X, y) => X.matmul(w).named("ŷ").sub(y).square().mean().named("L"), inputs: [w, X, y] },
  half: { f: (w, X, y) => X.matmul(w).sub(y).named("r").square().sum().div(2).named("L"), inputs: [w, X, y] },
  ridge: {
    f: (w, X, y, λ) => X.matmul(w).sub(y).square().sum().add(λ.mul(w.square().sum())).named("J"),
    inputs: [w, X, y, tensor(0.3).named("λ")],
  },
  poisson: {
    f: (w, X, k) => {
      const η = X.matmul(w).named("η");
      return η.exp().named("μ").sub(k.mul(η)).mean().named("L");
    },
    inputs: [w, X, tensor([2, 0, 1, 3]).named("k")],
  },
  quadratic: { f: (x, A, b) => x.matmul(A.matmul(x)).sub(b.matmul(x)).named("q"), inputs: [x, A, b] },
  norm: { f: (x) => x.square().sum().sqrt().named("r"), inputs: [x] },
  softmax: {
    f: (W, X, Y) => Y.mul(X.matmul(W).named("Z").softmax().named("P").log()).sum(-1).mean().neg().named("L"),
    inputs: [
      W,
      X,
      tensor([
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
        [0, 1, 0],
      ]).named("Y"),
    ],
  },
  logits: { f: (W, X) => crossEntropy(X.matmul(W).named("Z"), [0, 2, 1, 1]).named("L"), inputs: [W, X] },
  unit: {
    f: (w, x, y) => w.matmul(x).named("z").tanh().named("h").sub(y).square().named("L"),
    inputs: [tensor([0.2, -0.3, 0.6]).named("w"), x, tensor(0.4).named("y")],
  },
  layer: {
    f: (W1, x, v) => v.matmul(W1.matmul(x).named("z").tanh().named("h")).named("o"),
    inputs: [A.named("W1"), x, b.named("v")],
  },
  trace: {
    f: (A, B) =>
      A.matmul(B)
        .mul(
          tensor([
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ]),
        )
        .sum()
        .named("t"),
    inputs: [
      A,
      tensor([
        [0.2, 1, -0.5],
        [0.3, -0.8, 0.7],
        [1.2, 0.4, 0.9],
      ]).named("B"),
    ],
  },
  product: { f: (u, v) => u.mul(v).add(u.div(v)).named("f"), inputs: [tensor(0.7).named("u"), tensor(1.9).named("v")] },
} as const satisfies Record<string, Model>;
