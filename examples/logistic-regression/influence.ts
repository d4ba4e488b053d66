import { type Tensor, tensor } from "gradtape";
import type { Dataset } from "./data.js";
import { type Part, rowAt, rowsOf } from "./design.js";
import type { Encoding } from "./encoding.js";
import type { Fitted } from "./fitting.js";
import { invert } from "./linear.js";
import { probabilities } from "./metrics.js";
import { curvature } from "./model.js";

/** xᵀCx of each row. */
export function quadraticForms(parts: readonly Part[], encoding: Encoding, C: Float64Array): Float64Array {
  const n = Math.sqrt(C.length);
  const forms = new Float64Array(rowsOf(parts));
  let start = 0;
  for (const part of parts) {
    if (encoding.blocks.length === 0)
      forms.set(
        part.x
          .matmul(tensor(C, [n, n]))
          .mul(part.x)
          .sum(1).data,
        start,
      );
    else
      for (let i = 0; i < part.y.size; i++) {
        const { at, values } = rowAt(part, encoding, i);
        let sum = 0;
        for (let a = 0; a < at.length; a++) for (let b = 0; b < at.length; b++) sum += values[a] * values[b] * C[at[a] * n + at[b]];
        forms[start + i] = sum;
      }
    start += part.y.size;
  }
  return forms;
}

const COLUMNS = [
  "row",
  "y",
  "probability",
  "leverage",
  "pearson",
  "deviance",
  "standardized_pearson",
  "standardized_deviance",
  "cooks_distance",
];

/**
 * A table with what each row that was fitted to does to the fit, as CSV: its leverage h, its residuals, those divided by
 * √(1 − h), and Cook's distance (Pregibon 1981). `row` counts the rows of data in the file from 1.
 */
export function influenceTable(
  { solverParts, encoding, solution, likelihood, objective, n, rows, weights }: Fitted,
  data: Dataset,
): string {
  const gamma = solution.theta;
  const z = likelihood.logits(tensor(gamma));
  const inverse = invert(
    objective.hessian(gamma).map((h) => h * n),
    gamma.length,
  ) as Float64Array;
  const forms = quadraticForms(solverParts, encoding, inverse);
  const p = probabilities(z);
  const lines = [COLUMNS.join(",")];
  let start = 0;
  for (const { y, w } of solverParts) {
    const information = curvature(tensor(z.slice(start, start + y.size)), y, w as readonly Tensor[]).data;
    for (let i = 0; i < y.size; i++) {
      const at = start + i;
      const weight = weights.w?.[rows[at]] ?? 1;
      const [share, mean] = [y.data[i], p[at]];
      const leverage = information[i] * forms[at];
      const pearson = weight === 0 ? 0 : ((share - mean) * Math.sqrt(weight)) / Math.sqrt(mean * (1 - mean));
      const part = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
      const deviance = Math.sign(share - mean) * Math.sqrt(Math.max(2 * weight * (part(share, mean) + part(1 - share, 1 - mean)), 0));
      const root = Math.sqrt(1 - leverage);
      const cook = ((pearson / (1 - leverage)) ** 2 * leverage) / gamma.length;
      lines.push(
        [data.rows[rows[at]] + 1, data.y[rows[at]], mean, leverage, pearson, deviance, pearson / root, deviance / root, cook]
          .map((value) => (Number.isFinite(value) ? String(value) : ""))
          .join(","),
      );
    }
    start += y.size;
  }
  return `${lines.join("\n")}\n`;
}
