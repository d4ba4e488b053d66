import { describe, ShapeError } from "./errors.js";
import { formatShape, type Shape } from "./shape.js";
import { quote } from "./text.js";

/** What a specification such as `"ij,jk->ik"` asks for: the label of each axis of each operand and of the result. */
export interface EinsumPlan {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
  /** The size of the axes of each label. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Labels of the axes that an ellipsis stands for, counted from the last one; no letter is one of them. */
const ellipsis = (count: number): string[] => Array.from({ length: count }, (_, i) => `.${count - 1 - i}`);

/** Reads a specification for operands of these shapes; refuses what does not fit. */
export function parseEinsum(spec: string, shapes: readonly Shape[]): EinsumPlan {
  if (typeof spec !== "string") throw new TypeError(`einsum: expected a specification such as "ij,jk->ik", got ${describe(spec)}`);
  const [left, right, ...more] = spec.replaceAll(/\s/g, "").split("->");
  const terms = left.split(",");
  const whole = [...terms, ...(right === undefined ? [] : [right])];
  if (more.length > 0 || !whole.every((term) => /^[A-Za-z]*(\.\.\.[A-Za-z]*)?$/.test(term)))
    throw new TypeError(`einsum: expected letters, "...", commas and one "->", such as "ij,jk->ik", got ${quote(spec)}`);
  if (terms.length !== shapes.length)
    throw new TypeError(`einsum: expected as many tensors as terms in ${quote(spec)}, ${terms.length}, got ${shapes.length}`);
  const sizes = new Map<string, number>();
  const inputs = terms.map((term, i) => labelsOf(spec, term, shapes[i], sizes));
  const open = inputs.flat().filter((label) => label.startsWith("."));
  const dots = ellipsis(new Set(open).size);
  return { inputs, output: right === undefined ? implied(inputs, dots) : outputOf(spec, right, dots, sizes), sizes };
}

/** The labels of one operand; notes the sizes of its axes. */
function labelsOf(spec: string, term: string, shape: Shape, sizes: Map<string, number>): string[] {
  const letters = term.replace("...", "").length;
  const hasDots = term.includes("...");
  if (hasDots ? shape.length < letters : shape.length !== letters)
    throw new ShapeError(
      `einsum: expected a tensor of rank ${letters}${hasDots ? " or more" : ""} for ${quote(term)} in ${quote(spec)}, got shape ${formatShape(shape)}`,
    );
  const [before, after = ""] = term.split("...");
  const labels = [...before, ...(hasDots ? ellipsis(shape.length - letters) : []), ...after];
  labels.forEach((label, axis) => {
    const known = sizes.get(label);
    const size = shape[axis];
    if (known === undefined || (known === 1 && label.startsWith("."))) sizes.set(label, size);
    else if (size !== known && !(size === 1 && label.startsWith(".")))
      throw new ShapeError(`einsum: axes named ${label} must have one size in ${quote(spec)}, got ${known} and ${size}`);
  });
  return labels;
}

/** Without an arrow: what stands once, in alphabetical order, after the axes of the ellipsis. */
function implied(inputs: readonly (readonly string[])[], dots: readonly string[]): string[] {
  const all = inputs.flat().filter((label) => !label.startsWith("."));
  return [...dots, ...all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort()];
}

function outputOf(spec: string, term: string, dots: readonly string[], sizes: ReadonlyMap<string, number>): string[] {
  if (dots.length > 0 && !term.includes("..."))
    throw new TypeError(`einsum: expected "..." in the result too, for the axes that it stands for, got ${quote(spec)}`);
  const [before, after = ""] = term.split("...");
  const labels = [...before, ...(term.includes("...") ? dots : []), ...after];
  const wrong = labels.find((label, i) => !sizes.has(label) || labels.indexOf(label) !== i);
  if (wrong !== undefined)
    throw new TypeError(`einsum: expected each letter of the result once, and in a term before it, got ${wrong} in ${quote(spec)}`);
  return labels;
}
