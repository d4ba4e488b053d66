import { checkpoint, grad, jvp, scan, stack, type Tensor, where } from "gradtape";
import type * as ops from "../../../src/ops/control.js";
import { type Records, use } from "../record.js";

/** x ↦ r·x·(1 − x), so many times. */
const logistic =
  (steps: number) =>
  (r: Tensor): Tensor =>
    scan((x) => [r.mul(x).mul(x.rsub(1)), undefined], 0.375, steps)[0];

const cell = (h: Tensor, x: Tensor, w: Tensor, u: Tensor): Tensor => h.matmul(w).add(x.matmul(u)).tanh();
/** A recurrent network: all its states and the last one. */
const network = (w: Tensor, u: Tensor, h: Tensor, xs: Tensor): Tensor => {
  const [last, all] = scan((state, x) => [cell(state, x, w, u), cell(state, x, w, u).square()], h, xs);
  return all.mean(0).add(last);
};

const block = checkpoint((x: Tensor, w: Tensor) => x.mul(w).tanh().mul(w).sin());

/** Loops and checkpoints. */
export const control: Records<{ scan: unknown; checkpoint: unknown }, typeof ops> = {
  scan: {
    uses: [
      use("by a count of steps", logistic(5), [[], 1.5, 2.5]),
      use("of a recurrent network", network, [[2, 2], -1, 1], [[3, 2]], [[2, 2]], [[4, 2, 3]]),
      use(
        "that swaps the parts of its carry",
        (a, b) => {
          const [[x, y], ys] = scan(([p, q], step) => [[q, p.mul(1.1).add(step)], { pq: p.mul(q), q }], [a, b], 3);
          return x.mul(y).add(ys.pq.sum(0)).add(ys.q.sin().mean(0));
        },
        [[2]],
        [[2]],
      ),
      use("that only sums", (x, w) => scan((sum, row) => [sum.add(row.mul(w)), sum], w, x)[0], [[3, 2]], [[2]]),
      use("within a scan", (a) => scan((c, i) => [scan((d, j) => [d.mul(a.cos()).add(j), i.mul(d)], c, 2)[1].sum(), c], a.mul(0.5), 3)[1], [[]]), // biome-ignore format: one line
      use("with a gradient in its step", (a) => scan((c) => [grad((z: Tensor) => z.mul(a).sin().mul(z).sum())(c), c], a, 3)[1], [[2], -1, 1]), // biome-ignore format: one line
      use("with forward mode in its step", (a) => scan((c) => [jvp((z: Tensor) => z.mul(a).sin(), [c], [a])[1], undefined], a, 3)[0], [[2], -1, 1]), // biome-ignore format: one line
      use("of no steps", (a) => scan((c) => [c.mul(a), undefined], a.square(), 0)[0], [[2]]),
      use("whose gradient is taken within", (a) => grad(logistic(3))(a.mean()), [[2], 1.5, 2.5]),
      use("with a condition", (a) => scan((c, i) => [where(i.less(2), c.mul(a), c.sin()), c], a, 4)[1].sum(0), [[2], 0.5, 2]),
    ],
    complex: null,
    pointwise: { "scan over the logistic map": logistic(12) },
    step: (x) => scan((c, i) => [c.add(i.mul(0.1)).sin(), undefined], x, 3)[0],
  },
  checkpoint: {
    uses: [
      use("twice in a row", (x, w) => block(block(x, w), w), [[2, 3]], [[3]]),
      use("of what it closes over", (x, w) => checkpoint((own: Tensor) => own.mul(w).tanh())(x), [[2]], [[2]]),
      use("within a checkpoint", (x, w) => checkpoint((a: Tensor) => block(a, w).add(block(w, a)))(x), [[2]], [[2]]),
      use("of a tree", (x) => checkpoint((p: { a: Tensor; b: Tensor[] }) => stack([p.a, ...p.b]).cos())({ a: x, b: [x.square()] }), [[2]]), // biome-ignore format: one line
      use("within a scan", (x, w) => scan((c) => [block(c, w), undefined], x, 3)[0], [[2]], [[2]]),
      use("around a scan", (x) => checkpoint((a: Tensor) => scan((c) => [c.mul(a).sin(), undefined], a, 3)[0])(x), [[2]]),
    ],
    complex: null,
    pointwise: { "checkpoint of a tower": (x) => checkpoint((a: Tensor) => a.mul(x).sin().exp())(x) },
    step: (x, y) => checkpoint((a: Tensor, b: Tensor) => a.mul(b).tanh())(x, y),
  },
};
