import { functionNames as namesInFormulas } from "../../src/formulas/functions.js";

/** What a formula can call, in the order of the alphabet. */
export const functionNames: readonly string[] = namesInFormulas().sort((a, b) => a.localeCompare(b, "en"));
