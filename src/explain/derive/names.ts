import { type Flat, nameOfPath } from "../../tensor/tree.js";

/**
 * What the tensors of a function's arguments are called: their labels, or else the parameters' names as they stand in the
 * source, followed by the path within a tree: `W`, `w` of `{ w, b }`. What has no name is x with a number.
 */
export function namesOfArguments(f: unknown, flats: readonly Flat[]): string[] {
  const parameters = parameterNames(f);
  const names: string[] = [];
  for (const [i, { leaves, paths }] of flats.entries()) {
    const parameter = parameters[i];
    for (const [j, x] of leaves.entries()) {
      const path = nameOfPath(paths[j]);
      names.push(x.label ?? (path === "" ? parameter : isKey(path) ? path : `${parameter ?? ""}${paths[j]}`) ?? `x${names.length + 1}`);
    }
  }
  return names;
}

const isKey = (path: string): boolean => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(path);

/** The names of plain parameters, read off the source text; nothing for others, and for functions without a source. */
function parameterNames(f: unknown): (string | undefined)[] {
  return parametersOf(f).map((name, _, names) => (isKey(name) ? withoutMark(name, names) : undefined));
}

/** How many arguments a function can make use of, as its source tells; ∞ where it does not. */
export function mostArguments(f: unknown): number {
  const parameters = parametersOf(f);
  const isOpen = parameters.some((name) => name.startsWith("...")) || /\[native code\]|\barguments\b/.test(sourceOf(f));
  return isOpen ? Number.POSITIVE_INFINITY : parameters.length;
}

const sourceOf = (f: unknown): string => Function.prototype.toString.call(f);

/** The parameters as they stand in the source text, patterns and defaults included. */
function parametersOf(f: unknown): string[] {
  const source = sourceOf(f);
  const single = /^(?:async\s+)?([\p{L}_$][\p{L}\p{N}_$]*)\s*=>/u.exec(source);
  if (single !== null) return [single[1]];
  const start = source.indexOf("(");
  if (start < 0) return ["..."];
  const parts: string[] = [""];
  let depth = 0;
  for (const sign of source.slice(start + 1)) {
    if (sign === ")" && depth === 0) break;
    if (/[([{]/.test(sign)) depth++;
    if (/[)\]}]/.test(sign)) depth--;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  const parameters = parts.map((part) => part.trim());
  if (parameters[parameters.length - 1] === "") parameters.pop(); // none at all, or a comma behind the last
  return parameters;
}

/** Compilers put a 2 behind a parameter that hides a variable of the same name outside. Beside a W1, a W2 is meant. */
function withoutMark(name: string, names: readonly string[]): string {
  const [, letter] = /^([\p{L}_$]+)2$/u.exec(name) ?? [];
  const isOneOfSeveral =
    letter === undefined ||
    names.some((other) => other !== name && (other === letter || (/^\d+$/.test(other.slice(letter.length)) && other.startsWith(letter))));
  return isOneOfSeveral ? name : letter;
}
