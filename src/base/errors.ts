import { nameFrom, quote } from "./text.js";

/** The base class of every error that gradtape itself raises; catch it to catch them all. */
export class GradtapeError extends Error {
  /** `"GradtapeError"`. */
  override name = "GradtapeError";
}

/** Shapes do not fit together, or a shape, an axis or a size is impossible. */
export class ShapeError extends GradtapeError {
  /** `"ShapeError"`. */
  override name = "ShapeError";
}

/** A number lies outside the set that the function is defined on. */
export class DomainError extends GradtapeError {
  /** `"DomainError"`. */
  override name = "DomainError";
}

/** A gradient is wrong: {@link checkGradients} found two methods that disagree, or a rule gave an impossible result. */
export class GradientError extends GradtapeError {
  /** `"GradientError"`. */
  override name = "GradientError";
}

/** Refuses what is not a function; `name` is the calling function's. */
export function checkFunction(name: string, f: unknown): void {
  if (typeof f !== "function") throw new TypeError(`${name}: expected a function, got ${describe(f)}`);
}

/** Refuses what is not a number to fill places with. */
export function checkNumber(name: string, value: number): number {
  if (typeof value !== "number") throw new TypeError(`${name}: expected a number to fill with, got ${describe(value)}`);
  return value;
}

/** What came, in words short enough for an error message: `string "abc"`, `null`, `a tensor of shape [2]`, `a Promise`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `string ${quote(value)}`;
  if (typeof value === "function") return `a function${value.name ? ` (${nameFrom(value.name)})` : ""}`;
  if (typeof value === "object") return describeObject(value);
  return `${typeof value} ${nameFrom(String(value))}`;
}

/** What to say where a tensor is no tensor of this library. */
export const adviceOnTensor = (value: unknown): string =>
  typeof value === "object" && value !== null && isCloneOfTensor(value)
    ? "; make a new one from x.shape and x.data"
    : tagOf(value) === "Tensor"
      ? "; it comes from another copy of the library, or another realm: load one copy, or make a new one from x.shape and x.data"
      : "";

/** Whether a value is what `structuredClone` and `postMessage` make of a tensor: its fields, without what it can do. */
export const isCloneOfTensor = (value: object): boolean => "recordingId" in value && "slot" in value && tagOf(value) === "Object";

/** What a value calls itself: `Array`, `Promise`. `Tensor` for one of another copy of the library, too. */
export const tagOf = (value: unknown): string => nameFrom(Object.prototype.toString.call(value).slice(8, -1));

function describeObject(value: object): string {
  const tag = tagOf(value);
  const { length, shape } = value as { readonly length?: unknown; readonly shape?: readonly number[] };
  if (isCloneOfTensor(value)) return "a clone of a tensor";
  if (tag === "Tensor") return `a tensor of shape [${shape?.join(", ")}]`;
  if (tag !== "Object")
    return `${/^[AEIO]/.test(tag) ? "an" : "a"} ${tag === "Array" ? "array" : tag}${length === undefined ? "" : ` of ${length}`}`;
  const { name = "Object" } = value.constructor ?? {};
  if (name !== "Object") return `an instance of ${nameFrom(String(name))}`;
  const keys = Object.keys(value);
  return `a plain object with ${keys.length === 0 ? "no keys" : `keys ${keys.slice(0, 5).map(nameFrom).join(", ")}${keys.length > 5 ? ", …" : ""}`}`;
}
