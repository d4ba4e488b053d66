import { around, type ReducedAxes } from "../../base/axes.js";
import type * as ops from "../../ops/reduce.js";
import { type Applied, type Instruction, type Region, type Table, wordsOf } from "./instruction.js";

/** Reduces axes that are neighbors, as one. Over the rows of a region only a sum is taken. */
function reduction(name: "Sum" | "Max" | "Min"): Instruction<ReducedAxes> {
  return {
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

/** What works along the last axis, on each line of numbers there. */
const softmax: Instruction<{ readonly axis: number }> = {
  accepts(applied) {
    const { size, inner } = lines(applied);
    return inner === 1 && size > 0;
  },
  rows: ({ inputs: [{ shape, rank }] }) => (rank > 1 ? { count: shape[0], sums: false, inputs: [true] } : undefined),
  encode(applied, { region, inputs: [x], output: out }) {
    const { outer, size } = lines(applied);
    return wordsOf("Softmax", { out, x, count: perRow(outer, region), size });
  },
};

const logSumExp: typeof softmax = {
  ...softmax,
  // For each line its maximum.
  needs: (applied, region) => ({ kept: [], passing: [perRow(lines(applied).outer, region) * (region?.chunk ?? 1)] }),
  encode(applied, { region, inputs: [x], output: out, passing: [top] }) {
    const { outer, size } = lines(applied);
    return wordsOf("LogSumExp", { out, x, count: perRow(outer, region), size, top });
  },
};

const lines = ({ inputs: [x], attributes: { axis } }: Applied<{ readonly axis: number }>) => around(x.shape, axis);

const perRow = (count: number, region: Region | undefined): number => count / (region?.count ?? 1);

/** The instructions of reductions, and of what works along one axis. */
export const reduce: Table<typeof ops> = {
  Sum: /* @__PURE__ */ reduction("Sum"),
  Max: /* @__PURE__ */ reduction("Max"),
  Min: /* @__PURE__ */ reduction("Min"),
  Prod: "kernel",
  LogSumExp: logSumExp,
  Softmax: softmax,
  CumSum: "kernel",
  ArgMax: "kernel",
};
