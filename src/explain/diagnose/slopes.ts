import { isElementwise } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import { ones } from "../../tensor/create.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import { valuesAt } from "../places.js";

/**
 * ∂output/∂input for each input: the rules of the op with a cotangent of 1. For an elementwise op they are the derivatives place
 * by place, and for one that makes one number of many, those of that number. Nothing for an op with one rule for all inputs.
 */
export function slopesOf({ op, inputs, output, attributes }: Node): readonly Tensor[] {
  if (typeof op.vjp === "function") return [];
  const g = ones(output.shape);
  return op.vjp.map((rule) => (rule === null ? asTensor("diagnose", 0) : rule(g, output, ...inputs, attributes)));
}

/**
 * The sizes of an elementwise op's derivatives with respect to its inputs, at a place. One that does not exist, as that of xʸ
 * with respect to y at x < 0, counts as 0.
 */
export function slopesAt(node: Node): (place: number) => number[] {
  const at = valuesAt(slopesOf(node), node.output.shape);
  return (place) => at(place).map((slope) => (Number.isNaN(slope) ? 0 : Math.abs(slope)));
}

/** The sum of an elementwise op's conditions with respect to its inputs, at a place; 1 for other ops, and where the result is 0. */
export function conditionAt(node: Node, place: number): number {
  const { op, inputs, output } = node;
  const out = Math.abs(output.data[place]);
  if (!isElementwise(op) || out === 0) return 1;
  const values = valuesAt(inputs, output.shape)(place);
  return slopesAt(node)(place).reduce((sum, slope, k) => sum + (slope * Math.abs(values[k])) / out, 0);
}
