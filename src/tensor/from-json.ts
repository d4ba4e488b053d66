import { describe, ShapeError } from "../base/errors.js";
import { isPlainObject } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import { nameFrom, quote } from "../base/text.js";
import { Tensor } from "./tensor.js";
import { DEEPEST } from "./tree.js";
import { isNumericArray, readValues } from "./values.js";

/**
 * A tree of tensors back from `JSON.parse`, in the structure of `like`: where that has a tensor, the numbers become one of its shape and with
 * its label; numbers, strings, booleans and null stay what they are. So parameters, and the states of optimizers, are saved with
 * `JSON.stringify` and read back.
 *
 * What does not fit is a `TypeError`, numbers of another shape are a `ShapeError`; both say where. JSON has `null` for NaN and ±∞, which is
 * refused as well.
 *
 * @example
 * ```ts
 * const params = { w: tensor([1, 2]), b: tensor(0.5) };
 * const saved = JSON.stringify(params);
 * const read = fromJSON(JSON.parse(saved), params);
 * read.w.toArray(); // [1, 2]
 * ```
 */
export function fromJSON<T>(json: unknown, like: T): T {
  return read(json, like, "", 0) as T;
}

function read(json: unknown, like: unknown, path: string, depth: number): unknown {
  const place = path === "" ? "at the top" : `at ${nameFrom(path)}`;
  if (depth > DEEPEST)
    throw new TypeError(`fromJSON: expected a structure at most ${DEEPEST} levels deep, got a deeper one; does a part of it hold itself?`);
  const refuse = (expected: string): never => {
    throw new TypeError(`fromJSON: expected ${expected} ${place}, got ${describe(json)}`);
  };
  if (like instanceof Tensor) {
    if (typeof json !== "number" && !Array.isArray(json)) return refuse(`the numbers of a tensor of shape ${formatShape(like.shape)}`);
    const { shape, values } = readValues(`fromJSON${path === "" ? "" : `, ${place}`}`, json);
    // An empty tensor leaves no trace of the axes behind the first that is empty.
    const isEmpty = like.size === 0 && typeof values !== "number" && values.length === 0;
    if (!sameShape(shape, like.shape) && !isEmpty)
      throw new ShapeError(`fromJSON: expected a tensor of shape ${formatShape(like.shape)} ${place}, got ${formatShape(shape)}`);
    const x = Tensor.wrap(like.shape, values);
    return like.label === undefined ? x : x.named(like.label);
  }
  if (Array.isArray(like)) {
    if (!Array.isArray(json) || json.length !== like.length) return refuse(`an array of ${like.length}`);
    return like.map((part, i) => read(json[i], part, `${path}[${i}]`, depth + 1));
  }
  if (isPlainObject(like)) {
    const keys = Object.keys(like);
    if (!isPlainObject(json)) return refuse(`an object with keys ${keys.slice(0, 20).map(nameFrom).join(", ")}`);
    const missing = keys.find((key) => !Object.hasOwn(json, key) && like[key] !== undefined);
    const extra = Object.keys(json).find((key) => !Object.hasOwn(like, key));
    if (missing !== undefined) return refuse(`a key ${quote(missing)}`);
    if (extra !== undefined) return refuse(`no key ${quote(extra)}`);
    return Object.fromEntries(
      keys.map((key) => [key, like[key] === undefined ? undefined : read(json[key], like[key], `${path}.${key}`, depth + 1)]),
    );
  }
  if (isNumericArray(like)) return refuse("a structure of tensors, arrays and plain objects; a typed array does not survive JSON");
  if (like === null || typeof like === "number" || typeof like === "string" || typeof like === "boolean") {
    if (like === null ? json !== null : typeof json !== typeof like) return refuse(like === null ? "null" : `a ${typeof like}`);
    return json;
  }
  throw new TypeError(
    `fromJSON: expected a structure of tensors, numbers, strings, arrays and plain objects as what to read like, got ${describe(like)}${path === "" ? "" : ` ${place}`}`,
  );
}
