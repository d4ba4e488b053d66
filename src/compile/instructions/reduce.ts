import { around, type ReducedAxes } from "../../base/axes.js";
import type * as ops from "../../ops/reduce.js";
import { type Call, type Instruction, type Region, type Table, wordsOf } from "./instruction.js";

/** The instructions of reductions, and of what works along one axis. */
export const reduce: Table<typeof ops> = {
  Sum: /* @__PURE__ */ reduction("Sum"),
  Max: /* @__PURE__ */ reduction("Max"),
  Min: /* @__PURE__ */ reduction("Min"),
  Prod: "kernel",
  LogSumExp: /* @__PURE__ */ alongLastAxis({
    // For each line its maximum.
    needs: (call, region) => ({ kept: [], passing: [perRow(lines(call).outer, region) * (region?.chunk ?? 1)] }),
    encode(call, { region, inputs: [x], output: out, passing: [top] }) {
      const { outer, size } = lines(call);
      return wordsOf("LogSumExp", { out, x, count: perRow(outer, region), size, top });
    },
  }),
  Softmax: /* @__PURE__ */ alongLastAxis({
    encode(call, { region, inputs: [x], output: out }) {
      const { outer, size } = lines(call);
      return wordsOf("Softmax", { out, x, count: perRow(outer, region), size });
    },
  }),
  Mean: "rewritten",
  LogSoftmax: /* @__PURE__ */ alongLastAxis({
    encode(call, { region, inputs: [x], output: out }) {
      const { outer, size } = lines(call);
      return wordsOf("LogSoftmax", { out, x, count: perRow(outer, region), size });
    },
  }),
  Center: /* @__PURE__ */ weighted("Center"),
  CenterTranspose: /* @__PURE__ */ weighted("CenterTranspose"),
  CumSum: "kernel",
  ArgMax: "kernel",
  Norm: "kernel",
  Recurrence: "kernel",
};

/** Reduces axes that are neighbors, as one. Over the rows of a region only a sum is taken. */
function reduction(name: "Sum" | "Max" | "Min"): Instruction<ReducedAxes> {
  return {
    accepts: ({ attributes: { axes } }) => axes.every((axis, i) => axis === axes[0] + i),
    rows(call) {
      const [x] = call.inputs;
      const sums = reduced(call).from === 0;
      return x.rank === 0 || (sums && name !== "Sum") ? undefined : { count: x.shape[0], sums, inputs: [true] };
    },
    needs(call, region) {
      const { inner } = reduced(call);
      return region?.sums ? { kept: [inner], passing: [inner] } : undefined;
    },
    encode(call, { region, inputs: [x], output: out, kept: [rest], passing: [part] }) {
      const { outer, size, inner } = reduced(call);
      if (region?.sums) return wordsOf("SumRows", { out: out.at, rest, x, size: size / region.count, inner, part });
      return wordsOf(name, { out, x, outer: perRow(outer, region), size, inner });
    },
  };
}

/** The input as [outer, size, inner] with the middle to be reduced, which begins with the axis `from`. */
function reduced({ inputs: [x], attributes: { axes } }: Call<ReducedAxes>) {
  const from = axes[0] ?? x.rank;
  return { from, ...around(x.shape, from, from + axes.length) };
}

/** What works on each line of numbers along the last axis, where there are any. */
function alongLastAxis(own: Instruction<OneAxis>): Instruction<OneAxis> {
  return {
    accepts(call) {
      const { size, inner } = lines(call);
      return inner === 1 && size > 0;
    },
    rows: ({ inputs: [{ shape, rank }] }) => (rank > 1 ? { count: shape[0], sums: false, inputs: [true] } : undefined),
    ...own,
  };
}

/** What works on each line and as many weights. */
function weighted(name: "Center" | "CenterTranspose"): Instruction<OneAxis> {
  return alongLastAxis({
    rows: ({ inputs: [{ shape, rank }] }) => (rank > 1 ? { count: shape[0], sums: false, inputs: [true, true] } : undefined),
    encode(call, { region, inputs: [x, s], output: out }) {
      const { outer, size } = lines(call);
      return wordsOf(name, { out, x, s, count: perRow(outer, region), size });
    },
  });
}

interface OneAxis {
  readonly axis: number;
}

const lines = ({ inputs: [x], attributes: { axis } }: Call<OneAxis>) => around(x.shape, axis);

const perRow = (count: number, region: Region | undefined): number => count / (region?.count ?? 1);
