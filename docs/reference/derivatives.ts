// The mathematics beside each differentiable function of the reference: a loss with nothing else in it, and the gradient that the library
// derives of it. The same loss, in the playground, shows the tape.
import { derive, type Tensor, tensor } from "gradtape";
import temml from "temml";
import { readLoss } from "../playground/expression.js";

/** What is shown of a function: a loss of x, and what its variables are. */
interface Use {
  readonly loss: string;
  readonly values: Readonly<Record<string, number | readonly number[] | readonly (readonly number[])[]>>;
}

const ofNumber = (name: string, x = 0.5): readonly [string, Use] => [name, { loss: `L = ${name}(x)`, values: { x } }];
const ofTwo = (name: string, x = 0.5, y = 2): readonly [string, Use] => [name, { loss: `L = ${name}(x, y)`, values: { x, y } }];
const ofVector = (name: string): readonly [string, Use] => [name, { loss: `L = ${name}(x)`, values: { x: [1, 2, 0.5] } }];
/** Of a function whose result is no number: a sum with weights c, so that each place counts differently. */
const ofTensor = (name: string, call: string, values: Use["values"]): readonly [string, Use] => [
  name,
  { loss: `L = sum(c * ${call})`, values },
];

const VECTOR = { x: [1, 2, 0.5], c: [1, -1, 2] };
const MATRIX = [
  [2, 0.5],
  [0.5, 1],
];
const SQUARE = {
  x: MATRIX,
  c: [
    [1, -1],
    [2, 0.5],
  ],
};

/** By the names of functions. */
export const uses: ReadonlyMap<string, Use> = new Map([
  ...[
    "neg",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sqrt",
    "square",
    "reciprocal",
    "abs",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "softplus",
    "relu",
    "logSigmoid",
    "silu",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "asinh",
    "atanh",
    "cbrt",
    "exp2",
    "log2",
    "log10",
    "erf",
    "erfc",
  ].map((name) => ofNumber(name)),
  ofNumber("acosh", 2),
  ofNumber("lgamma", 2.5),
  ofNumber("digamma", 2.5),
  ...["add", "sub", "mul", "div", "pow", "maximum", "minimum", "atan2", "hypot", "logAddExp", "xlogy", "mod"].map((name) => ofTwo(name)),
  ...["sum", "mean", "max", "min", "prod", "logSumExp", "variance", "norm", "std", "median"].map(ofVector),
  ["where", { loss: "L = where(x > y, x, y)", values: { x: 0.5, y: 2 } }],
  ["clamp", { loss: "L = clamp(x, 0, 1)", values: { x: 0.5 } }],
  ["matmul", { loss: "L = sum(x @ y)", values: { x: MATRIX, y: [1, -1] } }],
  ["trace", { loss: "L = trace(x)", values: { x: MATRIX } }],
  ["det", { loss: "L = det(x)", values: { x: MATRIX } }],
  ["outer", { loss: "L = sum(outer(x, y))", values: { x: [1, 2], y: [0.5, -1] } }],
  ...["softmax", "logSoftmax", "sort"].map((name) => ofTensor(name, `${name}(x)`, VECTOR)),
  ...["cumsum", "cumprod"].map((name) => ofTensor(name, `${name}(x, 0)`, VECTOR)),
  ...["transpose", "tril", "triu", "inv", "cholesky"].map((name) => ofTensor(name, `${name}(x)`, SQUARE)),
  ofTensor("diag", "diag(x)", { x: [1, 2], c: SQUARE.c }),
  ofTensor("solve", "solve(x, y)", { x: MATRIX, y: [1, -1], c: [1, 2] }),
  ["binaryCrossEntropy", { loss: "L = binaryCrossEntropy(x, y)", values: { x: 0.8, y: 1 } }],
  ["binaryCrossEntropyWithLogits", { loss: "L = binaryCrossEntropyWithLogits(x, y)", values: { x: 1.5, y: 1 } }],
  ["meanSquaredError", { loss: "L = meanSquaredError(x, y)", values: { x: [1, 2, 0.5], y: [1, 0, 2] } }],
  ["poissonNll", { loss: "L = poissonNll(x, y)", values: { x: 0.5, y: 2 } }],
  ["huber", { loss: "L = huber(x, y)", values: { x: 0.5, y: 2 } }],
]);

/**
 * Where what the library derives of its own rule is longer than what a textbook writes: that, as LaTeX, and as a formula that a test compares
 * with the gradient.
 */
