import type { AttributesOf, NameOf } from "../../ops/op.js";
import type { Graph } from "../graph.js";
import type { Form, Forms } from "./form.js";

type Ops = typeof import("../../ops/elementwise.js");
/** The form of one of these ops, with its attributes. */
type FormOf<N extends NameOf<Ops>> = Form<AttributesOf<Ops[N]>>;

/** An operator of ONNX that does the same. */
export const operator =
  (name: string): Form =>
  (graph, inputs) =>
    graph.node(name, inputs);

const comparison =
  (name: string): Form =>
  (graph, [x, y]) =>
    graph.comparison(name, x, y);

// ONNX has no log1p and no expm1, and its Sigmoid and Softplus, as runtimes compute them, round small results away. These forms
// keep all digits.

/**
 * ln(1 + x) = ln(u)·x/(u − 1) with u = 1 + x as it was rounded: the rounding is in both factors and cancels (Kahan; Goldberg
 * 1991, theorem 4). Where u is 1, x itself. For 0 ≤ x < ∞.
 */
export function log1pOfPositive(graph: Graph, x: string): string {
  const one = graph.number(1);
  const u = graph.node("Add", [x, one]);
  const d = graph.node("Sub", [u, one]);
  const exact = graph.node("Mul", [graph.node("Log", [u]), graph.node("Div", [x, d])]);
  return graph.node("Where", [graph.node("Equal", [d, graph.number(0)]), x, exact]);
}

/** The same for all x. From 1 on it is ln(u), which makes a difference only at ∞. */
export const log1p: Form = (graph, [x]) => {
  const one = graph.number(1);
  const plain = graph.node("Log", [graph.node("Add", [x, one])]);
  return graph.node("Where", [graph.node("Less", [x, one]), log1pOfPositive(graph, x), plain]);
};

/** eˣ − 1 = (u − 1)·x/ln(u) with u = eˣ as it was rounded (Kahan). Where u is 1, x itself; from |x| = 1 on nothing cancels. */
export const expm1: Form = (graph, [x]) => {
  const one = graph.number(1);
  const u = graph.node("Exp", [x]);
  const plain = graph.node("Sub", [u, one]);
  const exact = graph.node("Mul", [plain, graph.node("Div", [x, graph.node("Log", [u])])]);
  const small = graph.node("Where", [graph.node("Equal", [u, one]), x, exact]);
  return graph.node("Where", [graph.node("Less", [graph.node("Abs", [x]), one]), small, plain]);
};

/** e^(−|z|), which never overflows. */
const expNegAbs = (graph: Graph, z: string): string => graph.node("Exp", [graph.node("Neg", [graph.node("Abs", [z])])]);

/** σ(z) = 1/(1 + e), or e/(1 + e) for z < 0, with e = e^(−|z|). */
const sigmoid: Form = (graph, [z]) => {
  const e = expNegAbs(graph, z);
  const one = graph.number(1);
  const top = graph.node("Where", [graph.node("Less", [z, graph.number(0)]), e, one]);
  return graph.node("Div", [top, graph.node("Add", [one, e])]);
};

/** ln(1 + eᶻ) = max(z, 0) + ln(1 + e^(−|z|)). */
const softplus: Form = (graph, [z]) => graph.node("Add", [graph.node("Relu", [z]), log1pOfPositive(graph, expNegAbs(graph, z))]);

/**
 * softplus(z) − y·z = (max(z, 0) − y·z) + ln(1 + e^(−|z|)). At ±∞, where that is ∞ − ∞, the part of the target on the other side
 * times ∞.
 */
const logisticLoss: Form = (graph, [z, y]) => {
  const [zero, one] = [graph.number(0), graph.number(1)];
  const size = graph.node("Abs", [z]);
  const linear = graph.node("Sub", [graph.node("Relu", [z]), graph.node("Mul", [y, z])]);
  const finite = graph.node("Add", [linear, log1pOfPositive(graph, expNegAbs(graph, z))]);
  const wrong = graph.node("Where", [graph.node("Greater", [z, zero]), graph.node("Sub", [one, y]), y]);
  const infinite = graph.node("Where", [graph.node("Equal", [wrong, zero]), zero, graph.node("Mul", [wrong, size])]);
  return graph.node("Where", [graph.node("Equal", [size, graph.number(Number.POSITIVE_INFINITY)]), infinite, finite]);
};

/** g·(σ(z) − y), with σ(z) − y = ½ + ½·sign z − y − sign z·e/(1 + e) and e = e^(−|z|): the 1 meets y before the rest is taken away. */
const logisticGradient: Form = (graph, [g, z, y]) => {
  const half = graph.number(0.5);
  const sign = graph.node("Sign", [z]);
  const e = expNegAbs(graph, z);
  const step = graph.node("Add", [half, graph.node("Mul", [half, sign])]);
  const rest = graph.node("Div", [graph.node("Mul", [sign, e]), graph.node("Add", [graph.number(1), e])]);
  return graph.node("Mul", [g, graph.node("Sub", [graph.node("Sub", [step, y]), rest])]);
};

/** e/(1 + e)², the slope of σ, from e = e^(−|z|). */
function slope(graph: Graph, e: string): string {
  const below = graph.node("Add", [graph.number(1), e]);
  return graph.node("Div", [e, graph.node("Mul", [below, below])]);
}

const tanhSlope: Form = (graph, [x]) =>
  graph.node("Mul", [graph.number(4), slope(graph, expNegAbs(graph, graph.node("Mul", [graph.number(2), x])))]);

