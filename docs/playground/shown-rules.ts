import type { Node, Tensor } from "gradtape";
import { applyRule } from "./steps.js";

/** What the ops below have of it. */
interface Attributes {
  readonly axis: number;
  readonly axes: readonly number[];
}

/** A rule as a textbook writes it, in place of what the engine computes. */
interface ShownRule {
  readonly rule: (g: Tensor, output: Tensor, inputs: readonly Tensor[], attributes: Attributes) => Tensor;
  /** What is left out, in a few words. */
  readonly note: string;
}

/** A number that the user wrote, as an exponent often is. */
const constant = (x: Tensor): number | undefined => (x.label === undefined && x.size === 1 ? x.item() : undefined);

/** The share of each place in the largest or smallest value: equal ones share the cotangent. */
const extremum: ShownRule = {
  rule: (g, output, [x], { axes }) => {
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const kept = (reduced: Tensor): Tensor => (axes.every((axis, i) => axis === i) ? reduced : reduced.reshape(shape));
    const taken = x.equal(kept(output));
    return kept(g).mul(taken).div(taken.sum(axes, true));
  },
  note: "",
};

/**
 * Rules whose code guards against what happens at the edge of float64 numbers, by op and input. Each is a function like the
 * engine's own, so that both can be compared.
 */
const SHOWN: Readonly<Record<string, readonly (ShownRule | undefined)[]>> = {
  Pow: [
    {
      rule: (g, _, [x, y]) => {
        const exponent = constant(y);
        if (exponent === undefined) return g.mul(y).mul(x.pow(y.sub(1)));
        return exponent === 2 ? g.mul(y).mul(x) : g.mul(y).mul(x.pow(exponent - 1));
      },
      note: "A guard for 0 · ∞ is left out.",
    },
    { rule: (g, output, [x]) => g.mul(output).mul(x.log()), note: "A guard for 0 · ∞ is left out." },
  ],
  Softmax: [
    {
      rule: (g, s, _, { axis }) => s.mul(g.sub(g.mul(s).sum(axis, true))),
      note: "It is computed from differences that do not cancel.",
    },
  ],
  Sigmoid: [{ rule: (g, s) => g.mul(s).mul(s.rsub(1)), note: "1 − σ(z) is computed as σ(−z), which does not cancel." }],
  LogisticLoss: [
    { rule: (g, _, [z, y]) => g.mul(z.sigmoid().sub(y)), note: "The difference is computed so that it does not cancel." },
    undefined,
  ],
  Prod: [
    {
      rule: (g, output, [x], { axis }) => g.expandDims(axis).mul(output.expandDims(axis)).div(x),
      note: "It is computed without the division, so zeros do no harm.",
    },
  ],
  Max: [extremum],
  Min: [extremum],
  Relu: [{ rule: (g, _, [x]) => g.mul(x.greater(0)), note: "" }],
  Maximum: [
    { rule: (g, _, [x, y]) => g.mul(x.greater(y).add(x.equal(y).div(2))), note: "" },
    { rule: (g, _, [x, y]) => g.mul(y.greater(x).add(x.equal(y).div(2))), note: "" },
  ],
  Minimum: [
    { rule: (g, _, [x, y]) => g.mul(x.less(y).add(x.equal(y).div(2))), note: "" },
    { rule: (g, _, [x, y]) => g.mul(y.less(x).add(x.equal(y).div(2))), note: "" },
  ],
};

const shownOf = ({ op }: Node, input: number): ShownRule | undefined => (Object.hasOwn(SHOWN, op.name) ? SHOWN[op.name][input] : undefined);

/** The rule of one input as it is shown; the engine's own where that one can be read. */
export function shownRule(node: Node, input: number, g: Tensor, output: Tensor, inputs: readonly Tensor[]): Tensor {
  const shown = shownOf(node, input);
  if (shown !== undefined) return shown.rule(g, output, inputs, node.attributes as Attributes);
  return applyRule(node, input, g, output, inputs) as Tensor;
}

/** What the shown rule leaves out; nothing where it is the engine's own. */
export const noteOf = (node: Node, input: number): string => shownOf(node, input)?.note ?? "";
