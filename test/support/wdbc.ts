import { csvParse } from "d3-dsv";
import { type Tensor, tensor } from "gradtape";
import csv from "../../examples/data/wdbc.csv?raw";

/** The real data: z-scored features [569, k] and the target [569], 1 for malignant. */
export function wdbc(columns?: readonly string[]): { X: Tensor; y: Tensor; names: string[] } {
  const rows = csvParse(csv);
  const names = [...(columns ?? rows.columns.filter((name) => name !== "diagnosis"))];
  const raw = tensor(rows.map((row) => names.map((name) => Number(row[name]))));
  return {
    X: raw.sub(raw.mean(0)).div(raw.variance(0).sqrt()),
    y: tensor(rows.map((row) => (row["diagnosis"] === "M" ? 1 : 0))),
    names,
  };
}
