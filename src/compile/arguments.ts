import { describe } from "../base/errors.js";
import { type Shape, sameShape } from "../base/shape.js";
import { asTensor, Tensor, type TensorLike } from "../tensor/tensor.js";
import { nameOfPath } from "../tensor/tree.js";
import { isNumericArray } from "../tensor/values.js";

/** What the arguments of a call look like: a program is kept for each such layout. */
export type Layout =
  /** `name` is what tapes call it: its label or else its path. */
  | { readonly kind: "tensor"; readonly shape: Shape; readonly label: string | undefined; readonly name: string }
  | { readonly kind: "list"; readonly parts: readonly Layout[] }
  | { readonly kind: "record"; readonly names: readonly string[]; readonly parts: readonly Layout[] }
  | { readonly kind: "frozen"; readonly value: unknown };

/** The layouts of all arguments of a call. */
export const layoutsOf = (args: readonly unknown[]): Layout[] => args.map((arg) => layoutOf(arg, ""));

/** The tensors of all arguments, in order, if these have the layouts. */
export function gatherAll(layouts: readonly Layout[], args: readonly unknown[]): Tensor[] | undefined {
  const inputs: Tensor[] = [];
  return args.length === layouts.length && layouts.every((layout, i) => gather(layout, args[i], inputs)) ? inputs : undefined;
}

/** The arguments with these layouts that have these tensors, in order and by their names. */
export function rebuildAll(layouts: readonly Layout[], tensors: readonly Tensor[]): unknown[] {
  const rest = tensors.values();
  return layouts.map((layout) => rebuild(layout, rest));
}

/** Tells what varies from what is frozen: tensors, and arrays of numbers, are inputs; everything else is part of the layout. */
function layoutOf(value: unknown, path: string): Layout {
  if (value instanceof Tensor || isNumbers(value)) {
    const { shape, label } = asTensor("compile", value as TensorLike);
    return { kind: "tensor", shape, label, name: label ?? nameOfPath(path) };
  }
  if (Array.isArray(value)) return { kind: "list", parts: value.map((part, i) => layoutOf(part, `${path}[${i}]`)) };
  if (isRecord(value)) {
    const names = Object.keys(value);
    return { kind: "record", names, parts: names.map((name) => layoutOf(value[name], `${path}.${name}`)) };
  }
  if (value === null || ["number", "string", "boolean", "undefined", "bigint"].includes(typeof value)) return { kind: "frozen", value };
  throw new TypeError(
    `compile: expected tensors, numbers, strings, or arrays and plain objects of them as arguments, got ${describe(value)}`,
  );
}

/** Whether a value has the layout; appends its tensors to `inputs` in order. Runs at each call: it makes nothing new. */
function gather(layout: Layout, value: unknown, inputs: Tensor[]): boolean {
  switch (layout.kind) {
    case "tensor": {
      if (!(value instanceof Tensor || isNumbers(value))) return false;
      const x = asTensor("compile", value as TensorLike);
      inputs.push(x);
      return sameShape(x.shape, layout.shape) && x.label === layout.label;
    }
    case "list": {
      const { parts } = layout;
      return (
        Array.isArray(value) && !isNumbers(value) && value.length === parts.length && parts.every((p, i) => gather(p, value[i], inputs))
      );
    }
    case "record": {
      const { names, parts } = layout;
      if (!isRecord(value)) return false;
      let count = 0;
      for (const name in value) if (name !== names[count++]) return false;
      return count === names.length && parts.every((part, i) => gather(part, value[names[i]], inputs));
    }
    case "frozen":
      return Object.is(value, layout.value);
  }
}

/** The value with the layout that has these tensors, in order. */
function rebuild(layout: Layout, tensors: Iterator<Tensor>): unknown {
  switch (layout.kind) {
    case "tensor": {
      const x = tensors.next().value as Tensor;
      return layout.name === "" ? x : x.named(layout.name);
    }
    case "list":
      return layout.parts.map((part) => rebuild(part, tensors));
    case "record":
      return Object.fromEntries(layout.names.map((name, i) => [name, rebuild(layout.parts[i], tensors)]));
    case "frozen":
      return layout.value;
  }
}

/** Whether a value is an array of numbers, nested to any depth: one tensor. */
function isNumbers(value: unknown): boolean {
  if (isNumericArray(value)) return true;
  let first = value;
  while (Array.isArray(first) && first.length > 0) first = first[0];
  return typeof first === "number" && Array.isArray(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
