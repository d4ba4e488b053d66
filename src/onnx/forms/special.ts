import type { AttributesOf } from "../../ops/op.js";
import type { Graph } from "../graph.js";
import { expm1, log1p, log1pOfPositive, operator } from "./elementwise.js";
import type { Form, Forms, Refusal } from "./form.js";

type Ops = typeof import("../../ops/special.js");

const FLOAT32_ONLY: Refusal = { refused: "runtimes compute it in float32 only" };
const MISSING: Refusal = { refused: "ONNX has no such function" };

/** From here on x² + 1 is x², in float32 too, and x² does not overflow. */
const LARGE = 1e10;

const signed = (graph: Graph, x: string, ofSize: string): string => graph.node("Mul", [graph.node("Sign", [x]), ofSize]);

/** ±(e + e/(1 + e))/2 with e = e^|x| − 1: no digits are lost near 0. The fraction is 1 at most, which it is taken for where e is large. */
const sinh: Form = (graph, [x], node) => {
  const one = graph.number(1);
  const e = expm1(graph, [graph.node("Abs", [x])], node);
  const isLarge = graph.node("Greater", [e, graph.number(LARGE)]);
  const rest = graph.node("Where", [isLarge, one, graph.node("Div", [e, graph.node("Add", [one, e])])]);
  return signed(graph, x, graph.node("Mul", [graph.number(0.5), graph.node("Add", [e, rest])]));
};

const cosh: Form = (graph, [x]) => {
  const powers = graph.node("Add", [graph.node("Exp", [x]), graph.node("Exp", [graph.node("Neg", [x])])]);
  return graph.node("Mul", [graph.number(0.5), powers]);
};

/** ±ln(1 + (|x| + x²/(1 + √(1 + x²)))); for large x, whose square overflows, ln|x| + ln 2. */
const asinh: Form = (graph, [x]) => {
  const one = graph.number(1);
  const size = graph.node("Abs", [x]);
  const isLarge = graph.node("Greater", [size, graph.number(LARGE)]);
  const safe = graph.node("Where", [isLarge, one, size]);
  const square = graph.node("Mul", [safe, safe]);
  const root = graph.node("Sqrt", [graph.node("Add", [one, square])]);
  const rest = graph.node("Add", [safe, graph.node("Div", [square, graph.node("Add", [one, root])])]);
  const far = graph.node("Add", [graph.node("Log", [size]), graph.number(Math.LN2)]);
  return signed(graph, x, graph.node("Where", [isLarge, far, log1pOfPositive(graph, rest)]));
};

/** ln(1 + (t + √(t(x + 1)))) with t = x − 1; for large x ln x + ln 2. */
const acosh: Form = (graph, [x]) => {
  const one = graph.number(1);
  const isLarge = graph.node("Greater", [x, graph.number(LARGE)]);
  const safe = graph.node("Where", [isLarge, one, x]);
  const t = graph.node("Sub", [safe, one]);
  const root = graph.node("Sqrt", [graph.node("Mul", [t, graph.node("Add", [safe, one])])]);
  const far = graph.node("Add", [graph.node("Log", [x]), graph.number(Math.LN2)]);
  return graph.node("Where", [isLarge, far, log1pOfPositive(graph, graph.node("Add", [t, root]))]);
};

/** ±½ ln(1 + 2|x|/(1 − |x|)). */
const atanh: Form = (graph, [x], node) => {
  const size = graph.node("Abs", [x]);
  const ratio = graph.node("Div", [graph.node("Add", [size, size]), graph.node("Sub", [graph.number(1), size])]);
  return signed(graph, x, graph.node("Mul", [graph.number(0.5), log1p(graph, [ratio], node)]));
};

const cbrt: Form = (graph, [x]) => signed(graph, x, graph.node("Pow", [graph.node("Abs", [x]), graph.number(1 / 3)]));

const logarithm =
  (factor: number): Form =>
  (graph, [x]) =>
    graph.node("Mul", [graph.node("Log", [x]), graph.number(factor)]);

/**
 * The two divided by the larger, and the root of the sum of their squares; where one is infinite, ±1 stands for what is and 0 for the other.
 */
const length =
  (finish: (graph: Graph, part: string, large: string, root: string) => string): Form =>
  (graph, [x, y]) => {
    const [zero, one, infinity] = [0, 1, Number.POSITIVE_INFINITY].map((value) => graph.number(value));
    const isInfinite = (z: string): string => graph.node("Equal", [graph.node("Abs", [z]), infinity]);
    const isFar = graph.node("Or", [isInfinite(x), isInfinite(y)]);
    const large = graph.node("Where", [isFar, infinity, graph.node("Max", [graph.node("Abs", [x]), graph.node("Abs", [y])])]);
    const safe = graph.node("Where", [graph.node("Or", [isFar, graph.node("Equal", [large, zero])]), one, large]);
    const part = (z: string): string =>
      graph.node("Where", [isFar, graph.node("Where", [isInfinite(z), graph.node("Sign", [z]), zero]), graph.node("Div", [z, safe])]);
    const square = (z: string): string => graph.node("Mul", [part(z), part(z)]);
    const root = graph.node("Sqrt", [graph.node("Add", [square(x), square(y)])]);
    return finish(graph, part(x), large, root);
  };

