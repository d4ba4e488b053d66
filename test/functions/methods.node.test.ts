import { readFileSync } from "node:fs";
import { Tensor, type TensorLike, tensor } from "gradtape";
import ts from "typescript";
import { describe, expect, expectTypeOf, test } from "vitest";
import * as elementwise from "../../src/functions/elementwise.js";
import * as linalg from "../../src/functions/linalg.js";
import * as movement from "../../src/functions/movement.js";
import * as reduce from "../../src/functions/reduce.js";

// Most functions are a method with its first argument in front. Whoever adds an option to one must add it to the other:
// JavaScript passes what a function does not take, and nobody is told.

const families = { elementwise, linalg, movement, reduce };
type Functions = typeof elementwise & typeof linalg & typeof movement & typeof reduce;
const functions = Object.assign({}, ...Object.values(families)) as Record<string, (...args: unknown[]) => unknown>;

/**
 * Functions of a list of tensors, none of which is first, and functions that are no methods, so that a bundle can leave them out. So are all
 * of the families that are not listed above.
 */
const ofLists = ["concat", "stack"];
const withoutMethod = [
  ...["trace", "diag", "tril", "triu", "outer", "einsum"],
  ...ofLists,
  ...["segmentSum", "norm", "std", "cumprod", "argmin"],
];
/** Methods for which a function would say less than what it stands for. */
const withoutFunction = ["item", "toArray", "toJSON", "toString", "named", "rsub", "rdiv"];

interface Parameter {
  readonly name: string;
  /** What stands for it where it is left out, as code; empty if nothing. */
  readonly initial: string;
}

/** The parameters of each function, or each method, in a file of `src/`; of one with overloads, those that a caller sees. */
function parametersIn(file: string, what: "functions" | "methods"): Map<string, Parameter[]> {
  const source = ts.createSourceFile(
    file,
    readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = new Map<string, Parameter[]>();
  const add = (node: ts.FunctionDeclaration | ts.MethodDeclaration): void => {
    const name = node.name?.getText() ?? "";
    const isInternal = ts.getJSDocTags(node).some((tag) => tag.tagName.text === "internal");
    const isPrivate = ts
      .getModifiers(node)
      ?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.StaticKeyword);
    if (found.has(name) || isInternal || isPrivate || name.startsWith("[")) return;
    const parameters = node.parameters.map((p) => ({ name: p.name.getText(), initial: p.initializer?.getText() ?? "" }));
    found.set(name, parameters);
  };
  for (const statement of source.statements) {
    if (what === "functions" && ts.isFunctionDeclaration(statement)) add(statement);
    if (what === "methods" && ts.isClassDeclaration(statement)) statement.members.filter(ts.isMethodDeclaration).forEach(add);
  }
  return found;
}

const methods = parametersIn("tensor/tensor.ts", "methods");

test("each function of a tensor is a method too, and each method a function", () => {
  const alone = Object.keys(functions).filter((name) => !methods.has(name));
  expect(alone, "add the method to src/tensor/tensor.ts").toEqual(withoutMethod);
  const methodsAlone = [...methods.keys()].filter((name) => !Object.hasOwn(functions, name));
  expect(methodsAlone.sort(), "add the function to its family in src/functions/").toEqual([...withoutFunction].sort());
});

test("the types of a function's arguments are those of its method, the tensor in front", () => {
  type Pairs<F> = keyof F & keyof Tensor;
  type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
  /** The names of those functions that are declared to take something else than their methods. */
  type Different<F> = {
    [K in Pairs<F>]: [Arguments<F[K]>, [x: TensorLike, ...Arguments<Tensor[K]>]] extends [
      [x: TensorLike, ...Arguments<Tensor[K]>],
      Arguments<F[K]>,
    ]
      ? Arguments<F[K]>["length"] extends [x: TensorLike, ...Arguments<Tensor[K]>]["length"]
        ? never
        : K
      : K;
  }[Pairs<F>];
  expectTypeOf<Different<Functions>>().toEqualTypeOf<never>();
  // The same for functions that are wrong: one without its options, one with another axis.
  type Wrong = { cumsum: (x: TensorLike, axis: number) => Tensor; argmax: (x: TensorLike, axis: string) => Tensor; sum: Functions["sum"] };
  expectTypeOf<Different<Wrong>>().toEqualTypeOf<"cumsum" | "argmax">();
});

describe("a function gives all that it takes to its method", () => {
  for (const family of Object.keys(families)) {
    for (const [name, parameters] of parametersIn(`functions/${family}.ts`, "functions")) {
      const method = methods.get(name);
      if (method === undefined || !Object.hasOwn(functions, name)) continue;
      test(name, () => {
        const place = `src/functions/${family}.ts`;
        expect(parameters.length, `${place}: ${name} takes another number of arguments than its method and the tensor`).toBe(
          method.length + 1,
        );
        method.forEach(({ initial }, i) => {
          expect(["", initial], `${place}: ${name} has another default than its method`).toContain(parameters[i + 1].initial);
        });
        const given = method.map((parameter) => ({ parameter }));
        const x = tensor([1, 2]);
        expect(
          received(name, () => functions[name](x, ...given)),
          `${place}: ${name} does not pass on what it is given`,
        ).toEqual([x, ...given]);
      });
    }
  }
});

/** What a method is called on and with while `body` runs. */
function received(name: string, body: () => void): unknown[] {
  const methodsByName = Tensor.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const { [name]: original } = methodsByName;
  let calls: unknown[] = [];
  methodsByName[name] = function (this: Tensor, ...args: unknown[]) {
    calls = [this, ...args];
    return this;
  };
  try {
    body();
  } finally {
    methodsByName[name] = original;
  }
  return calls;
}

test("products and sums read the options that they are given", () => {
  const A = tensor([
    [1, 2],
    [3, 4],
  ]);
  const B = tensor([
    [5, 6],
    [7, 8],
  ]);
  for (const transposeA of [false, true])
    for (const transposeB of [false, true]) {
      const expected = linalg.matmul(transposeA ? A.transpose() : A, transposeB ? B.transpose() : B);
      expect(linalg.matmul(A, B, { transposeA, transposeB }).toArray()).toEqual(expected.toArray());
    }
  expect(reduce.cumsum([1, 2, 3], 0, { reverse: true }).toArray()).toEqual([6, 5, 3]);
  expect(() => linalg.matmul(A, B, { transposeC: true } as never)).toThrow(/^matmul: /);
  expect(() => reduce.cumsum(A, 0, { reversed: true } as never)).toThrow(/^cumsum: /);
});
