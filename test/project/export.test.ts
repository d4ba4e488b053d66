import * as gradtape from "gradtape";
import { grad, type Tensor, tensor } from "gradtape";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { examples } from "../../docs/playground/examples.js";
import { codeOf, targets } from "../../docs/playground/export.js";
import { readLoss } from "../../docs/playground/expression.js";
import { typeErrorsOf } from "./type-errors.js";

/** What a program for gradtape prints. */
function printedBy(code: string): unknown[] {
  const printed: unknown[] = [];
  const body = code.replace(/^import \{(.*)\} from "gradtape";$/m, (_, names: string) => {
    const values = names.split(",").filter((name) => !name.includes("type "));
    return `const {${values.join(",")}} = gradtape;`;
  });
  new Function("gradtape", "console", ts.transpile(body, { target: ts.ScriptTarget.ES2022 }))(gradtape, {
    log: (...values: unknown[]) => printed.push(...values),
  });
  return printed;
}

describe("A loss of the playground is exported", () => {
  for (const { title, source, values, by } of examples)
    test(title, () => {
      const { variables, f } = readLoss(source);
      const inputs = variables.map((name) => tensor(values[name] as number[]));
      const loss = (w: Tensor): Tensor => f(...variables.map((name, i) => (name === by ? w : inputs[i])));
      const w = inputs[variables.indexOf(by)];
      const code = codeOf(source, values, by, "gradtape");
      const [value, gradient] = printedBy(code);
      expect(value).toEqual(loss(w).item());
      expect(gradient).toEqual(grad(loss)(w).toArray());
      for (const target of targets) expect(codeOf(source, values, by, target)).not.toMatch(/undefined|NaN/);
    });
});

test("The programs for gradtape are what a strict project compiles", () => {
  const programs = examples.map(({ title, source, values, by }) => [title, codeOf(source, values, by, "gradtape")] as const);
  expect(typeErrorsOf(new Map(programs))).toEqual([]);
});

test("The program for PyTorch and that for JAX read as one writes them", () => {
  const [{ source, values, by }] = examples;
  expect(codeOf(source, values, by, "PyTorch")).toBe(`import torch

def loss(W, x, y):
    z = W @ x
    ŷ = torch.sigmoid(z)
    L = -(y * torch.log(ŷ) + (1 - y) * torch.log(1 - ŷ))
    return L

W = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
x = torch.tensor([1.0, 0.3, 0.8], dtype=torch.float64)
y = torch.tensor(1.0, dtype=torch.float64)
W.requires_grad_()
value = loss(W, x, y)
value.backward()
print(value.item(), W.grad)
`);
  expect(codeOf("L = mean((X @ w - y)²)\n", { X: [[1, 2]], w: [1, 2], y: [3] }, "w", "JAX")).toContain(
    "    L = jnp.mean(jnp.square(X @ w - y))\n",
  );
  expect(codeOf("L = a - (b - c) * (a / (b * c))^2", {}, "a", "JAX")).toMatch(
    /L = a - \(b - c\) \* (jnp\.square\(a \/ \(b \* c\)\)|\(a \/ \(b \* c\)\) \*\* 2)/,
  );
});

test("An op that not all of them have is refused by its name", () => {
  expect(() => codeOf("L = median(x)", { x: [1, 2, 4] }, "x", "PyTorch")).toThrow(
    /export: expected ops that all three libraries have, got/,
  );
});
