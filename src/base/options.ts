import { describe, isCloneOfTensor } from "./errors.js";
import { nearest } from "./nearest.js";
import { quote } from "./text.js";

/** The names of all options of a function. The type sees to it that none is missing and none too many. */
export type Known<Options> = Readonly<Record<keyof Options, true>>;

const NONE = /* @__PURE__ */ Object.freeze({});

/**
 * Refuses what is no options object, and options that the function does not know: a misspelled one would go unnoticed.
 * `name` is the calling function's, `hint` is added where something else than an object came.
 */
export function checkOptions<Options extends object>(
  name: string,
  options: Options | undefined,
  known: Known<Options>,
  hint = "",
): Partial<Options> {
  if (options === undefined) return NONE;
  if (!isPlainObject(options))
    throw new TypeError(`${name}: expected options such as { ${Object.keys(known)[0]}: … }, got ${describe(options)}${hint}`);
  for (const key of Object.keys(options)) {
    if (known[key as keyof Options] === true) continue;
    const names = Object.keys(known);
    const meant = nearest(key, names);
    throw new TypeError(
      `${name}: unknown option ${quote(key)}; ${meant === undefined ? "the" : `did you mean "${meant}"? The`} options are ${names.join(", ")}`,
    );
  }
  return options;
}

/** Whether a value is an object that was written as one, of no class; in another realm, such as a frame, too. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of what classes make, this prototype has one itself.
  if (prototype !== Object.prototype && prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  return !isCloneOfTensor(value);
}