export const byHand: Readonly<Record<string, { readonly latex: string; readonly formula?: string }>> = {
  silu: {
    latex: "\\sigma(x) + x \\, \\sigma(x) \\left(1 - \\sigma(x)\\right)",
    formula: "sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x))",
  },
  prod: { latex: "\\frac{L}{x} \\quad \\text{(where no } x \\text{ is 0)}", formula: "prod(x) / x" },
  variance: { latex: "\\frac{2}{n} \\left(x - \\bar x\\right)", formula: "2 / 3 * (x - mean(x))" },
  std: { latex: "\\frac{x - \\bar x}{n \\, L}", formula: "(x - mean(x)) / (3 * std(x))" },
  median: {
    latex: "\\left[x = L\\right] \\quad \\text{(of an even number, ½ at each of the two in the middle)}",
    formula: "equal(x, median(x))",
  },
  clamp: { latex: "\\left[0 \\le x \\le 1\\right]", formula: "greaterEqual(x, 0) * lessEqual(x, 1)" },
  huber: { latex: "\\operatorname{clamp}(x - y, -1, 1)", formula: "clamp(x - y, -1, 1)" },
  trace: { latex: "I", formula: "diag([1, 1])" },
  matmul: { latex: "\\mathbf 1 \\, y^\\top", formula: "outer([1, 1], y)" },
  outer: { latex: "\\mathbf 1 \\textstyle\\sum_j y_j", formula: "[1, 1] * sum(y)" },
  diag: { latex: "(c_{11}, c_{22}, \\dots)" },
  tril: { latex: "\\operatorname{tril}(c)", formula: "tril(c)" },
  triu: { latex: "\\operatorname{triu}(c)", formula: "triu(c)" },
  cumsum: { latex: "\\textstyle\\frac{\\partial L}{\\partial x_i} = \\sum_{j \\ge i} c_j" },
  cumprod: { latex: "\\textstyle\\frac{\\partial L}{\\partial x_i} = \\sum_{j \\ge i} c_j \\prod_{k \\le j,\\, k \\ne i} x_k" },
  sort: { latex: "\\textstyle\\frac{\\partial L}{\\partial x_{\\pi(i)}} = c_i, \\quad \\pi = \\operatorname{argsort}(x)" },
  cholesky: {
    latex:
      "\\operatorname{sym}\\!\\left(\\ell^{-\\top} \\, \\Phi(\\ell^\\top \\operatorname{tril}(c)) \\, \\ell^{-1}\\right), \\quad \\ell = \\operatorname{cholesky}(x), \\; \\Phi \\text{ the lower triangle with half of the diagonal}",
  },
};

/** The gradient of a use as the library derives it, as LaTeX; none where it has no formula. */
export function gradientLatex({ loss, values }: Use): string | undefined {
  const { variables, f } = readLoss(loss);
  const order = ["x", ...variables.filter((name) => name !== "x")];
  const inputs = order.map((name) => tensor(values[name] as number[]).named(name));
  try {
    const run = (...args: Tensor[]): Tensor => f(...variables.map((name) => args[order.indexOf(name)]));
    const lines = derive(run, ...inputs).steps.filter(({ section }) => section === "result");
    const [left] = lines[0].latex.split("&=");
    return `${left.trim()} = ${lines[lines.length - 1].latex.split("&=")[1].trim()}`;
  } catch {
    return undefined;
  }
}

/** What stands on the page of a function, as HTML; `base` leads to the first page. */
export function mathOf(name: string, base: string): string | undefined {
  const use = uses.get(name);
  if (use === undefined) return undefined;
  const own = byHand[name]?.latex;
  const gradient = own === undefined ? gradientLatex(use) : own.includes("\\partial") ? own : `\\frac{\\partial L}{\\partial x} = ${own}`;
  const link = `${base}playground/index.html#${new URLSearchParams({ f: use.loss, v: JSON.stringify(use.values), by: "x", step: "0" })}`;
  const formula = gradient === undefined ? "" : temml.renderToString(gradient, { displayMode: true, throwOnError: true });
  return `<div class="tsd-tag"><h4 class="tsd-anchor-link" id="gradient">Gradient</h4>
<p>With <code>${use.loss.replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</code>:</p>${formula}
<p><a href="${link.replaceAll("&", "&amp;")}">Step through its tape in the playground</a></p></div>`;
}
