import type { Comparison } from "./measure.js";

/** Prints a table in Markdown, its columns aligned. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, i) => Math.max(3, ...[title, ...rows.map((row) => row[i])].map((cell) => cell.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  console.log([line(header), line(rule), ...rows.map(line)].join("\n"));
}

/** A bar for one row of a table. */
export interface Bar {
  readonly where: string;
  readonly value: number;
  readonly atMost: number;
}

/** Prints what was to be reached, and where it was not. */
export function printBar(description: string, bars: readonly Bar[]): void {
  const missed = bars.filter(({ value, atMost }) => !(value <= atMost));
  const verdict =
    missed.length === 0
      ? "met"
      : `missed: ${missed.map(({ where, value, atMost }) => `${where} (${digits(value)}, not ${digits(atMost)})`).join(", ")}`;
  console.log(`\nBar: ${description}. **${verdict}**`);
}

/** Three digits that count. */
export const digits = (value: number): string =>
  value === 0 ? "0" : Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toLocaleString("en", { maximumSignificantDigits: 3 });

export const times = (ratio: number): string => `${ratio.toFixed(2)}×`;
export const quartiles = ({ quartiles: [low, high] }: Comparison): string => `${low.toFixed(2)}–${high.toFixed(2)}`;
