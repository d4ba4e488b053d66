import type { Value } from "./state.js";

/** A loss to begin with. */
export interface Example {
  readonly title: string;
  /** What there is to see, in one sentence. */
  readonly note: string;
  readonly source: string;
  readonly values: Readonly<Record<string, Value>>;
  readonly by: string;
}

export const examples: readonly Example[] = [
  {
    title: "Binary cross entropy of one sample",
    note: "The derivation that gradtape began with: all factors cancel, and ∂L/∂W is (ŷ − y)x.",
    source: "z = W @ x\nŷ = sigmoid(z)\nL = -(y * log(ŷ) + (1 - y) * log(1 - ŷ))",
    values: { W: [0.5, -1, 2], x: [1, 0.3, 0.8], y: 1 },
    by: "W",
  },
  {
    title: "The same, with the sigmoid spelled out, at a large logit",
    note: "ŷ rounds to 1, and 0 · log 0 makes the loss NaN. Press “Stabilize”.",
    source: "ŷ = 1 / (1 + exp(-z))\nL = -(y * log(ŷ) + (1 - y) * log(1 - ŷ))",
    values: { z: 40, y: 1 },
    by: "z",
  },
  {
    title: "Linear regression, squared error",
    note: "A matrix product: the gradient of ŷ reaches w through Xᵀ.",
    source: "ŷ = X @ w\nL = mean((ŷ - y)²)",
    values: {
      X: [
        [1, 2],
        [1, -1],
        [1, 0.5],
      ],
      w: [0.5, -1],
      y: [1, 0, 2],
    },
    by: "w",
  },
  {
    title: "Softmax cross entropy",
    note: "Three classes; the gradient with respect to the logits is p − y.",
    source: "p = softmax(z)\nL = -sum(y * log(p))",
    values: { z: [1, 2, 0.5], y: [0, 1, 0] },
    by: "z",
  },
  {
    title: "One neuron",
    note: "tanh and a square: two steps of the chain rule.",
    source: "h = tanh(w * x + b)\nL = (h - t)²",
    values: { w: 0.8, x: 1.5, b: -0.3, t: 0.2 },
    by: "w",
  },
  {
    title: "A value that is used twice",
    note: "x reaches the loss along two paths; their gradients are added.",
    source: "L = x * sin(x)",
    values: { x: 2 },
    by: "x",
  },
];
