import { formatNumber } from "../format.js";
import type { MatMulAttributes } from "../kernels/matmul.js";
import type { Node, Tape } from "../tape.js";
import type { Tensor } from "../tensor.js";

/** How tightly a formula holds together: what is looser than its place asks for goes into parentheses. */
const SUM = 0;
const PRODUCT = 1;
const POWER = 2;
const ATOM = 3;

interface Formula {
  readonly text: string;
  readonly level: number;
}

const atom = (text: string): Formula => ({ text, level: ATOM });
const parenthesized = (text: string): string => `\\left(${text}\\right)`;
const within = ({ text, level }: Formula, asked: number): string => (level < asked ? parenthesized(text) : text);
const called = (name: string, ...args: readonly Formula[]): Formula =>
  atom(`${name}${parenthesized(args.map(({ text }) => text).join(", "))}`);
const comparison =
  (sign: string) =>
  ([x, y]: readonly Formula[]): Formula =>
    atom(`\\left[${x.text} ${sign} ${y.text}\\right]`);
const letters = (name: string): string => `\\operatorname{${name}}`;

/** How an op is written, from the formulas of its inputs. */
type Notation = (inputs: readonly Formula[], node: Node) => Formula;

const isNumber = ({ text }: Formula): boolean => /^-?\d[\d.]*( \\cdot 10\^\{-?\d+\})?$/.test(text);

/** Numbers come first, as people write them; the order does not matter to a product. */
const product: Notation = ([x, y], { inputs }) => {
  const [left, right] = isNumber(y) && !isNumber(x) ? [y, x] : [x, y];
  const sign = inputs.every((input) => input.rank > 0) ? "\\odot" : /^\d/.test(right.text) ? "\\cdot" : "\\,";
  return { text: `${within(left, PRODUCT)} ${sign} ${within(right, PRODUCT)}`, level: PRODUCT };
};

const matrixProduct: Notation = ([a, b], { inputs, attributes }) => {
  const { transposeA, transposeB } = attributes as MatMulAttributes;
  const side = (x: Formula, transposed: boolean): string => (transposed ? `${within(x, ATOM)}^\\top` : within(x, PRODUCT));
  const [left, right] = inputs;
  if (left.rank === 1 && right.rank > 0) return { text: `${within(a, ATOM)}^\\top ${side(b, transposeB)}`, level: PRODUCT };
  return { text: `${side(a, transposeA)}\\, ${side(b, transposeB)}`, level: PRODUCT };
};

const reduced =
  (sign: string): Notation =>
  ([x], { attributes }) => {
    const { axes } = attributes as { axes: readonly number[] };
    return { text: `${sign}_{${axes.join(",")}} ${within(x, PRODUCT)}`, level: PRODUCT };
  };

const NOTATION: Readonly<Record<string, Notation>> = {
  Neg: ([x]) => ({ text: `-${within(x, PRODUCT)}`, level: SUM }),
  Add: ([x, y]) => ({ text: `${x.text} + ${y.text.startsWith("-") ? parenthesized(y.text) : y.text}`, level: SUM }),
  Sub: ([x, y]) => ({ text: `${x.text} - ${within(y, PRODUCT)}`, level: SUM }),
  Mul: product,
  Div: ([x, y]) => atom(`\\frac{${x.text}}{${y.text}}`),
  MatMul: matrixProduct,
  Exp: ([x]) => ({ text: `e^{${x.text}}`, level: POWER }),
  Expm1: ([x]) => ({ text: `e^{${x.text}} - 1`, level: SUM }),
  Log: ([x]) => called("\\ln", x),
  Log1p: ([x]) => called("\\ln", { text: `1 + ${x.text}`, level: SUM }),
  Sqrt: ([x]) => atom(`\\sqrt{${x.text}}`),
  Square: ([x]) => ({ text: `${within(x, ATOM)}^{2}`, level: POWER }),
  Pow: ([x, y]) => ({ text: `${within(x, ATOM)}^{${y.text}}`, level: POWER }),
  Reciprocal: ([x]) => atom(`\\frac{1}{${x.text}}`),
  Abs: ([x]) => atom(`\\left|${x.text}\\right|`),
  Sin: ([x]) => called("\\sin", x),
  Cos: ([x]) => called("\\cos", x),
  Tanh: ([x]) => called("\\tanh", x),
  Sigmoid: ([x]) => called("\\sigma", x),
  Maximum: (inputs) => called("\\max", ...inputs),
  Minimum: (inputs) => called("\\min", ...inputs),
  Relu: ([x]) => called("\\max", x, atom("0")),
  Equal: /* @__PURE__ */ comparison("="),
  NotEqual: /* @__PURE__ */ comparison("\\ne"),
  Less: /* @__PURE__ */ comparison("<"),
  LessEqual: /* @__PURE__ */ comparison("\\le"),
  Greater: /* @__PURE__ */ comparison(">"),
  GreaterEqual: /* @__PURE__ */ comparison("\\ge"),
  Where: ([condition, x, y]) => atom(`\\begin{cases}${x.text} & ${condition.text} \\\\ ${y.text} & \\text{else}\\end{cases}`),
  Sum: /* @__PURE__ */ reduced("\\sum"),
  Max: /* @__PURE__ */ reduced("\\max"),
  Min: /* @__PURE__ */ reduced("\\min"),
  LogisticLoss: ([z, y]) => ({ text: `\\ln\\left(1 + e^{${z.text}}\\right) - ${within(y, PRODUCT)}\\, ${within(z, PRODUCT)}`, level: SUM }),
  LogisticGradient: ([g, z, y]) => ({
    text: `${within(g, PRODUCT)}\\, \\left(\\sigma\\left(${z.text}\\right) - ${within(y, PRODUCT)}\\right)`,
    level: PRODUCT,
  }),
  Transpose: ([x]) => ({ text: `${within(x, ATOM)}^\\top`, level: POWER }),
};

