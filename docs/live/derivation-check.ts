// A derivation as somebody typed it, checked line by line: for a page of the course, and for any loss of the playground.
import { type Tensor, tensor } from "gradtape";
import { type CheckedDerivation, checkDerivation } from "gradtape/math";
import { readLoss } from "../playground/expression.js";
import type { Values } from "./trace.js";

/** A loss as text, what its variables are, and the one that its gradient is with respect to. */
export interface Task {
  readonly source: string;
  readonly values: Values;
  readonly wrt: string;
}

export function checkText({ source, values, wrt }: Task, text: string): CheckedDerivation {
  const { variables, f } = readLoss(source);
  const inputs = variables.map((name) => tensor((values[name] ?? 0.5) as number[]).named(name));
  return checkDerivation((...args: Tensor[]) => f(...args), inputs, text, { wrt: variables.indexOf(wrt) });
}
