import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  concat,
  grad,
  hessian,
  jacobian,
  ones,
  record,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { numbers, randomTensor } from "../support/random.js";
import { wdbc } from "../support/wdbc.js";

// The derivation of ∂L/∂W for one sample, equation by equation: what the tape gives on the left, what the source
// says on the right. docs/bce.md tells it in words.

/** One sample: x has a leading 1 for the intercept. */
interface Sample {
  readonly W: Tensor;
  readonly x: Tensor;
  readonly y: number;
}

/** Random W, x and y, and real rows with random weights. No ŷ comes so close to 0 or 1 that 1 − ŷ loses its digits. */
function samples(): Sample[] {
  const list: Sample[] = [];
  for (let seed = 1; seed <= 100; seed++) {
    const k = 1 + (seed % 6);
    list.push({ W: randomTensor(seed, [k + 1], -1, 1), x: concat([[1], randomTensor(seed + 1000, [k])]), y: seed % 2 });
  }
  const { X, y } = wdbc(["mean_radius", "mean_texture", "mean_smoothness", "mean_concave_points"]);
  for (let row = 0; row < 569; row += 7) {
    list.push({ W: randomTensor(row + 1, [5], -0.5, 0.5), x: concat([[1], X.slice([row])]), y: y.data[row] });
  }
  return list;
}

/** Equal to 1e-12 of the larger of the numbers, for each of them. */
function expectEqual(found: Tensor | number, expected: readonly number[] | number): void {
  const a = typeof found === "number" ? [found] : [...found.data];
  const b = typeof expected === "number" ? [expected] : [...expected];
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    expect(Math.abs(value - b[i]), `${value} and ${b[i]}`).toBeLessThanOrEqual(1e-12 * Math.max(Math.abs(b[i]), 1e-3));
  });
}

const dot = (a: Tensor, b: Tensor): number => a.data.reduce((sum, v, i) => sum + v * b.data[i], 0);
const sigma = (z: number): number => 1 / (1 + Math.exp(-z));

// The functions of the source, as a user writes them.
const linear = (W: Tensor, x: Tensor): Tensor => W.matmul(x); // (3)
const sigmoid = (z: Tensor): Tensor => z.sigmoid(); // (2)
const spelledOut = (z: Tensor): Tensor => z.neg().exp().add(1).rdiv(1); // (2), with a Div node
const spelledOutAsPower = (z: Tensor): Tensor => z.neg().exp().add(1).pow(-1); // (6), with a Pow node
const bce = (p: Tensor, y: Tensor): Tensor =>
  y
    .mul(p.log())
    .add(y.rsub(1).mul(p.rsub(1).log()))
    .neg(); // (1)

