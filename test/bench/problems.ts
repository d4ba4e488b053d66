// What is measured, with seeded numbers: a logistic regression, and a network of single numbers.
import { type Tensor, tensor } from "gradtape";
import { numbers } from "../support/random.js";

export interface LogisticProblem {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly w: Tensor;
  readonly b: Tensor;
}

/** A logistic regression: data with noise on the labels, and a point that is neither 0 nor the optimum. */
export function logisticProblem(rows: number, columns: number): LogisticProblem {
  const next = numbers(rows + columns);
  const w = Float64Array.from({ length: columns }, () => next(-4, 4) / Math.sqrt(columns));
  const x = new Float64Array(rows * columns);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let z = next(-1, 1);
    for (let j = 0, p = i * columns; j < columns; j++, p++) {
      x[p] = next(-1, 1);
      z += w[j] * x[p];
    }
    y[i] = z > 0 ? 1 : 0;
  }
  return { x: tensor(x, [rows, columns]), y: tensor(y), w: tensor(w.map((v) => 0.7 * v)), b: tensor(0.1) };
}

/** Neurons a layer. */
export const SIZES = [2, 16, 16, 1];

/** What both engines can do. */
export interface Scalar<T> {
  add(y: T | number): T;
  mul(y: T | number): T;
  tanh(): T;
}

/** For each layer and each of its neurons the weights, and last the bias. */
export type Network<T> = T[][][];

/** The sum of squared errors over all points. The first layer reads plain numbers. */
export function squaredErrors<T extends Scalar<T>>(
  network: Network<T>,
  points: readonly (readonly number[])[],
  targets: readonly number[],
): T {
  let total: T | undefined;
  for (const [i, point] of points.entries()) {
    let layer: (T | number)[] = [...point];
    for (const [depth, neurons] of network.entries()) {
      layer = neurons.map((weights) => {
        let sum = weights[layer.length];
        for (let j = 0; j < layer.length; j++) sum = sum.add(weights[j].mul(layer[j]));
        return depth === network.length - 1 ? sum : sum.tanh();
      });
    }
    const error = (layer[0] as T).add(-targets[i]);
    const square = error.mul(error);
    total = total === undefined ? square : total.add(square);
  }
  return total as T;
}

export interface NetworkProblem {
  readonly parameters: Network<number>;
  readonly points: readonly (readonly number[])[];
  readonly targets: readonly number[];
}

/** A network that is to learn the sign of u·v, at its random beginning. */
export function networkProblem(count: number): NetworkProblem {
  const next = numbers(16);
  const parameters = SIZES.slice(1).map((neurons, depth) =>
    Array.from({ length: neurons }, () => Array.from({ length: SIZES[depth] + 1 }, () => next(-1, 1) / Math.sqrt(SIZES[depth]))),
  );
  const points = Array.from({ length: count }, () => [next(-1, 1), next(-1, 1)]);
  return { parameters, points, targets: points.map(([u, v]) => (u * v > 0 ? 1 : -1)) };
}

/** The parameters of a network with one hidden layer: h = relu(X·W₁ + b₁), logits = h·W₂ + b₂. */
export interface Perceptron<T> {
  readonly W1: T;
  readonly b1: T;
  readonly W2: T;
  readonly b2: T;
}

export interface PerceptronProblem {
  readonly parameters: Perceptron<Tensor>;
  readonly x: Tensor;
  /** One-hot. */
  readonly y: Tensor;
  readonly rate: number;
}

/** Images of 784 pixels in 10 classes, and a network of 128 hidden neurons at its random beginning. */
export function perceptronProblem(batch: number): PerceptronProblem {
  const next = numbers(batch);
  const random = (shape: readonly number[], low: number, high: number): Tensor =>
    tensor(
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next(low, high)),
      shape,
    );
  const y = new Float64Array(batch * 10);
  for (let i = 0; i < batch; i++) y[10 * i + Math.floor(next(0, 10))] = 1;
  return {
    parameters: {
      W1: random([784, 128], -0.08, 0.08),
      b1: random([128], -0.1, 0.1),
      W2: random([128, 10], -0.2, 0.2),
      b2: random([10], -0.1, 0.1),
    },
    x: random([batch, 784], 0, 1),
    y: tensor(y, [batch, 10]),
    rate: 0.5,
  };
}
