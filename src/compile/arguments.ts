import { adviceOnTensor, describe } from "../base/errors.js";
import { isPlainObject } from "../base/options.js";
import { MOST_AXES, type Shape, sameShape } from "../base/shape.js";
import { asTensor, Tensor, type TensorLike } from "../tensor/tensor.js";
import { DEEPEST, nameOfPath } from "../tensor/tree.js";
import { isNumericArray } from "../tensor/values.js";

/** What the arguments of a call look like: a program is kept for each such pattern. */
export type Pattern =
  /** `name` is what tapes call it: its label or else its path. */
  | { readonly kind: "tensor"; readonly shape: Shape; readonly label: string | undefined; readonly name: string }
  | { readonly kind: "list"; readonly parts: readonly Pattern[] }
  | { readonly kind: "record"; readonly names: readonly string[]; readonly parts: readonly Pattern[] }
  | { readonly kind: "frozen"; readonly value: unknown };

/** The patterns of all arguments of a call. */
export const patternsOf = (args: readonly unknown[]): Pattern[] => args.map((arg) => patternOf(arg, ""));

/** The tensors of all arguments, in order, if these have the patterns. */
export function matchAll(patterns: readonly Pattern[], args: readonly unknown[]): Tensor[] | undefined {
  const inputs: Tensor[] = [];
  return args.length === patterns.length && patterns.every((pattern, i) => match(pattern, args[i], inputs)) ? inputs : undefined;
}

/** The arguments with these patterns that have these tensors, in order and by their names. */
export function argumentsOf(patterns: readonly Pattern[], tensors: readonly Tensor[]): unknown[] {
  const rest = tensors.values();
  return patterns.map((pattern) => argumentOf(pattern, rest));
}

/** Tells what varies from what is frozen: tensors, and arrays of numbers, are inputs; everything else is part of the pattern. */
function patternOf(value: unknown, path: string, depth = 0): Pattern {
  if (depth > DEEPEST)
    throw new TypeError(`compile: expected arguments at most ${DEEPEST} levels deep, got deeper ones; does a part of one hold itself?`);
  if (value instanceof Tensor || isNumbers(value)) {
    const { shape, label } = asTensor("compile", value as TensorLike);
    return { kind: "tensor", shape, label, name: label ?? nameOfPath(path) };
  }
  if (Array.isArray(value)) return { kind: "list", parts: value.map((part, i) => patternOf(part, `${path}[${i}]`, depth + 1)) };
  if (isPlainObject(value)) {
    const names = Object.keys(value);
    return { kind: "record", names, parts: names.map((name) => patternOf(value[name], `${path}.${name}`, depth + 1)) };
  }
  if (value === null || ["number", "string", "boolean", "undefined", "bigint"].includes(typeof value)) return { kind: "frozen", value };
  throw new TypeError(
    `compile: expected tensors, numbers, strings, or arrays and plain objects of them as arguments, got ${describe(value)}${adviceOnTensor(value)}`,
  );
}

/** Whether a value has the pattern; appends its tensors to `inputs` in order. Runs at each call: it makes next to nothing new. */
function match(pattern: Pattern, value: unknown, inputs: Tensor[]): boolean {
  switch (pattern.kind) {
    case "tensor": {
      if (!(value instanceof Tensor || isNumbers(value))) return false;
      const x = asTensor("compile", value as TensorLike);
      inputs.push(x);
      return sameShape(x.shape, pattern.shape) && x.label === pattern.label;
    }
    case "list": {
      const { parts } = pattern;
      return (
        Array.isArray(value) && !isNumbers(value) && value.length === parts.length && parts.every((p, i) => match(p, value[i], inputs))
      );
    }
    case "record": {
      const { names, parts } = pattern;
      if (!isPlainObject(value)) return false;
      const own = Object.keys(value);
      return (
        own.length === names.length &&
        own.every((name, i) => name === names[i]) &&
        parts.every((part, i) => match(part, value[names[i]], inputs))
      );
    }
    case "frozen":
      return Object.is(value, pattern.value);
  }
}

/** The value with the pattern that has these tensors, in order. */
function argumentOf(pattern: Pattern, tensors: Iterator<Tensor>): unknown {
  switch (pattern.kind) {
    case "tensor": {
      const x = tensors.next().value as Tensor;
      return pattern.name === "" ? x : x.named(pattern.name);
    }
    case "list":
      return pattern.parts.map((part) => argumentOf(part, tensors));
    case "record":
      return Object.fromEntries(pattern.names.map((name, i) => [name, argumentOf(pattern.parts[i], tensors)]));
    case "frozen":
      return pattern.value;
  }
}

/** Whether a value is an array of numbers, nested to any depth: one tensor. */
function isNumbers(value: unknown): boolean {
  if (isNumericArray(value)) return true;
  let first = value;
  for (let axis = 0; axis <= MOST_AXES && Array.isArray(first) && first.length > 0; axis++) first = first[0];
  return typeof first === "number" && Array.isArray(value);
}