/**
 * A tape as equations in LaTeX, an `aligned` block: one for each value that has a label, is an output, or is read more than
 * once; what is read once stands in the formula that reads it. Products of two tensors place by place are ⊙, comparisons are
 * Iverson brackets (1 where they hold), an op without a sign of its own stands by its name. On the tape of a gradient the
 * cotangent of z is z with a bar.
 *
 * @param tape - From `record`.
 *
 * @example
 * ```ts
 * const tape = record((x: Tensor) => x.mul(2).add(1).square().named("L"), tensor(3).named("x"));
 * toLatex(tape).split("\n")[1]; // "L &= \\left(2 \\, x + 1\\right)^{2}"
 * ```
 */
export function toLatex(tape: Tape): string {
  const symbols = new Map<Tensor, string>();
  const readers = new Map<Tensor, number>();
  for (const { inputs } of tape.nodes) for (const x of inputs) readers.set(x, (readers.get(x) ?? 0) + 1);
  for (const [i, x] of tape.inputs.entries()) symbols.set(x, x.label === undefined ? `x_{${i + 1}}` : symbol(x.label));
  for (const { output } of tape.nodes) if (output.label !== undefined) symbols.set(output, symbol(output.label));
  const computed = new Set(tape.nodes.map(({ output }) => output));
  for (const [x, g] of tape.cotangents) {
    const primal = symbols.get(x);
    if (primal !== undefined && computed.has(g) && !symbols.has(g)) symbols.set(g, `\\bar{${primal}}`);
  }
  for (const [i, { output }] of tape.nodes.entries())
    if (!symbols.has(output) && (tape.outputs.includes(output) || (readers.get(output) ?? 0) > 1)) symbols.set(output, `v_{${i + 1}}`);

  const inlined = new Map<Tensor, Formula>();
  const formula = (x: Tensor): Formula => {
    const known = symbols.get(x);
    if (known !== undefined) return atom(known);
    return inlined.get(x) ?? constant(x);
  };
  const lines: string[] = [];
  for (const node of tape.nodes) {
    const inputs = node.inputs.map(formula);
    const own = (Object.hasOwn(NOTATION, node.op.name) ? NOTATION[node.op.name] : undefined)?.(inputs, node);
    const right = own ?? called(letters(node.op.name), ...inputs);
    const left = symbols.get(node.output);
    if (left === undefined) inlined.set(node.output, right);
    else lines.push(`${left} &= ${right.text}`);
  }
  return `\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}`;
}

function constant(x: Tensor): Formula {
  if (x.label !== undefined) return atom(symbol(x.label));
  if (x.size !== 1) return atom(`\\mathrm{c}_{${x.shape.join("\\times ")}}`);
  const text = formatNumber(x.data[0])
    .replace("∞", "\\infty")
    .replace(/e([+-]?)(\d+)$/, (_, sign: string, digits: string) => ` \\cdot 10^{${sign === "-" ? "-" : ""}${digits}}`);
  return { text, level: text.startsWith("-") ? SUM : text.includes("cdot") ? PRODUCT : ATOM };
}

const ACCENTS: Readonly<Record<string, string>> = { "\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot" };

/** A label as a symbol: ŷ is y with a hat, W1 has an index, a word is set upright. */
function symbol(label: string): string {
  const [letter, accent, ...rest] = label.normalize("NFD");
  if (accent !== undefined && rest.length === 0 && accent in ACCENTS) return `\\${ACCENTS[accent]}{${letter}}`;
  if (/^\p{L}$/u.test(label)) return label;
  const indexed = /^(\p{L})_?(\d+)$/u.exec(label);
  if (indexed !== null) return `${indexed[1]}_{${indexed[2]}}`;
  return `\\mathrm{${label.replace(/[\\{}$&#^_%~]/g, (sign) => (sign === "\\" || sign === "^" || sign === "~" ? " " : `\\${sign}`))}}`;
}