const hypot = /* @__PURE__ */ length((graph, _, large, root) => graph.node("Mul", [large, root]));

const directionCosine = /* @__PURE__ */ length((graph, x, _, root) => {
  const isZero = graph.node("Equal", [root, graph.number(0)]);
  return graph.node("Div", [x, graph.node("Where", [isZero, graph.number(1), root])]);
});

/** max + ln(1 + e^(−|x − y|)); for equal ones, infinite ones too, x + ln 2. */
const logAddExp: Form = (graph, [x, y]) => {
  const distance = graph.node("Abs", [graph.node("Sub", [x, y])]);
  const e = graph.node("Exp", [graph.node("Neg", [distance])]);
  const apart = graph.node("Add", [graph.node("Max", [x, y]), log1pOfPositive(graph, e)]);
  return graph.node("Where", [graph.node("Equal", [x, y]), graph.node("Add", [x, graph.number(Math.LN2)]), apart]);
};

const xlogy: Form = (graph, [x, y]) => {
  const term = graph.node("Mul", [x, graph.node("Log", [y])]);
  const isZero = graph.node("And", [
    graph.node("Equal", [x, graph.number(0)]),
    graph.node("Equal", [y, y]), // not NaN
  ]);
  return graph.node("Where", [isZero, graph.number(0), term]);
};

/** The remainder with the sign of x, and y more where that is not the sign of y. */
const mod: Form = (graph, [x, y]) => {
  const zero = graph.number(0);
  const rest = graph.node("Mod", [x, y], { fmod: 1 });
  const differs = graph.node("Xor", [graph.node("Less", [rest, zero]), graph.node("Less", [y, zero])]);
  const isShort = graph.node("And", [graph.node("Not", [graph.node("Equal", [rest, zero])]), differs]);
  return graph.node("Where", [isShort, graph.node("Add", [rest, y]), rest]);
};

const trunc: Form = (graph, [x]) => signed(graph, x, graph.node("Floor", [graph.node("Abs", [x])]));

/** (1 − x)(1 + x). */
const oneMinusSquare: Form = (graph, [x]) => {
  const one = graph.number(1);
  return graph.node("Mul", [graph.node("Sub", [one, x]), graph.node("Add", [one, x])]);
};

/** Hermite's polynomial times e^(−x²), by the recurrence of the kernel. */
const gaussian: Form<AttributesOf<Ops["Gaussian"]>> = (graph, [x], { attributes: { order } }) => {
  const times = (factor: number, y: string): string => graph.node("Mul", [graph.number(factor), y]);
  let [last, hermite] = [graph.number(0), graph.number(1)];
  for (let n = 0; n < order; n++)
    [last, hermite] = [hermite, graph.node("Sub", [times(-2, graph.node("Mul", [x, hermite])), times(2 * n, last)])];
  const power = graph.node("Exp", [graph.node("Neg", [graph.node("Mul", [x, x])])]);
  const isZero = graph.node("Equal", [power, graph.number(0)]);
  return graph.node("Where", [isZero, power, graph.node("Mul", [hermite, power])]);
};

/** The forms of elementary and special functions. */
export const special: Forms<Ops> = {
  Tan: (graph, [x]) => graph.node("Div", [graph.node("Sin", [x]), graph.node("Cos", [x])]),
  OneMinusSquare: oneMinusSquare,
  Asin: FLOAT32_ONLY,
  Acos: FLOAT32_ONLY,
  Atan: FLOAT32_ONLY,
  AtanSlope: (graph, [x]) => graph.node("Reciprocal", [graph.node("Add", [graph.number(1), graph.node("Mul", [x, x])])]),
  Atan2: MISSING,
  Hypot: hypot,
  DirectionCosine: directionCosine,
  Sinh: sinh,
  Cosh: cosh,
  Asinh: asinh,
  Acosh: acosh,
  Atanh: atanh,
  Cbrt: cbrt,
  Exp2: (graph, [x]) => graph.node("Pow", [graph.number(2), x]),
  Log2: /* @__PURE__ */ logarithm(Math.LOG2E),
  Log10: /* @__PURE__ */ logarithm(Math.LOG10E),
  Erf: FLOAT32_ONLY,
  Erfc: MISSING,
  Gaussian: gaussian,
  Lgamma: MISSING,
  Digamma: MISSING,
  Polygamma: MISSING,
  LogAddExp: logAddExp,
  Xlogy: xlogy,
  Mod: mod,
  Floor: /* @__PURE__ */ operator("Floor"),
  Ceil: /* @__PURE__ */ operator("Ceil"),
  Round: /* @__PURE__ */ operator("Round"),
  Trunc: trunc,
};
