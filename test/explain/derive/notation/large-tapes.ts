import { type Tensor, tensor } from "gradtape";
import { numbers } from "../../../support/random.js";

/** A function of two arguments whose tape has about so many nodes. */
export interface LargeTape {
  readonly name: string;
  readonly make: (nodes: number) => { readonly f: (x: Tensor, y: Tensor) => Tensor; readonly x: Tensor; readonly y: Tensor };
}

const scalars = { x: tensor(0.3), y: tensor(0.2) };
const matrices = {
  x: tensor([
    [0.1, 0.2],
    [0.3, 0.4],
  ]),
  y: tensor([
    [1, 2],
    [0.5, -1],
    [0.3, 0.2],
  ]),
};

/** `step` as often as makes so many nodes, from the first argument on. */
const repeated = (nodes: number, each: number, start: Tensor, step: (v: Tensor, k: number) => Tensor): Tensor => {
  let v = start;
  for (let k = 0; k < nodes / each; k++) v = step(v, k);
  return v;
};

const recurrent =
  (nodes: number, name: (h: Tensor, k: number) => Tensor) =>
  (W: Tensor, X: Tensor): Tensor =>
    repeated(nodes, 5, X.slice([0]).mul(0), (h, k) =>
      name(
        W.matmul(h)
          .add(X.slice([k % 3]))
          .tanh(),
        k,
      ),
    )
      .square()
      .sum();

function random(nodes: number): (x: Tensor, y: Tensor) => Tensor {
  const next = numbers(nodes);
  const picks = Array.from({ length: nodes }, () => [next(0, 1), next(0, 1), next(0, 1)]);
  return (x, y) => {
    const known = [x, y];
    for (const [a, b, kind] of picks) {
      const p = known[Math.max(0, known.length - 1 - Math.floor(4 * a))];
      const q = known[Math.floor(b * known.length)];
      known.push(kind < 0.3 ? p.sin() : kind < 0.6 ? p.mul(q) : kind < 0.8 ? p.add(q) : p.tanh());
    }
    return known[known.length - 1];
  };
}

