import { adam, binaryCrossEntropyWithLogits, compile, grad, minimize, type Tensor, tensor, valueAndGrad } from "gradtape";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Point, TrainingState } from "../state.js";

/** How many weights there are: three of a line; with a hidden layer three to each unit, one from each, and one more. */
export const countOfWeights = (hidden: number): number => (hidden === 0 ? 3 : 4 * hidden + 1);

/**
 * Where training begins. A line begins at 0. Units of a hidden layer that begin alike would stay alike, so each begins somewhere else: the
 * same numbers each time.
 */
export function initialWeights(hidden: number): number[] {
  if (hidden === 0) return [0, 0, 0];
  const generator = xoroshiro128plus(7);
  const spread = (limit: number): number => Number((limit * (2 * uniformFloat64(generator) - 1)).toFixed(4));
  // As Glorot and Bengio spread them: √(6/(inputs + outputs)) of each layer.
  const [into, out] = [Math.sqrt(6 / (2 + hidden)), Math.sqrt(6 / (hidden + 1))];
  return [...Array.from({ length: 3 * hidden }, () => spread(2 * into)), ...Array.from({ length: hidden }, () => spread(out)), 0];
}

/** Where the parts of the weights are: to the hidden units (a column for each), from them, and the intercept. */
const partsOf = (w: Tensor, hidden: number): readonly [into: Tensor, from: Tensor, intercept: Tensor] => [
  w.slice([[0, 3 * hidden]]).reshape([3, hidden]),
  w.slice([[3 * hidden, 4 * hidden]]),
  w.slice([4 * hidden]),
];

/** z for rows (1, x₁, x₂): Xw, or with a hidden layer tanh(XV)u + c. */
export function logits(w: Tensor, X: Tensor, hidden: number): Tensor {
  if (hidden === 0) return X.matmul(w);
  const [into, from, intercept] = partsOf(w, hidden);
  return X.matmul(into).tanh().matmul(from).add(intercept);
}

/** The mean loss of all points, and half the squares of the weights without intercepts, times L2. */
export function objective(w: Tensor, X: Tensor, y: Tensor, l2: Tensor, hidden = 0): Tensor {
  const loss = binaryCrossEntropyWithLogits(logits(w, X, hidden), y);
  const squares = (part: Tensor): Tensor => part.square().sum();
  if (hidden === 0)
    return loss.add(
      squares(w.slice([[1, null]]))
        .mul(l2)
        .div(2),
    );
  const [into, from] = partsOf(w, hidden);
  return loss.add(
    squares(into.slice([[1, null]]))
      .add(squares(from))
      .mul(l2)
      .div(2),
  );
}

/** One step of training, and what it saw. */
export interface Step {
  readonly weights: readonly number[];
  /** The loss at the new weights, of the points that train. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** The loss without L2 of the points held back, and how many points of each kind are on their own side; NaN where there are none. */
  readonly testLoss: number;
  readonly accuracy: number;
  readonly testAccuracy: number;
}

/** What one point adds to the gradient. */
export interface Pull {
  readonly probability: number;
  /** (ŷ − y)x, by the tape. */
  readonly gradient: readonly number[];
}

type Method = TrainingState["method"];

/** Rows (1, x₁, x₂) and the classes. */
interface Data {
  readonly X: Tensor;
  readonly y: Tensor;
}

const dataOf = (points: readonly Point[]): Data => ({
  X: tensor(points.map(([a, b]) => [1, a, b])),
  y: tensor(points.map(([, , label]) => label)),
});
const NOTHING: Data = { X: tensor([[1, 0, 0]]), y: tensor([0]) };

/** A classifier on two features: a logistic regression, or a network with one hidden layer. */
export class Model {
  // Compiled once: the points are arguments, so another number of them records anew and the weights do not.
  private readonly evaluate: (w: Tensor, X: Tensor, y: Tensor, l2: Tensor) => [Tensor, Tensor];
  private readonly score: (w: Tensor, X: Tensor) => Tensor;
  private train = NOTHING;
  private test: Data | undefined;
  private readonly optimizer: ReturnType<typeof adam>;
  private optimizerState: unknown;
  private rate = 0.01;

