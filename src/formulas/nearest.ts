import { nearest } from "../base/nearest.js";
import { functionNames } from "./functions.js";

/** Greek capitals that papers write for functions. Their small letters mean something else. */
const signs: Readonly<Record<string, string | undefined>> = { Σ: "sum", "∑": "sum", Π: "prod", "∏": "prod" };

/** The function that somebody may have meant who wrote something like it. */
export function nearestFunction(name: string): string | undefined {
  if (Object.hasOwn(signs, name)) return signs[name];
  return nearest(name, functionNames());
}
