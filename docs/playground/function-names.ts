import * as library from "gradtape";
import { functionOf } from "../../src/expression/functions.js";

/** What a formula can call: what the parser knows of the library's names, and its two names from papers. */
export const functionNames: readonly string[] = [...Object.keys(library), "ln", "σ"]
  .filter((name) => functionOf(name) !== undefined)
  .sort((a, b) => a.localeCompare(b, "en"));