describe("the derivation of the binary cross-entropy gradient", () => {
  test("(1) L(W) = −[y log ŷ + (1 − y) log(1 − ŷ)]", () => {
    for (const { W, x, y } of samples()) {
      const p = sigma(dot(W, x));
      expectEqual(bce(tensor(p), tensor(y)), -(y * Math.log(p) + (1 - y) * Math.log(1 - p)));
      expectEqual(binaryCrossEntropy(p, y), -(y * Math.log(p) + (1 - y) * Math.log(1 - p)));
      const other = (y + 0.3) / 2; // a target between the classes
      expectEqual(binaryCrossEntropy(p, other), -(other * Math.log(p) + (1 - other) * Math.log(1 - p)));
    }
  });

  test("(2) ŷ = σ(z) = 1 / (1 + e^(−z))", () => {
    for (const { W, x } of samples()) {
      const z = dot(W, x);
      for (const f of [sigmoid, spelledOut, spelledOutAsPower]) expectEqual(f(tensor(z)), 1 / (1 + Math.exp(-z)));
    }
  });

  test("(3) z = w₀ + x₁w₁ + … + x_k w_k, as one MatMul and as Mul and Add nodes", () => {
    for (const { W, x } of samples()) {
      const z = [...W.data].reduce((sum, w, i) => sum + w * x.data[i], 0);
      expectEqual(linear(W, x), z);
      const terms = [...W.data].map((w, i) => tensor(w).mul(x.data[i]));
      expectEqual(
        terms.reduce((a, b) => a.add(b)),
        z,
      );
    }
  });

  test("(4) ∂L/∂W = ∂L/∂ŷ · ∂ŷ/∂z · ∂z/∂W", () => {
    for (const { W, x, y } of samples()) {
      const [z, dz] = vjp((w: Tensor) => linear(w, x), W);
      const [p, dp] = vjp(sigmoid, z);
      const [, dL] = vjp((q: Tensor) => bce(q, tensor(y)), p);
      const whole = grad((w: Tensor) => bce(sigmoid(linear(w, x)), tensor(y)))(W);
      // Cotangents passed from stage to stage …
      expectEqual(dz(dp(dL(1)[0])[0])[0], [...whole.data]);
      // … and the product of the three factors, each on its own.
      const factors = dL(1)[0].mul(dp(1)[0]).mul(dz(1)[0]);
      expectEqual(factors, [...whole.data]);
    }
  });

  test("(5) ∂L/∂ŷ = −(y/ŷ − (1 − y)/(1 − ŷ)) = (ŷ − y)/(ŷ(1 − ŷ)), the cotangent that reaches ŷ", () => {
    for (const { W, x, y } of samples()) {
      const p = sigma(dot(W, x));
      for (const loss of [bce, binaryCrossEntropy]) {
        const g = grad((q: Tensor) => loss(q, tensor(y)))(p);
        expectEqual(g, -(y / p - (1 - y) / (1 - p)));
        expectEqual(g, (p - y) / (p * (1 - p)));
      }
    }
  });

  test("(6) ∂ŷ/∂z = ∂/∂z (1 + e^(−z))^(−1): the spelled-out forms have the gradient of the Sigmoid node", () => {
    for (const { W, x } of samples()) {
      const z = tensor(dot(W, x));
      const expected = grad(sigmoid)(z).item();
      expectEqual(grad(spelledOut)(z), expected);
      expectEqual(grad(spelledOutAsPower)(z), expected);
    }
  });

  for (const [number, text, right] of [
    ["7", "= −(1 + e^(−z))^(−2) · (−e^(−z)) = e^(−z)/(1 + e^(−z))²", (z: number) => Math.exp(-z) / (1 + Math.exp(-z)) ** 2],
    [
      "8",
      "= 1/(1 + e^(−z)) · ((1 + e^(−z)) − 1)/(1 + e^(−z))",
      (z: number) => (1 / (1 + Math.exp(-z))) * ((1 + Math.exp(-z) - 1) / (1 + Math.exp(-z))),
    ],
    [
      "9",
      "= 1/(1 + e^(−z)) · ((1 + e^(−z))/(1 + e^(−z)) − 1/(1 + e^(−z)))",
      (z: number) => (1 / (1 + Math.exp(-z))) * ((1 + Math.exp(-z)) / (1 + Math.exp(-z)) - 1 / (1 + Math.exp(-z))),
    ],
    ["10", "= 1/(1 + e^(−z)) · (1 − 1/(1 + e^(−z))) = ŷ(1 − ŷ)", (z: number) => sigma(z) * (1 - sigma(z))],
  ] as [string, string, (z: number) => number][]) {
    test(`(${number}) ${text}`, () => {
      for (const { W, x } of samples()) {
        const z = dot(W, x);
        for (const f of [sigmoid, spelledOut, spelledOutAsPower]) expectEqual(grad(f)(z), right(z));
      }
    });
  }

  test("(7) step by step: the cotangents inside the spelled-out sigmoid are those of the power rule", () => {
    for (const { W, x } of samples()) {
      const z = dot(W, x);
      const u = 1 + Math.exp(-z);
      expectEqual(grad((v: Tensor) => v.pow(-1))(u), -(u ** -2));
      expectEqual(grad((v: Tensor) => v.neg().exp().add(1))(z), -Math.exp(-z));
    }
  });

  test("(11) ∂z/∂W = X", () => {
    for (const { W, x } of samples()) {
      expectEqual(grad((w: Tensor) => linear(w, x))(W), [...x.data]);
      expectEqual(jacobian((w: Tensor) => linear(w, x))(W), [...x.data]);
    }
  });

  test("(12) ∂L/∂W = (ŷ − y) X for one sample, in every way to write it", () => {
    for (const { W, x, y } of samples()) {
      const p = sigma(dot(W, x));
      const expected = [...x.data].map((v) => (p - y) * v);
      for (const activation of [sigmoid, spelledOut, spelledOutAsPower]) {
        expectEqual(grad((w: Tensor) => bce(activation(linear(w, x)), tensor(y)))(W), expected);
        expectEqual(grad((w: Tensor) => binaryCrossEntropy(activation(linear(w, x)), y))(W), expected);
      }
      expectEqual(grad((w: Tensor) => binaryCrossEntropyWithLogits(linear(w, x), y))(W), expected);
    }
  });

  test("(12) for a batch with the mean loss: ∂L/∂W = Xᵀ(ŷ − y)/n, on random and on real data", () => {
    const real = wdbc();
    const [n] = real.X.shape;
    const batches = [
      { X: randomTensor(5, [40, 3]), y: tensor(Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 1 : 0))) },
      { X: concat([ones([n, 1]), real.X], 1), y: real.y },
    ];
    for (const { X, y } of batches) {
      const [rows, k] = X.shape;
      const W = randomTensor(9, [k], -0.1, 0.1);
      const p = [...X.matmul(W).data].map(sigma);
      const expected = Array.from({ length: k }, (_, j) => p.reduce((sum, pi, i) => sum + (pi - y.data[i]) * X.data[i * k + j], 0) / rows);
      expectEqual(grad((w: Tensor) => binaryCrossEntropyWithLogits(X.matmul(w), y))(W), expected);
      expectEqual(grad((w: Tensor) => binaryCrossEntropy(X.matmul(w).sigmoid(), y))(W), expected);
      expectEqual(grad((w: Tensor) => bce(X.matmul(w).sigmoid(), y).mean())(W), expected);
    }
  });

  test("the second derivative, from (12) and (10): the Hessian is Xᵀ diag(ŷ(1 − ŷ)) X / n", () => {
    const X = concat([ones([60, 1]), wdbc(["mean_radius", "mean_texture"]).X.slice([[0, 60]])], 1);
    const y = wdbc(["mean_radius"]).y.slice([[0, 60]]);
    const W = tensor([0.1, -0.3, 0.2]);
    const p = [...X.matmul(W).data].map(sigma);
    const expected = Array.from(
      { length: 9 },
      (_, ij) =>
        p.reduce((sum, pi, row) => sum + pi * (1 - pi) * X.data[row * 3 + Math.floor(ij / 3)] * X.data[row * 3 + (ij % 3)], 0) / 60,
    );
    for (const loss of [
      (w: Tensor) => binaryCrossEntropyWithLogits(X.matmul(w), y),
      (w: Tensor) => binaryCrossEntropy(X.matmul(w).sigmoid(), y),
    ]) {
      const H = hessian(loss)(W);
      expect(H.shape).toEqual([3, 3]);
      expectEqual(H, expected);
    }
  });
});