/** What the algebra could get lost in: long chains, polynomials, sums of products, fractions within fractions, unrolled networks. */
export const LARGE_TAPES: readonly LargeTape[] = [
  {
    name: "a chain",
    make: (nodes) => ({
      ...scalars,
      f: (x) => repeated(nodes, 1, x, (v, k) => (k % 3 === 0 ? v.sin() : k % 3 === 1 ? v.mul(0.9) : v.add(x))),
    }),
  },
  {
    name: "a chain of named values",
    make: (nodes) => ({ ...scalars, f: (x) => repeated(nodes, 3, x, (v, k) => v.sin().mul(0.9).add(x).named(`h${k}`)) }),
  },
  {
    name: "50 named values",
    make: (nodes) => ({
      ...scalars,
      f: (x, y) =>
        repeated(50, 1, x, (v, k) =>
          repeated(nodes / 50, 1, v, (own, j) => (j % 3 === 0 ? own.tanh() : j % 3 === 1 ? own.mul(y) : own.add(x))).named(`h${k}`),
        ),
    }),
  },
  { name: "a polynomial", make: (nodes) => ({ ...scalars, f: (x, y) => repeated(nodes, 2, x.mul(0.1), (v) => v.mul(x).add(y)) }) },
  {
    name: "a product of sums",
    make: (nodes) => ({
      ...scalars,
      f: (x, y) =>
        repeated(nodes, 4, x.add(1), (v, k) =>
          v.mul(
            x
              .mul(0.01 * k)
              .add(y)
              .add(0.8),
          ),
        ),
    }),
  },
  {
    name: "a sum of fractions",
    make: (nodes) => ({
      ...scalars,
      f: (x, y) =>
        repeated(nodes, 5, x, (v, k) =>
          v.add(
            x
              .mul(y)
              .add(k + 1)
              .square()
              .reciprocal(),
          ),
        ),
    }),
  },
  {
    name: "a continued fraction",
    make: (nodes) => ({ ...scalars, f: (x, y) => repeated(nodes, 3, x, (v, k) => x.add(k + 1).div(v.add(y))) }),
  },
  {
    name: "a hypergeometric series",
    make: (nodes) => ({
      ...scalars,
      f: (x, y) => {
        let term = x;
        return repeated(nodes, 7, x, (sum, k) => {
          term = term
            .mul(y.add(k))
            .mul(x)
            .div(x.add(k + 2));
          return sum.add(term);
        });
      },
    }),
  },
  { name: "a recurrent network", make: (nodes) => ({ ...matrices, f: recurrent(nodes, (h) => h) }) },
  { name: "a recurrent network of named states", make: (nodes) => ({ ...matrices, f: recurrent(nodes, (h, k) => h.named(`h${k}`)) }) },
  {
    name: "a deep network",
    make: (nodes) => ({
      ...matrices,
      f: (W, X) =>
        repeated(nodes, 3, X, (h) => h.matmul(W).tanh().add(1))
          .square()
          .mean(),
    }),
  },
  {
    name: "a tower of softmaxes",
    make: (nodes) => ({
      ...matrices,
      f: (W, X) =>
        repeated(nodes, 2, X, (h) => h.matmul(W).softmax())
          .square()
          .mean(),
    }),
  },
  {
    name: "layers of attention",
    make: (nodes) => ({
      ...matrices,
      f: (W, X) =>
        repeated(nodes, 8, X, (h) => {
          const q = h.matmul(W);
          return h.add(q.matmul(h.transpose()).mul(0.7).softmax().matmul(h)).mul(0.5);
        })
          .square()
          .mean(),
    }),
  },
  {
    name: "layers that are normalized",
    make: (nodes) => ({
      ...matrices,
      f: (W, X) =>
        repeated(nodes, 9, X, (h) => {
          const c = h.sub(h.mean(1, true));
          return c.div(c.square().mean(1, true).add(0.1).sqrt()).matmul(W).add(h);
        })
          .square()
          .sum(),
    }),
  },
  {
    name: "gated cells",
    make: (nodes) => ({
      ...matrices,
      f: (W, X) =>
        repeated(nodes, 10, X, (h, k) => {
          const z = h.matmul(W).sigmoid();
          return z.mul(h).add(z.rsub(1).mul(X.add(k).matmul(W).add(h).tanh()));
        }).mean(),
    }),
  },
  {
    name: "a mixture of many",
    make: (nodes) => ({
      ...matrices,
      f: (W, X) =>
        repeated(nodes, 7, X.sum().mul(0.01), (sum, k) =>
          sum.add(
            X.matmul(W)
              .sub(0.1 * k)
              .square()
              .neg()
              .exp()
              .mean(),
          ),
        ).log(),
    }),
  },
  {
    name: "choices",
    make: (nodes) => ({
      ...matrices,
      f: (W, X) =>
        repeated(nodes, 5, X, (h, k) => {
          const v = h.matmul(W).sub(0.05 * (k % 4));
          return k % 2 === 0 ? v.relu().add(h) : v.abs().maximum(h.mul(0.9));
        }).sum(),
    }),
  },
  {
    name: "powers of a matrix",
    make: (nodes) => ({
      ...matrices,
      f: (W) =>
        repeated(nodes, 4, W, (A, k) => (k % 2 === 0 ? A.matmul(W).add(W.transpose()).mul(0.5) : A.transpose().matmul(A).sub(0.2).mul(0.7)))
          .square()
          .sum(),
    }),
  },
  {
    name: "a lattice of named values",
    make: (nodes) => ({
      ...scalars,
      f: (x, y) => {
        let row = [x, y, x.add(y)];
        for (let k = 0; k < nodes / 9; k++)
          row = row.map((v, i) =>
            v
              .mul(row[(i + 1) % 3])
              .add(row[(i + 2) % 3])
              .sin()
              .named(`r${k}_${i}`),
          );
        return row[0].mul(row[1]).add(row[2]);
      },
    }),
  },
  { name: "a random tape", make: (nodes) => ({ ...scalars, f: random(nodes) }) },
];
