import { grad, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { readLoss, TextError } from "../../docs/playground/expression.js";
import { readNumber, readTable } from "../../docs/playground/numbers.js";
import { repairsOfText } from "../../docs/playground/repairs.js";

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
  ["L = z²\nz = 3x", 7, /z is used before it has a value/],
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

test.each<[string, readonly string[], readonly string[]]>([
  ["let z = w*x; const L = z^2;", ["w", "x"], ["z", "L"]],
  ["f(x) = x^2", ["x"], ["f"]],
  ["x => x^2", ["x"], [""]],
  ["lambda x: x**2", ["x"], [""]],
  ["return x**2", ["x"], [""]],
  ["# the loss\nL := (x-1)^2 // squared\n", ["x"], ["L"]],
  ["L = -(y * log(p)\n  + (1 - y) * log(1 - p))", ["y", "p"], ["L"]],
  ["z = a\n  + b\nz²", ["a", "b"], ["z", ""]],
  ["\\hat{y} = \\sigma(w x + b)\n\\mathcal{L} = (y - \\hat{y})^2", ["w", "x", "b", "y"], ["ŷ", "L"]],
  ["wx = w * x\nL = (wx - y)^2", ["w", "x", "y"], ["wx", "L"]],
  ["e = y - p\nL = e^2", ["y", "p"], ["e", "L"]],
  ["x = 3\nL = x^2", ["x"], ["L"]],
  // programs
  ["def f(x):\n    return x**2 + 3*x", ["x"], [""]],
  ["def loss(w, x, y):\n    z = w*x\n    return (z - y)**2", ["w", "x", "y"], ["z", ""]],
  ["import numpy as np\nx = 3\nnp.sin(x)", ["x"], [""]],
  ["x = torch.tensor(2.0, requires_grad=True)\ny = x**2\ny.backward()\nprint(x.grad)", ["x"], ["y"]],
  ["p = torch.sigmoid(z)\n-(y*p.log()).sum()", ["z", "y"], ["p", ""]],
  ["function f(x) { return x*x; }", ["x"], [""]],
  ["const f = (x) => { const z = x + 1; return z*z; }", ["x"], ["z", ""]],
  // books
  ["\\begin{align} z &= w x + b \\\\ L &= (z - y)^2 \\end{align}", ["w", "x", "b", "y"], ["z", "L"]],
  ["x^2, x = 3", ["x"], [""]],
  ["x = 2, y = 3, x*y", ["x", "y"], [""]],
  ["x^2 + 3x where x = 2", ["x"], [""]],
])("%j is read as people mean it", (source, variables, names) => {
  const loss = readLoss(source);
  expect(loss.variables).toEqual(variables);
  expect(loss.lines.map(({ name }) => name ?? "")).toEqual(names);
});

test.each<[string, readonly string[]]>([
  ["x += 1", ["x + 1"]],
  ["x^2 = 4", ["x^2 - 4", "(x^2 - (4))²"]],
  ["a^2 + b^2 = c^2", ["a^2 + b^2 - c^2", "(a^2 + b^2 - (c^2))²"]],
  ["sinx + cosx", ["sin(x) + cos(x)", "sin_x + cos_x"]],
  ["σ(w₁x₁ + w₂x₂ + b)", ["σ(w₁ * x₁ + w₂ * x₂ + b)", "σ(w₁ @ x₁ + w₂ @ x₂ + b)"]],
  ["w[0]*x[0] + w[1]*x[1]", ["slice(w, [0])*slice(x, [0]) + slice(w, [1])*slice(x, [1])"]],
  ["tanh(Wx + Uh + b)", ["tanh(W @ x + U @ h + b)", "tanh(W * x + U * h + b)"]],
])("One click mends all of %j", (source, texts) => {
  const repairs = repairsOfText(
    source,
    caught(() => readLoss(source)),
  );
  expect(repairs.slice(0, texts.length).map((repair) => repair.source)).toEqual(texts);
});

test("Numbers are read as people type and paste them", () => {
  const numbers: [string, number | undefined][] = [
    ["1.5", 1.5],
    ["1,5", 1.5],
    ["−2", -2],
    ["1/3", 1 / 3],
    ["-1/4", -0.25],
    ["½", 0.5],
    ["1e-3", 0.001],
    ["π", Math.PI],
    [" .5 ", 0.5],
    ["", undefined],
    ["x", undefined],
    ["1/0", undefined],
    ["1 2", undefined],
  ];
  for (const [text, value] of numbers) expect(readNumber(text), text).toBe(value);
  const square = [
    [1, 2],
    [3, 4],
  ];
  for (const text of [
    "[[1,2],[3,4]]",
    "np.array([[1, 2], [3, 4]])",
    "[1 2; 3 4]",
    "1\t2\n3\t4",
    "1 2\n3 4",
    "1,2\n3,4",
    "[[1., 2.],\n [3., 4.]]",
  ])
    expect(readTable(text), text).toEqual(square);
  for (const text of ["[1, 2, 3]", "1 2 3", "1, 2, 3", "1\t2\t3", "tensor([1., 2., 3.])"]) expect(readTable(text), text).toEqual([1, 2, 3]);
  expect(readTable("1,5 2,5")).toBeUndefined();
  expect(readTable("0,5;1,5")).toEqual([0.5, 1.5]);
  for (const text of ["3", "hello", "[[1, 2], [3]]", ""]) expect(readTable(text), text).toBeUndefined();
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