describe("at a saturated ŷ", () => {
  const atLogit = (z: number, y: number): { terms: number; stable: number; first: number; second: number } => {
    const p = sigmoid(tensor(z));
    return {
      first: grad((q: Tensor) => bce(q, tensor(y)))(p).item(),
      second: grad(sigmoid)(z).item(),
      terms: grad((t: Tensor) => bce(sigmoid(t), tensor(y)))(z).item(),
      stable: grad((t: Tensor) => binaryCrossEntropyWithLogits(t, y))(z).item(),
    };
  };

  test("term by term, (5) is ∞ and (10) is 0, so their product is NaN, though (12) is finite", () => {
    const { first, second, terms } = atLogit(1000, 0);
    expect(first).toBe(Number.POSITIVE_INFINITY); // (5)
    expect(second).toBe(0); // (10)
    expect(terms).toBeNaN(); // ∞ · 0
    // The library's loss guards its value, not the product of these two factors.
    expect(grad((q: Tensor) => binaryCrossEntropy(q, 0))(1).item()).toBe(Number.POSITIVE_INFINITY);
    expect(grad((t: Tensor) => binaryCrossEntropy(sigmoid(t), 0))(1000).item()).toBeNaN();
  });

  test("the stable form gives ŷ − y at every finite z", () => {
    for (const z of [-1000, -750, -90, -30, 0, 30, 90, 750, 1000]) {
      expect(atLogit(z, 0).stable).toBeCloseTo(sigma(z), 15);
      expect(atLogit(z, 1).stable).toBeCloseTo(sigma(z) - 1, 15);
    }
    expect(atLogit(1000, 0).stable).toBe(1);
    expect(atLogit(-1000, 1).stable).toBe(-1);
    expect(atLogit(1000, 1).stable).toBeCloseTo(0, 300);
  });

  test("the value is +∞ for a certain wrong prediction, 0 for a right one, and exact from logits", () => {
    expect(binaryCrossEntropy(1, 0).item()).toBe(Number.POSITIVE_INFINITY);
    expect(binaryCrossEntropy(0, 1).item()).toBe(Number.POSITIVE_INFINITY);
    expect(binaryCrossEntropy(1, 1).item()).toBeCloseTo(0, 300);
    expect(binaryCrossEntropyWithLogits(1000, 0).item()).toBe(1000);
    expect(binaryCrossEntropyWithLogits(-1000, 1).item()).toBe(1000);
    expect(binaryCrossEntropyWithLogits(1000, 1).item()).toBe(0);
  });
});

