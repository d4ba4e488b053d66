import { around, type ReducedAxes } from "../../base/axes.js";
import * as ops from "../../ops/reduce.js";
import { type Applied, type Instruction, type Region, type Table, wordsOf } from "./instruction.js";

/** The instructions of reductions, and of what works along one axis. */
export const reduce: Table<typeof ops> = {
  Sum: /* @__PURE__ */ reduction(ops.Sum, "Sum"),
  Max: /* @__PURE__ */ reduction(ops.Max, "Max"),
  Min: /* @__PURE__ */ reduction(ops.Min, "Min"),
  Prod: "kernel",
  LogSumExp: /* @__PURE__ */ alongLastAxis(ops.LogSumExp, {
    // For each line its maximum.
    needs: (applied, region) => ({ kept: [], passing: [perRow(lines(applied).outer, region) * (region?.chunk ?? 1)] }),
    encode(applied, { region, inputs: [x], output: out, passing: [top] }) {
      const { outer, size } = lines(applied);
      return wordsOf("LogSumExp", { out, x, count: perRow(outer, region), size, top });
    },
  }),
  Softmax: /* @__PURE__ */ alongLastAxis(ops.Softmax, {
    encode(applied, { region, inputs: [x], output: out }) {
      const { outer, size } = lines(applied);
      return wordsOf("Softmax", { out, x, count: perRow(outer, region), size });
    },
  }),
  CumSum: "kernel",
  ArgMax: "kernel",
};

/** Reduces axes that are neighbors, as one. Over the rows of a region only a sum is taken. */
function reduction<Op>(op: Op, name: "Sum" | "Max" | "Min"): { op: Op } & Instruction<ReducedAxes> {
  return {
    op,
    accepts: ({ attributes: { axes } }) => axes.every((axis, i) => axis === axes[0] + i),
    rows(applied) {
      const [x] = applied.inputs;
      const sums = reduced(applied).from === 0;
      return x.rank === 0 || (sums && name !== "Sum") ? undefined : { count: x.shape[0], sums, inputs: [true] };
    },
    needs(applied, region) {
      const { inner } = reduced(applied);
      return region?.sums ? { kept: [inner], passing: [inner] } : undefined;
    },
    encode(applied, { region, inputs: [x], output: out, kept: [rest], passing: [part] }) {
      const { outer, size, inner } = reduced(applied);
      if (region?.sums) return wordsOf("SumRows", { out: out.at, rest, x, size: size / region.count, inner, part });
      return wordsOf(name, { out, x, outer: perRow(outer, region), size, inner });
    },
  };
}

/** The input as [outer, size, inner] with the middle to be reduced, which begins with the axis `from`. */
function reduced({ inputs: [x], attributes: { axes } }: Applied<ReducedAxes>) {
  const from = axes[0] ?? x.rank;
  return { from, ...around(x.shape, from, from + axes.length) };
}

/** What works on each line of numbers along the last axis, where there are any. */
function alongLastAxis<Op>(op: Op, own: Instruction<OneAxis>): { op: Op } & Instruction<OneAxis> {
  return {
    op,
    accepts(applied) {
      const { size, inner } = lines(applied);
      return inner === 1 && size > 0;
    },
    rows: ({ inputs: [{ shape, rank }] }) => (rank > 1 ? { count: shape[0], sums: false, inputs: [true] } : undefined),
    ...own,
  };
}

interface OneAxis {
  readonly axis: number;
}

const lines = ({ inputs: [x], attributes: { axis } }: Applied<OneAxis>) => around(x.shape, axis);

const perRow = (count: number, region: Region | undefined): number => count / (region?.count ?? 1);
