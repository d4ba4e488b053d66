import type { Tensor } from "gradtape";
import { numbers, randomTensor } from "../support/random.js";

/** Steps that are safe everywhere, at numbers of about 1. */
const unary: readonly ((x: Tensor) => Tensor)[] = [
  (x) => x.neg(),
  (x) => x.exp(),
  (x) => x.expm1(),
  (x) => x.abs().add(0.5).log(),
  (x) => x.square().log1p(),
  (x) => x.abs().add(0.1).sqrt(),
  (x) => x.square(),
  (x) => x.abs().add(0.3).reciprocal(),
  (x) => x.abs(),
  (x) => x.sin(),
  (x) => x.cos(),
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.softplus(),
  (x) => x.sub(x.mean(-1, true)).relu(),
  (x) => x.silu(),
  (x) => x.logSigmoid(),
  (x) => x.pow(3),
  (x) => x.square().add(1).pow(-0.5),
  (x) => x.clamp(-1, 1),
  (x) => x.softmax(),
  (x) => x.logSoftmax(),
  (x) => x.sub(x.mean(-1, true)),
  (x) => x.sub(x.mean(-1, true)).div(x.variance(-1, { keepDims: true }).add(0.1).sqrt()),
  (x) => x.cumsum(-1),
  (x) => x.rsub(1),
  (x) => x.mul(0.37),
  (x) => x.add(1.3),
  (x) => x.logSumExp(-1, true).add(x),
  (x) => x.sum(-1, true).mul(x),
  (x) => x.max(-1, true).sub(x),
];
const binary: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
  (x, y) => x.add(y),
  (x, y) => x.sub(y),
  (x, y) => x.mul(y),
  (x, y) => x.div(y.abs().add(0.4)),
  (x, y) => x.maximum(y),
  (x, y) => x.minimum(y),
  (x, y) => x.greater(y).where(x, y.mul(2)),
  (x, y) => x.abs().add(0.2).pow(y),
];

/** A random composition of 4 to 16 steps of one to three tensors. Numbers that grow beyond 4 are scaled down again. */
export function randomExpression(seed: number): { f: (inputs: Tensor[]) => Tensor; inputs: Tensor[] } {
  const next = numbers(seed);
  const below = (n: number): number => Math.min(n - 1, Math.floor(next(0, n)));
  const shape = [[1], [4], [3, 5], [20]][below(4)];
  const inputs = Array.from({ length: 1 + below(3) }, (_, i) => randomTensor(seed * 10 + i, shape));
  type Step = (values: readonly Tensor[]) => Tensor;
  const steps = Array.from({ length: 4 + below(13) }, (_, i): Step => {
    const count = inputs.length + i;
    const a = count - 1 - below(Math.min(3, count));
    const b = below(count);
    if (next(0, 1) < 0.65) {
      const op = unary[below(unary.length)];
      return (values) => op(values[a]);
    }
    const op = binary[below(binary.length)];
    return (values) => op(values[a], values[b]);
  });
  const finish = [(x: Tensor) => x.sum(), (x: Tensor) => x.mean(), (x: Tensor) => x.square().mean(), (x: Tensor) => x][below(4)];
  return {
    inputs,
    f: (xs) => {
      const values = [...xs];
      for (const step of steps) {
        const value = step(values);
        const largest = Math.max(...value.data.map(Math.abs));
        values.push(largest > 4 ? value.mul(1 / Math.ceil(largest)) : value);
      }
      return finish(values[values.length - 1]);
    },
  };
}