describe("the tape itself", () => {
  test("shows these nodes, in this order", () => {
    const next = numbers(1);
    const W = tensor([next(-1, 1), next(-1, 1), next(-1, 1)]).named("W");
    const loss = (w: Tensor, x: Tensor, y: Tensor): Tensor => bce(sigmoid(linear(w, x).named("z")).named("ŷ"), y).named("L");
    const tape = record(loss, W, tensor([1, 2, 3]).named("x"), tensor(1).named("y"));
    expect(tape.nodes.map((node) => node.op.name)).toEqual(["MatMul", "Sigmoid", "Log", "Mul", "Sub", "Sub", "Log", "Mul", "Add", "Neg"]);
    const [z, p, logP, yLogP] = tape.nodes;
    expect(z.inputs).toEqual(tape.inputs.slice(0, 2));
    expect(p.inputs).toEqual([z.output]);
    expect(logP.inputs).toEqual([p.output]);
    expect(yLogP.inputs[1]).toBe(logP.output);
    expect(tape.nodes.at(-1)?.output).toBe(tape.outputs[0]);
    expect([z, p].map((node) => node.output.label)).toEqual(["z", "ŷ"]);
    expectEqual(tape.outputs[0], loss(W, tensor([1, 2, 3]), tensor(1)).item());
  });

  test("shows the spelled-out sigmoid as Neg, Exp, Add and Div or Pow", () => {
    expect(record(spelledOut, tensor(1)).nodes.map((node) => node.op.name)).toEqual(["Neg", "Exp", "Add", "Div"]);
    expect(record(spelledOutAsPower, tensor(1)).nodes.map((node) => node.op.name)).toEqual(["Neg", "Exp", "Add", "Pow"]);
  });

  test("of the library's loss holds Log and Mul nodes, and that of its gradient ends in MatMul with Xᵀ", () => {
    const { X, y } = wdbc(["mean_radius", "mean_texture"]);
    const loss = (w: Tensor): Tensor => binaryCrossEntropy(X.matmul(w).sigmoid(), y);
    const names = record(loss, tensor([0, 0])).nodes.map((node) => node.op.name);
    expect(names.filter((name) => name === "Log").length).toBe(2);
    expect(names).toEqual(expect.arrayContaining(["MatMul", "Sigmoid", "Log", "Mul", "Add", "Neg"]));
    const last = record(valueAndGrad(loss), tensor([0, 0])).nodes.at(-1);
    expect(last?.op.name).toBe("MatMul");
    expect(last?.attributes).toEqual({ transposeA: true, transposeB: false, strong: "b" });
  });
});
