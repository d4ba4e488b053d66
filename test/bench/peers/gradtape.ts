// gradtape's own sides, and the loop by hand.
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  compile,
  crossEntropy,
  grad,
  sigmoid,
  type Tensor,
  valueAndGrad,
} from "gradtape";
import { bceByHand } from "../handwritten.js";
import type { LogisticProblem, Perceptron, PerceptronProblem } from "../problems.js";
import { inTurn, type Side } from "./side.js";

export const COMPILED = "gradtape, compiled";
export const NAIVE = "gradtape, compiled from the naive form";
export const EAGER = "gradtape, eager";
export const BY_HAND = "by hand";

const ofLogits = (w: Tensor, b: Tensor, x: Tensor, y: Tensor): Tensor => binaryCrossEntropyWithLogits(x.matmul(w).add(b), y);
const ofSigmoid = (w: Tensor, b: Tensor, x: Tensor, y: Tensor): Tensor => binaryCrossEntropy(sigmoid(x.matmul(w).add(b)), y);
/** A training step needs the loss and its gradient with respect to w and b; the data are arguments, as they change from batch to batch. */
export const eagerLogistic = valueAndGrad(ofLogits, { argnums: [0, 1] });

export function logisticSides({ w, b, x, y }: LogisticProblem): Side[] {
  const side = (name: string, f: typeof eagerLogistic): Side => ({
    name,
    precision: "float64",
    results: () => {
      const [value, [dw, db]] = f(w, b, x, y);
      return [[value.item()], [...dw.data, db.item()]];
    },
    batch: inTurn(() => f(w, b, x, y)),
  });
  return [
    side(COMPILED, compile(eagerLogistic)),
    side(NAIVE, compile(valueAndGrad(ofSigmoid, { argnums: [0, 1] }))),
    side(EAGER, eagerLogistic),
  ];
}

export function logisticByHand({ w, b, x, y }: LogisticProblem): Side {
  const gradient = new Float64Array(w.size + 1);
  const run = (): number => bceByHand(x.data, y.data, w.data, b.item(), gradient);
  return { name: BY_HAND, precision: "float64", results: () => [[run()], gradient.slice()], batch: inTurn(run) };
}

const perceptron = (p: Perceptron<Tensor>, x: Tensor, y: Tensor): Tensor =>
  crossEntropy(x.matmul(p.W1).add(p.b1).relu().matmul(p.W2).add(p.b2), y);

export function perceptronSides({ parameters, x, y, rate }: PerceptronProblem): Side[] {
  const gradient = grad(perceptron);
  const step = (p: Perceptron<Tensor>, x: Tensor, y: Tensor): Perceptron<Tensor> => {
    const g = gradient(p, x, y);
    const less = (w: Tensor, dw: Tensor): Tensor => w.sub(dw.mul(rate));
    return { W1: less(p.W1, g.W1), b1: less(p.b1, g.b1), W2: less(p.W2, g.W2), b2: less(p.b2, g.b2) };
  };
  const side = (name: string, f: typeof step): Side => ({
    name,
    precision: "float64",
    results: () => {
      const { W1, b1, W2, b2 } = f(parameters, x, y);
      return [W1.data, b1.data, W2.data, b2.data];
    },
    batch: inTurn(() => f(parameters, x, y)),
  });
  return [side(COMPILED, compile(step)), side(EAGER, step)];
}
