import {
  adam,
  adamW,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  checkGradients,
  compile,
  cosineDecay,
  crossEntropy,
  derive,
  exponentialDecay,
  grad,
  huber,
  meanSquaredError,
  minimize,
  minimizeSteps,
  poissonNll,
  record,
  sgd,
  type Tensor,
  tensor,
  toDot,
  toMermaid,
  valueAndGrad,
  variance,
} from "gradtape";
import { toOnnx } from "gradtape/onnx";
import { describe, expect, test } from "vitest";
import { checkOptions } from "../../src/base/options.js";

const f = (x: Tensor): Tensor => x.square().sum();
const x = tensor([1, 2]);
const tape = record(f, x);

/** Every function with options: a call with what stands in their place, and the options that it knows. */
const functions: Record<string, readonly [call: (options: never) => unknown, known: readonly string[]]> = {
  grad: [(options) => grad(f, options), ["argnums", "hasAux"]],
  valueAndGrad: [(options) => valueAndGrad(f, options), ["argnums", "hasAux"]],
  derive: [(options) => derive(f, x, options), ["wrt", "order", "detail", "notation"]],
  checkGradients: [(options) => checkGradients(f, [x], options), ["order", "tolerance", "step"]],
  compile: [(options) => compile(f, options), ["backend"]],
  minimize: [
    (options) => minimize(f, x, options),
    ["method", "maxIterations", "gradientTolerance", "learningRate", "bounds", "onStep", "sum"],
  ],
  minimizeSteps: [
    (options) => minimizeSteps(x, options),
    ["method", "maxIterations", "gradientTolerance", "learningRate", "bounds", "onStep"],
  ],
  sgd: [(options) => sgd(options), ["learningRate", "momentum", "nesterov"]],
  adam: [(options) => adam(options), ["learningRate", "beta1", "beta2", "epsilon"]],
  adamW: [(options) => adamW(options), ["learningRate", "weightDecay", "beta1", "beta2", "epsilon"]],
  cosineDecay: [(options) => cosineDecay(options), ["initial", "steps", "final", "warmup"]],
  exponentialDecay: [(options) => exponentialDecay(options), ["initial", "rate", "steps"]],
  binaryCrossEntropy: [(options) => binaryCrossEntropy(0.5, 1, options), ["reduction", "weight", "posWeight", "labelSmoothing"]],
  binaryCrossEntropyWithLogits: [
    (options) => binaryCrossEntropyWithLogits(0.5, 1, options),
    ["reduction", "weight", "posWeight", "labelSmoothing"],
  ],
  crossEntropy: [(options) => crossEntropy([1, 2], 0, options), ["reduction", "weight", "labelSmoothing"]],
  meanSquaredError: [(options) => meanSquaredError(x, x, options), ["reduction", "weight"]],
  huber: [(options) => huber(x, x, options), ["delta", "reduction", "weight"]],
  poissonNll: [(options) => poissonNll(x, x, options), ["reduction", "weight"]],
  variance: [(options) => variance(x, 0, options), ["correction", "keepDims"]],
  cumsum: [(options) => x.cumsum(0, options), ["reverse"]],
  matmul: [(options) => x.matmul(x, options), ["transposeA", "transposeB"]],
  toDot: [(options) => toDot(tape, options), ["longest"]],
  toMermaid: [(options) => toMermaid(tape, options), ["longest"]],
  toOnnx: [(options) => toOnnx(tape, options), ["precision", "opset", "inputNames", "outputNames", "name"]],
};

describe.each(Object.entries(functions))("%s", (name, [call, known]) => {
  test("refuses an option that it does not know, and says which it does", () => {
    expect(() => call({ [`${known[0]}s`]: 1 } as never)).toThrow(
      new TypeError(`${name}: unknown option "${known[0]}s"; did you mean "${known[0]}"? The options are ${known.join(", ")}`),
    );
    expect(() => call({ constructor: 1 } as never)).toThrow(`${name}: unknown option "constructor"; `);
    expect(() => call({ [known[0]]: undefined, unheard: undefined } as never)).toThrow(
      new TypeError(`${name}: unknown option "unheard"; the options are ${known.join(", ")}`),
    );
  });
});

// The last input of derive is an argument of f unless it is an object.
const { derive: _, ...others } = functions;
test.each(Object.entries(others))("%s refuses what is no object of options", (name, [call, known]) => {
  for (const [given, words] of [
    [1, "number 1"],
    [null, "null"],
    [[0, 1], "an array of 2"],
    [x, "a tensor of shape [2]"],
  ] as const)
    expect(() => call(given as never)).toThrow(`${name}: expected options such as { ${known[0]}: … }, got ${words}`);
});

test("options may be left out, be empty, or be undefined one by one", () => {
  expect(checkOptions<{ a?: number }>("f", undefined, { a: true })).toEqual({});
  expect(grad(f, {})(x).toArray()).toEqual([2, 4]);
  expect(grad<[Tensor]>(f, { argnums: undefined as unknown as 0 })(x).toArray()).toEqual([2, 4]);
  expect(adam(undefined).init(x).step.item()).toBe(0);
  expect(huber(x, [0, 0], Object.assign(Object.create(null), { delta: 1, reduction: "none" })).toArray()).toEqual([0.5, 1.5]);
});

test("minimize says where arguments of f belong if they stand in the options' place", () => {
  const line = (w: Tensor, data: Tensor): Tensor => w.sub(data).square().sum();
  expect(() => (minimize as (...args: unknown[]) => unknown)(line, 0, x)).toThrow(
    "minimize: expected options such as { method: … }, got a tensor of shape [2]; arguments for f come after the options",
  );
  expect(minimize(line, 0, undefined, x).params.item()).toBeCloseTo(1.5, 12);
});

describe("derive tells options from an argument of f by the parameters of f", () => {
  const scale = (p: { w: Tensor }, q: { w: Tensor }): Tensor => p.w.mul(q.w);

  test("an object in a parameter's place is an argument", () => {
    expect([...derive(scale, { w: 2 }, { w: 3 }).gradients.values()]).toHaveLength(1);
    expect(derive((p: { wrt: Tensor }) => p.wrt.square(), { wrt: tensor(3) }).largestDifference).toBe(0);
    const open = (...trees: { w: Tensor }[]): Tensor => trees[0].w.mul(trees[1].w);
    expect(derive(open, { w: 2 }, { w: 3 }).largestDifference).toBe(0);
    const bound = scale.bind(undefined) as typeof scale;
    expect(derive(bound, { w: 2 }, { w: 3 }).largestDifference).toBe(0);
    // biome-ignore lint/complexity/noArguments: an old function that takes what comes
    const old = function (): Tensor { return scale(arguments[0], arguments[1]); }; // biome-ignore format: one line
    expect(derive(old as typeof scale, { w: 2 }, { w: 3 }).largestDifference).toBe(0);
  });

  test("one beyond them holds options", () => {
    expect(() => derive(scale, { w: 2 }, { w: 3 }, { wtr: 1 } as never)).toThrow(
      'derive: unknown option "wtr"; did you mean "wrt"? The options are wrt',
    );
    expect(() => derive(scale, { w: 2 }, { w: 3 }, { wrt: "q" } as never)).toThrow(
      'derive: wrt must be the place of an argument, or a list of them, got string "q"',
    );
    expect([...derive((a: Tensor, b: Tensor) => a.mul(b), 2, 3, { wrt: [1, 1] }).gradients]).toEqual([["b", "a"]]);
    expect(() => derive(3 as never)).toThrow("derive: expected a function, got number 3");
  });
});