  constructor(readonly hidden = 0) {
    this.evaluate = compile(valueAndGrad((w: Tensor, X: Tensor, y: Tensor, l2: Tensor) => objective(w, X, y, l2, hidden)));
    this.score = compile((w: Tensor, X: Tensor) => logits(w, X, hidden));
    this.optimizer = adam({ learningRate: () => this.rate });
  }

  load(train: readonly Point[], test: readonly Point[] = []): void {
    if (train.length === 0) return;
    this.train = dataOf(train);
    this.test = test.length === 0 ? undefined : dataOf(test);
    this.restart();
  }

  /** Adam forgets what it has seen. */
  restart(): void {
    this.optimizerState = undefined;
  }

  /** The loss and the size of the gradient at some weights, and how well they do. */
  at(weights: readonly number[], l2: number): Step {
    const w = tensor([...weights]);
    const [loss, g] = this.evaluate(w, this.train.X, this.train.y, tensor(l2));
    const { test } = this;
    const z = test === undefined ? undefined : this.score(w, test.X);
    return {
      weights,
      loss: loss.item(),
      gradientNorm: Math.hypot(...g.data),
      testLoss: test === undefined || z === undefined ? Number.NaN : binaryCrossEntropyWithLogits(z, test.y).item(),
      accuracy: share(this.score(w, this.train.X), this.train.y),
      testAccuracy: test === undefined || z === undefined ? Number.NaN : share(z, test.y),
    };
  }

  step(weights: readonly number[], method: Method, learningRate: number, l2: number): Step {
    const w = tensor([...weights]);
    return this.at([...this.next(w, method, learningRate, l2).data], l2);
  }

  private next(w: Tensor, method: Method, learningRate: number, l2: number): Tensor {
    const { X, y } = this.train;
    // One iteration: the Hessian of the loss, a linear system, and a line search that keeps the loss from growing.
    if (method === "newton")
      return minimize((v: Tensor) => objective(v, X, y, tensor(l2), this.hidden), w, { method: "newton", maxIterations: 1 }).params;
    const [, g] = this.evaluate(w, X, y, tensor(l2));
    if (method === "gd") return w.sub(g.mul(learningRate));
    this.rate = learningRate;
    const state = this.optimizerState ?? this.optimizer.init(w);
    const [next, after] = this.optimizer.update(g, state as never, w);
    this.optimizerState = after;
    return next as Tensor;
  }

  /** The probability of class 1 at places [n, 3] that begin with 1. */
  probabilities(weights: readonly number[], places: Tensor): Float64Array {
    return this.score(tensor([...weights]), places).sigmoid().data;
  }

  /** Whether each point that trains is on its own side of the boundary. */
  classifiesAll(weights: readonly number[]): boolean {
    return share(this.score(tensor([...weights]), this.train.X), this.train.y) === 1;
  }

  /** What one point adds to the gradient, before the mean: of a line the tape's own (ŷ − y)x. */
  pull(weights: readonly number[], [a, b, label]: Point): Pull {
    const X = tensor([[1, a, b]]);
    const w = tensor([...weights]);
    const loss = (v: Tensor): Tensor => binaryCrossEntropyWithLogits(logits(v, X, this.hidden), tensor([label]), { reduction: "sum" });
    return { probability: logits(w, X, this.hidden).sigmoid().item(), gradient: [...grad(loss)(w).data] };
  }
}

/** The share of points that are on their own side. One on the boundary itself, where the classes are equally likely, counts as half. */
function share(z: Tensor, y: Tensor): number {
  let right = 0;
  for (let i = 0; i < y.size; i++) {
    if (z.data[i] === 0) right += 0.5;
    else if (z.data[i] > 0 === (y.data[i] === 1)) right++;
  }
  return right / y.size;
}
