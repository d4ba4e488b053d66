import { binaryCrossEntropyWithLogits, compile, grad, minimize, type Tensor, tensor, valueAndGrad } from "gradtape";
import type { Point, TrainingState } from "../state.js";

/** The mean loss of all points, and half the squares of the weights without the intercept, times L2. */
export function objective(w: Tensor, X: Tensor, y: Tensor, l2: Tensor): Tensor {
  return binaryCrossEntropyWithLogits(X.matmul(w), y).add(
    w
      .slice([[1, null]])
      .square()
      .sum()
      .mul(l2)
      .div(2),
  );
}

/** One step of training, and what it saw. */
export interface Step {
  readonly weights: readonly [number, number, number];
  /** The loss at the new weights. */
  readonly loss: number;
  readonly gradientNorm: number;
}

/** What a point pulls at the weights with. */
export interface Pull {
  readonly probability: number;
  /** (ŷ − y)x, by the tape. */
  readonly gradient: readonly number[];
}

type Method = TrainingState["method"];

/** A logistic regression on two features. */
export class Model {
  // Compiled once: the points are arguments, so another number of them records anew and the weights do not.
  private readonly evaluate = compile(valueAndGrad(objective));
  private readonly predict = compile((w: Tensor, X: Tensor) => X.matmul(w).sigmoid());
  private X = tensor([[1, 0, 0]]);
  private y = tensor([0]);

  load(points: readonly Point[]): void {
    if (points.length === 0) return;
    this.X = tensor(points.map(([a, b]) => [1, a, b]));
    this.y = tensor(points.map(([, , label]) => label));
  }

  /** The loss and the size of the gradient at some weights. */
  at(weights: Step["weights"], l2: number): Step {
    const [loss, g] = this.evaluate(tensor(weights), this.X, this.y, tensor(l2));
    return { weights, loss: loss.item(), gradientNorm: Math.hypot(...g.data) };
  }

  step(weights: Step["weights"], method: Method, learningRate: number, l2: number): Step {
    const w = tensor(weights);
    let next: Tensor;
    if (method === "gd") {
      const [, g] = this.evaluate(w, this.X, this.y, tensor(l2));
      next = w.sub(g.mul(learningRate));
    } else {
      // One iteration: the Hessian of the loss, a linear system, and a line search that keeps the loss from growing.
      next = minimize((v: Tensor) => objective(v, this.X, this.y, tensor(l2)), w, { method: "newton", maxIterations: 1 }).params;
    }
    const [a, b, c] = next.data;
    return this.at([a, b, c], l2);
  }

  /** The probability of class 1 at places [n, 3] that begin with 1. */
  probabilities(weights: Step["weights"], places: Tensor): Float64Array {
    return this.predict(tensor(weights), places).data;
  }

  /** Whether each point is on its own side of the boundary. */
  classifiesAll(weights: Step["weights"]): boolean {
    return this.predict(tensor(weights), this.X).data.every((p, i) => (this.y.data[i] === 1 ? p > 0.5 : p < 0.5));
  }

  /** What one point adds to the gradient, before the mean: the tape's own (ŷ − y)x. */
  pull(weights: Step["weights"], [a, b, label]: Point): Pull {
    const x = tensor([1, a, b]);
    const w = tensor(weights);
    return {
      probability: w.matmul(x).sigmoid().item(),
      gradient: [...grad((v: Tensor) => binaryCrossEntropyWithLogits(v.matmul(x), tensor(label)))(w).data],
    };
  }
}
