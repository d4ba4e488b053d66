import { grad, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { readLoss, TextError } from "../../docs/playground/expression.js";

test("Lines with names are steps of one loss; what has no value yet is a variable", () => {
  const { variables, f } = readLoss("z = w * x + b\n\nL = (z − y)²");
  expect(variables).toEqual(["w", "x", "b", "y"]);
  const values = [2, 3, 1, 5].map((value) => tensor(value));
  expect(f(...values).item()).toBe(4);
  expect(f(...values).label).toBe("L");
  expect(grad((w: Tensor) => f(w, ...values.slice(1)))(2).item()).toBe(12);
});

test("Variables and steps may be called as members of every object are", () => {
  const { variables, f } = readLoss("__proto__ = constructor * 2\ntoString = __proto__ + hasOwnProperty");
  expect(variables).toEqual(["constructor", "hasOwnProperty"]);
  expect(f(tensor(3), tensor(4)).item()).toBe(10);
});

test("A loss may be one formula without a name", () => {
  const { variables, f } = readLoss("x^3 == 8");
  expect(variables).toEqual(["x"]);
  expect(f(tensor(2)).item()).toBe(1);
});

test.each([
  ["z = 2 * x\nL = z + * 2", 18, /an operand/],
  ["L = foo(x)", 4, /name of a function/],
  ["x = 1\nx = 2", 6, /x has a meaning already/],
  ["a = x\nx = a", 6, /x has a meaning already/],
  ["a = a + 1", 0, /used before it has a value/],
  ["", 0, /expected a formula/],
  ["1 + 2", 0, /at least one variable/],
])("%j is refused at the place that is wrong", (source, start, message) => {
  const error = caught(() => readLoss(source));
  expect(error.start).toBe(start);
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain("\n");
});

test("A step that fails at the values is told by its place in the whole text", () => {
  const { f } = readLoss("a = x * 2\nL = sum(a @ y)");
  const error = caught(() => f(tensor([1, 2]), tensor([1, 2, 3])));
  expect(error.start).toBe(20);
  expect(error.message).toMatch(/^matmul: inner dimensions/);
});

function caught(body: () => unknown): TextError {
  try {
    body();
  } catch (error) {
    if (error instanceof TextError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
