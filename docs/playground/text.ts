/** A number for people: six digits. */
export function formatNumber(value: number, digits = 6): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  return String(Number(value.toPrecision(digits))).replaceAll("-", "−");
}

/** A tensor, or what the worker sends of one. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Nested brackets; of a long axis the beginning and the end. */
export function formatTensor({ shape, data }: Numbers, digits = 6): string {
  const write = (axis: number, start: number, count: number): string => {
    if (axis === shape.length) return formatNumber(data[start], digits);
    const length = shape[axis];
    const part = (i: number): string => write(axis + 1, start + i * (count / length), count / length);
    const parts =
      length > 6 ? [part(0), part(1), part(2), "…", part(length - 2), part(length - 1)] : Array.from({ length }, (_, i) => part(i));
    return `[${parts.join(", ")}]`;
  };
  return write(0, 0, data.length);
}

/** The same in a place for few signs: what does not fit is told by its shape. */
export function formatShort(x: Numbers): string {
  const text = formatTensor(x, 4);
  return text.length <= 30 ? text : `[${x.shape.join(" × ")}]`;
}

/** The indices of one place of a tensor, such as `[0, 2]`; nothing for a number. */
export function indexOf({ shape }: Numbers, place: number): string {
  const indices: number[] = [];
  for (let axis = shape.length - 1, rest = place; axis >= 0; axis--) {
    indices.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return indices.length === 0 ? "" : `[${indices.join(", ")}]`;
}

/** How far a slider and a plot go for a number: to 5 on both sides, or to the next power of ten. */
export const reachOf = (value: number): number => {
  const size = Math.abs(value);
  return size <= 5 ? 5 : 10 ** Math.ceil(Math.log10(size));
};
