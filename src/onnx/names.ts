import { describe } from "../base/errors.js";
import type { Tape } from "../tape/tape.js";

/** A label as ONNX wants names, an identifier of the language C; empty where nothing of it can stay. */
const identifier = (label: string): string =>
  label
    .replace(/[^A-Za-z0-9_]+$/, "")
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .replace(/^(?=\d)/, "_");

/** Gives each a name that no other has: the one it would like to have, or with a number. */
function distinct(names: readonly string[], taken: Set<string>): string[] {
  return names.map((wish) => {
    let name = wish;
    for (let i = 2; taken.has(name); i++) name = `${wish}_${i}`;
    taken.add(name);
    return name;
  });
}

/** Refuses what cannot be a name in a file: nothing, what UTF-8 cannot write, and what nobody can see. */
export function checkName(what: string, name: unknown): void {
  if (typeof name !== "string" || name === "" || /[\p{Cc}\p{Cs}]/u.test(name))
    throw new TypeError(
      `toOnnx: expected a text that is not empty, without control characters and lone surrogates, as ${what}, got ${describe(name)}`,
    );
}

function given(option: string, names: unknown, count: number, taken: Set<string>): string[] {
  if (!Array.isArray(names)) throw new TypeError(`toOnnx: expected a list of names as ${option}, got ${describe(names)}`);
  if (names.length !== count) throw new TypeError(`toOnnx: expected ${count} ${option}, one a tensor, got ${names.length}`);
  for (const [i, name] of names.entries()) {
    checkName(`${option}[${i}]`, name);
    if (taken.has(name)) throw new TypeError(`toOnnx: expected names that differ among inputs and outputs, got "${name}" twice`);
    taken.add(name);
  }
  return [...names];
}

/**
 * The names of a tape's inputs and outputs: those given, or else labels. An output without one that is the gradient with respect to
 * an input is called after it; in a tree, by its path, without places in the lists around it; the others are numbered.
 */
export function namesOf(
  tape: Tape,
  inputNames: readonly string[] | undefined,
  outputNames: readonly string[] | undefined,
): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } {
  const taken = new Set<string>();
  const labeled = (label: string | undefined, fallback: string): string => identifier(label ?? "") || fallback;
  const inputs =
    inputNames !== undefined
      ? given("inputNames", inputNames, tape.inputs.length, taken)
      : distinct(
          tape.inputs.map(({ label }, i) => labeled(label, `input${i + 1}`)),
          taken,
        );
  if (outputNames !== undefined) return { inputs, outputs: given("outputNames", outputNames, tape.outputs.length, taken) };
  // Two gradients may be one value: each is called after an input of its own.
  const used = new Set<number>();
  const wishes = tape.outputs.map((x, i) => {
    const of = tape.inputs.findIndex((input, j) => !used.has(j) && tape.cotangents.get(input) === x);
    used.add(of);
    const path = identifier((tape.outputPaths[i] ?? "").replace(/^(\[\d+\])+\.?/, ""));
    const inTree = inputs.includes(path) ? `output_${path}` : path;
    return labeled(x.label, of >= 0 ? `grad_${inputs[of]}` : inTree || `output${i + 1}`);
  });
  return { inputs, outputs: distinct(wishes, taken) };
}
