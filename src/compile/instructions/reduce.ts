import type { ReducedAxes } from "../../base/axes.js";
import { around } from "../../base/axes.js";
import type { AnyOp } from "../../ops/op.js";
import { LogSumExp, Max, Min, Softmax, Sum } from "../../ops/reduce.js";
import type { Node } from "../../tape/tape.js";
import { Code } from "../codes.js";
import { type Instruction, moving, type Rows, type Site } from "./instruction.js";

/** The input as [outer, size, inner] with the middle to be reduced, if the axes are neighbors. */
function seen({ inputs: [x], attributes }: Node): { from: number; outer: number; size: number; inner: number } | undefined {
  const { axes } = attributes as ReducedAxes;
  const from = axes[0] ?? x.rank;
  const isOne = axes.every((axis, i) => axis === from + i);
  return isOne ? { from, ...around(x.shape, from, from + axes.length) } : undefined;
}

function rowsOfReduction(node: Node, canSum: boolean): Rows | undefined {
  const [x] = node.inputs;
  const view = seen(node);
  if (x.rank === 0 || view === undefined || (view.from === 0 && !canSum)) return undefined;
  return { count: x.shape[0], sums: view.from === 0, inputs: [true] };
}

const reduction = (code: Code): Instruction => ({
  rows: (node) => rowsOfReduction(node, code === Code.Sum),
  encode: (node, site) => {
    const view = seen(node);
    if (view === undefined) return undefined;
    const { outer, size, inner } = view;
    const [x] = node.inputs;
    const from = moving(x, true, site);
    if (site.rows?.sums === true)
      return [Code.SumRows, site.at(node.output), site.keep(inner), ...from, size / site.rows.count, inner, site.room(inner)];
    return [code, ...moving(node.output, true, site), ...from, outer / (site.rows?.count ?? 1), size, inner];
  },
});

const alongLastAxis = (node: Node): ReturnType<typeof around> | undefined => {
  const view = around(node.inputs[0].shape, (node.attributes as { axis: number }).axis);
  return view.inner === 1 ? view : undefined;
};

const exponential = (code: Code): Instruction => ({
  rows: (node) => {
    const { shape } = node.inputs[0];
    return shape.length > 1 && alongLastAxis(node) !== undefined ? { count: shape[0], sums: false, inputs: [true] } : undefined;
  },
  encode: (node, site) => {
    const view = alongLastAxis(node);
    if (view === undefined || view.size === 0) return undefined;
    return [...head(code, node, site), view.outer / (site.rows?.count ?? 1), view.size, ...top(code, view.outer, site)];
  },
});

const head = (code: Code, { inputs, output }: Node, site: Site): number[] => [
  code,
  ...moving(output, true, site),
  ...moving(inputs[0], true, site),
];

/** LogSumExp keeps each row's maximum aside. */
function top(code: Code, count: number, site: Site): number[] {
  if (code !== Code.LogSumExp) return [];
  return [site.room(site.rows === undefined ? count : (count / site.rows.count) * site.chunk)];
}

/** The instructions of reductions, and of what works along one axis. */
export const reduce: readonly (readonly [AnyOp, Instruction])[] = [
  [Sum, /* @__PURE__ */ reduction(Code.Sum)],
  [Max, /* @__PURE__ */ reduction(Code.Max)],
  [Min, /* @__PURE__ */ reduction(Code.Min)],
  [Softmax, /* @__PURE__ */ exponential(Code.Softmax)],
  [LogSumExp, /* @__PURE__ */ exponential(Code.LogSumExp)],
];
