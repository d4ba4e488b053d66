import type { Tensor } from "gradtape";

/** A number for people: six digits. */
export function formatNumber(value: number, digits = 6): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  return String(Number(value.toPrecision(digits))).replaceAll("-", "−");
}

/** Nested brackets; of a long axis the beginning and the end. */
export function formatTensor(x: Tensor, digits = 6): string {
  const write = (values: unknown): string => {
    if (!Array.isArray(values)) return formatNumber(values as number, digits);
    const parts = values.length > 6 ? [...values.slice(0, 3).map(write), "…", ...values.slice(-2).map(write)] : values.map(write);
    return `[${parts.join(", ")}]`;
  };
  return write(x.toArray());
}

/** The same in a place for few signs: what does not fit is told by its shape. */
export function formatShort(x: Tensor): string {
  const text = formatTensor(x, 4);
  return text.length <= 30 ? text : `[${x.shape.join(" × ")}]`;
}

/** The indices of one place of a tensor, such as `[0, 2]`; nothing for a number. */
export function indexOf(x: Tensor, place: number): string {
  const indices: number[] = [];
  for (let axis = x.rank - 1, rest = place; axis >= 0; axis--) {
    indices.unshift(rest % x.shape[axis]);
    rest = Math.floor(rest / x.shape[axis]);
  }
  return indices.length === 0 ? "" : `[${indices.join(", ")}]`;
}