/** x·σ(x), and 0 where σ is 0, at −∞ too. */
const silu: Form = (graph, [x], node) => {
  const s = sigmoid(graph, [x], node);
  const zero = graph.number(0);
  return graph.node("Where", [graph.node("Equal", [s, zero]), zero, graph.node("Mul", [x, s])]);
};

/** A product or quotient in which zeros win over what they meet. */
const strong =
  (name: string): FormOf<"Mul" | "Div"> =>
  (graph, [x, y], { attributes }) => {
    const zero = graph.number(0);
    const result = graph.node(name, [x, y]);
    if (attributes === undefined) return result;
    const first = graph.node("Where", [graph.node("Equal", [x, zero]), zero, result]);
    return attributes.strong === "either" ? graph.node("Where", [graph.node("Equal", [y, zero]), zero, first]) : first;
  };

/** c·∂ₓᵃ∂ᵧᵇ xʸ by the formula in `kernels/power.ts`. At x = 0 it knows the limit 0 of xʸ⁻ᵃ·lnᵇ x, not the infinite ones. */
const powDerivative: FormOf<"PowDerivative"> = (graph, [c, x, y], { attributes: { byBase, byExponent } }) => {
  const [zero, one] = [graph.number(0), graph.number(1)];
  let products = [one];
  for (let i = 0; i < byBase; i++) {
    const factor = graph.node("Sub", [y, graph.number(i)]);
    products = [...products, zero].map((product, k) =>
      k === 0 ? product : graph.node("Add", [product, graph.node("Mul", [products[k - 1], factor])]),
    );
  }
  const exponent = graph.node("Sub", [y, graph.number(byBase)]);
  const logarithm = graph.node("Log", [x]);
  let total = zero;
  for (let j = 0, count = 1; j <= Math.min(byBase, byExponent); count *= byExponent - j, j++) {
    let term = graph.node("Mul", [graph.number(count), products[byBase - j]]);
    for (let k = j; k < byExponent; k++) term = graph.node("Mul", [term, logarithm]);
    total = graph.node("Add", [total, term]);
  }
  const power = graph.node("Mul", [graph.node("Mul", [c, total]), graph.node("Pow", [x, exponent])]);
  const atZero = graph.node("And", [graph.node("Equal", [x, zero]), graph.node("Greater", [exponent, zero])]);
  const inner = byExponent === 0 ? power : graph.node("Where", [atZero, zero, power]);
  return graph.node("Where", [graph.node("Equal", [c, zero]), zero, inner]);
};

/** eʳ − k·r, and eʳ alone where it is ∞ or k is 0. */
const poissonLoss: Form = (graph, [r, count]) => {
  const rate = graph.node("Exp", [r]);
  const alone = graph.node("Or", [
    graph.node("Equal", [rate, graph.number(Number.POSITIVE_INFINITY)]),
    graph.node("Equal", [count, graph.number(0)]),
  ]);
  return graph.node("Where", [alone, rate, graph.node("Sub", [rate, graph.node("Mul", [count, r])])]);
};

/** eʳ − k, as (eʳ − 1) + (1 − k). */
const poissonResidual: Form = (graph, [r, count], node) =>
  graph.node("Where", [
    graph.node("Less", [graph.node("Abs", [r]), graph.number(1)]),
    graph.node("Add", [expm1(graph, [r], node), graph.node("Sub", [graph.number(1), count])]),
    graph.node("Sub", [graph.node("Exp", [r]), count]),
  ]);

/** 1, 0 or the tie; where none of the three holds, x + y is NaN. */
const heaviside: FormOf<"Heaviside"> = (graph, [x, y], { attributes: { tie } }) => {
  const atTie = graph.node("Where", [graph.node("Equal", [x, y]), graph.number(tie), graph.node("Add", [x, y])]);
  const below = graph.node("Where", [graph.node("Less", [x, y]), graph.number(0), atTie]);
  return graph.node("Where", [graph.node("Greater", [x, y]), graph.number(1), below]);
};

/** The forms of elementwise ops. */
export const elementwise: Forms<Ops> = {
  Neg: operator("Neg"),
  Exp: operator("Exp"),
  Expm1: expm1,
  Log: operator("Log"),
  Log1p: log1p,
  Sqrt: operator("Sqrt"),
  Square: (graph, [x]) => graph.node("Mul", [x, x]),
  Reciprocal: operator("Reciprocal"),
  Abs: operator("Abs"),
  Sign: operator("Sign"),
  Sin: operator("Sin"),
  Cos: operator("Cos"),
  Tanh: operator("Tanh"),
  TanhSlope: tanhSlope,
  Sigmoid: sigmoid,
  SigmoidSlope: (graph, [z]) => slope(graph, expNegAbs(graph, z)),
  Silu: silu,
  Softplus: softplus,
  Relu: operator("Relu"),
  Add: operator("Add"),
  Sub: operator("Sub"),
  Mul: strong("Mul"),
  Div: strong("Div"),
  Pow: operator("Pow"),
  PowDerivative: powDerivative,
  Maximum: operator("Max"),
  Minimum: operator("Min"),
  LogisticLoss: logisticLoss,
  LogisticGradient: logisticGradient,
  PoissonLoss: poissonLoss,
  PoissonResidual: poissonResidual,
  Heaviside: heaviside,
  Where: (graph, [condition, x, y]) => graph.node("Where", [graph.asTruth(condition), x, y]),
  Equal: comparison("Equal"),
  NotEqual: (graph, [x, y]) => graph.fromTruth(graph.node("Not", [graph.node("Equal", [x, y])])),
  Less: comparison("Less"),
  LessEqual: comparison("LessOrEqual"),
  Greater: comparison("Greater"),
  GreaterEqual: comparison("GreaterOrEqual"),
};
