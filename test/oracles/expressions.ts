import fc from "fast-check";
import { type Tensor, tensor } from "gradtape";
import { records } from "./cases.js";

// Random tensors and random functions of them, for properties that hold of every program.

const size = fc.integer({ min: 1, max: 3 });
/** Shapes of up to three axes. */
export const shapes = fc.array(size, { maxLength: 3 });

/** A tensor of the given shape with numbers that are neither large nor close to 0. */
export const tensorOf = (shape: readonly number[]): fc.Arbitrary<Tensor> => {
  const count = shape.reduce((a, b) => a * b, 1);
  const value = fc.tuple(fc.boolean(), fc.integer({ min: 200, max: 1500 })).map(([negative, v]) => (negative ? -v : v) / 1000);
  return fc.array(value, { minLength: count, maxLength: count }).map((values) => tensor(values, shape));
};

/**
 * Random expressions: a tree of up to 30 steps over three inputs that broadcast against each other. Every step is smooth and
 * keeps its result of moderate size, so that central differences can be trusted to second order. They stand in the records.
 */
export type Expression = (inputs: readonly Tensor[]) => Tensor;

const steps = [...records.values()].flatMap(({ step }) => (step === null ? [] : [step]));
const [unary, binary] = [1, 2].map((inputs) => steps.filter((step) => step.length === inputs)) as [((x: Tensor) => Tensor)[], typeof steps];

export const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, depthIdentifier: "expression" },
    fc.integer({ min: 0, max: 2 }).map(
      (i): Expression =>
        (inputs) =>
          inputs[i],
    ),
    fc.tuple(fc.constantFrom(...unary), tie("expression")).map(
      ([op, e]): Expression =>
        (inputs) =>
          op(e(inputs)),
    ),
    fc.tuple(fc.constantFrom(...binary), tie("expression"), tie("expression")).map(
      ([op, a, b]): Expression =>
        (inputs) =>
          op(a(inputs), b(inputs)),
    ),
  ),
}));

/** The three inputs of an expression. */
export const points = fc.tuple(tensorOf([2, 3]), tensorOf([3]), tensorOf([]));
