import { formatShape, type Shape, sizeOf } from "./shape.js";
import { nameFrom } from "./text.js";

/** A number for people: up to six significant digits, `-0` as `0`, no exponent where a plain number is short. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return value === Number.POSITIVE_INFINITY ? "∞" : value === Number.NEGATIVE_INFINITY ? "-∞" : "NaN";
  return String(Number(value.toPrecision(6)));
}

/** Nested brackets in the given shape; every axis is cut to its first and last three places. */
export function formatValues(data: ArrayLike<number>, shape: Shape, offset = 0): string {
  if (shape.length === 0) return formatNumber(data[offset]);
  const [n, ...rest] = shape;
  const size = sizeOf(rest);
  const parts: string[] = [];
  for (let i = 0; i < n; i++) {
    if (n > 8 && i === 3) {
      parts.push("…");
      i = n - 3;
    }
    parts.push(formatValues(data, rest, offset + i * size));
  }
  return `[${parts.join(", ")}]`;
}

/** The values where they are few (at most four), otherwise nothing. */
export const formatSmall = (data: ArrayLike<number>, shape: Shape): string => (data.length <= 4 ? formatValues(data, shape) : "");

/** Text in columns: each cell padded to the widest of its column. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (let i = 0; i < row.length; i++) widths[i] = Math.max(widths[i] ?? 0, row[i].length);
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** `Tensor[2, 2] [[1, 2], [3, 4]]`; or what stands in the place of numbers. */
export const formatTensor = (label: string | undefined, shape: Shape, data: ArrayLike<number> | string): string =>
  `${label === undefined ? "Tensor" : nameFrom(label)}${formatShape(shape)} ${typeof data === "string" ? data : formatValues(data, shape)}`;

/**
 * Lets `console.log` in Node show of an object what `String` gives. Called by constructors: a method of that name would keep its
 * class in every bundle.
 */
export function inspectAsText(object: object): void {
  Object.defineProperty(object, Symbol.for("nodejs.util.inspect.custom"), { value: () => String(object) });
}
