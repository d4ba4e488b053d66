import {
  compile,
  concat,
  defineOp,
  GradtapeError,
  grad,
  NonFiniteError,
  record,
  requireFinite,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  where,
} from "gradtape";
import { ExpressionError, math } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { cubeRootDefinition } from "../support/cube-root.js";

const y = tensor([1, 0]).named("y");
const p = tensor([0.9, 0.2]).named("p");
const W = tensor([
  [0.5, -1],
  [2, 0.25],
]).named("W");

function failure(run: () => unknown): Error & { source?: string; start?: number; end?: number } {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("a template records the tape of the method calls", () => {
  type Body = (y: Tensor, p: Tensor) => Tensor;
  const pairs: Record<string, [template: Body, methods: Body]> = {
    "binary cross entropy": [
      (y, p) => math`-(${y} * log(${p}) + (1 - ${y}) * log(1 - ${p}))`,
      (y, p) =>
        y
          .mul(p.log())
          .add(y.rsub(1).mul(p.rsub(1).log()))
          .neg(),
    ],
    "quotients from the right": [(y, p) => math`1 / (${y} / ${p} + 2)`, (y, p) => y.div(p).add(2).rdiv(1)],
    "a matrix, transposed, times a vector": [(y) => math`${W}ᵀ @ ${y}`, (y) => W.transpose().matmul(y)],
    "an inner product": [(y, p) => math`${y} @ ${p}`, (y, p) => y.matmul(p)],
    "a composed function": [(_, p) => math`-sum(logSoftmax(${p}, 0))`, (_, p) => p.logSoftmax(0).sum().neg()],
    powers: [(_, p) => math`${p}² - ${p}³ - ${p}⁻¹ - ${p}^0.5`, (_, p) => p.square().sub(p.pow(3)).sub(p.pow(-1)).sub(p.pow(0.5))],
    "several axes and keepDims": [() => math`mean(${W}, [0, -1], true)`, () => W.mean([0, -1], true)],
    "a choice": [(y, p) => math`where(${p} >= 0.5, √${p}, ${y})`, (y, p) => where(p.greaterEqual(0.5), p.sqrt(), y)],
    "a list of tensors": [(y, p) => math`stack([${y}, ${p}], 1)`, (y, p) => stack([y, p], 1)],
    "tensors and arrays joined": [(y, p) => math`concat([${y}, ${p}, [1, 2]])`, (y, p) => concat([y, p, [1, 2]])],
    "a loss of the library": [(y, p) => math`meanSquaredError(${p}, ${y})`, (y, p) => p.sub(y).square().mean()],
  };
  for (const [title, [template, methods]] of Object.entries(pairs)) {
    test(title, () => expect(String(record(template, y, p))).toBe(String(record(methods, y, p))));
  }
});

test("arithmetic between plain numbers computes as JavaScript does and leaves no node", () => {
  const tape = record((x: Tensor) => math`${x} * (2/3 - -1 + 2^3 * 3² / √16)`, 1);
  expect(tape.nodes.map(({ op }) => op.name)).toEqual(["Mul"]);
  expect(tape.outputs[0].item()).toBe(2 / 3 + 1 + 18);
  expect(math`7`.item()).toBe(7);
  expect(math`${2} ** ${3}`.item()).toBe(8);
});

test("holes hold tensors, numbers, nested and typed arrays, truth values, null, lists of those, and functions to call", () => {
  expect(math`slice(${W}, ${[null, 0]})`.toArray()).toEqual([0.5, 2]);
  expect(math`slice(${W}, [${null}, ${[1, null]}])`.toArray()).toEqual([[-1], [0.25]]);
  expect(math`slice(${W}, [null, 0])`.toArray()).toEqual([0.5, 2]);
  expect(math`concat(${[y, p, [1]]})`.toArray()).toEqual([1, 0, 0.9, 0.2, 1]);
  expect(math`${[[1, 2]]} @ ${Float64Array.of(3, 4)}`.toArray()).toEqual([11]);
  expect(math`sum(${[1, 2]}, ${0}, ${true})`.toArray()).toEqual([3]);
  expect(math`sum(${W}, ${[0, 1]})`.item()).toBe(1.75);
  expect(math`${defineOp(cubeRootDefinition)}(${[8, 27]})`.toArray()).toEqual([2, 3]);
  const double = (x: Tensor): Tensor => x.mul(2);
  expect(math`1 + ${double}(${tensor(3)})`.item()).toBe(7);
});

test("factors need no sign, also where holes hold them, and LaTeX may be around the holes", () => {
  const x = 0.25;
  expect(math`2${x}`.item()).toBe(0.5);
  expect(math`${x}(1 - ${x})`.item()).toBe(x * (1 - x));
  expect(math`e^${x}`.item()).toBe(Math.exp(x));
  expect(math`\frac{${x}}{2} + ${y}^\top ${p}`.item()).toBe(0.125 + 0.9);
  expect(math`sin ${x} + |${-x}|`.item()).toBe(Math.sin(x) + x);
});

test("gradients of every order and compiled functions go through a template", () => {
  const f = (x: Tensor): Tensor => math`sin(${x}) * ${x}²`;
  expect(grad(f)(2).item()).toBeCloseTo(4 * Math.cos(2) + 4 * Math.sin(2), 12);
  expect(grad(grad(f))(2).item()).toBeCloseTo(8 * Math.cos(2) - 4 * Math.sin(2) + 2 * Math.sin(2), 12);
  const compiled = compile(grad(f));
  for (const x of [2, 3]) expect(compiled(tensor(x)).item()).toBeCloseTo(grad(f)(x).item(), 12);
});

test("a call site is parsed once, and its values are read anew each time", () => {
  let reads = 0;
  const raw = new Proxy(["", " + 1"], {
    get: (target, key) => {
      reads++;
      return Reflect.get(target, key);
    },
  });
  const strings = Object.assign(["", " + 1"], { raw });
  expect(math(strings, 1).item()).toBe(2);
  const once = reads;
  expect(once).toBeGreaterThan(0);
  expect([2, 3].map((x) => math(strings, x).item())).toEqual([3, 4]);
  expect(reads).toBe(once);
});

describe("errors point at the character", () => {
  test("of a sign where a value should be", () => {
    const error = failure(() => math`-(${y} * log(${p}) + ) * 2`);
    expect(error).toBeInstanceOf(ExpressionError);
    expect(error).toBeInstanceOf(GradtapeError);
    expect(error.message).toBe(
      ['math: expected an operand, got ")"; write what follows "+"', `  -(\${1} * log(\${2}) + ) * 2`, "                       ^"].join(
        "\n",
      ),
    );
    expect([error.source, error.start, error.end]).toEqual([`-(\${1} * log(\${2}) + ) * 2`, 21, 22]);
  });

  test("of the operator whose shapes do not fit, with the error's own class and in its stack", () => {
    const error = failure(() => math`${p} + ${[1, 2, 3]} * 2`);
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toBe(
      `add: shapes must broadcast (equal sizes, or 1, aligned at the last axis), got [2] and [3] (2 ≠ 3)\n  \${1} + \${2} * 2\n       ^`,
    );
    // Firefox keeps messages out of stacks.
    expect(error.stack?.includes(error.message)).toBe(new Error("a message").stack?.includes("a message"));
    expect([error.start, error.end]).toEqual([5, 6]);
  });

  test("in errors of every class, which keep their own properties", () => {
    const error = failure(() => requireFinite((x: Tensor) => math`1 + log(${x})`)(tensor(-1)));
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ op: "Log", node: 1, index: [], source: `1 + log(\${1})`, start: 4, end: 7 });
    expect(error.message).toMatch(/Log made NaN from -1 \(node 1\)\n {2}1 \+ log\(\$\{1\}\)\n {6}\^{3}$/);

    class CodedError extends GradtapeError {
      constructor(readonly detail: { readonly code: number }) {
        super(`code ${detail.code}`);
      }
    }
    const thrown = new CodedError({ code: 7 });
    const fails = (): Tensor => {
      throw thrown;
    };
    expect(failure(() => math`2 * ${fails}()`)).toBe(thrown);
    expect(thrown.message).toBe(`code 7\n  2 * \${1}()\n      ^^^^`);
    expect(thrown.detail).toEqual({ code: 7 });
  });

  test("unless an error is frozen or of another kind: that stays as it is", () => {
    for (const thrown of [Object.freeze(new TypeError("frozen")), new RangeError("another"), "text"]) {
      const fails = (): Tensor => {
        throw thrown;
      };
      expect(failure(() => math`2 * ${fails}()`)).toBe(thrown);
      expect(String(thrown)).not.toContain("^");
    }
  });

  test("of the function that was called wrongly, once, however deep it stands", () => {
    const error = failure(() => math`1 + (2 * log(${W} + softmax(${W}, 5)))`);
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toMatch(/^softmax: .*\n {2}1 \+ \(2 \* log\(\$\{1\} \+ softmax\(\$\{2\}, 5\)\)\)\n {22}\^{7}$/);
  });

  test("of a name in a template, which has no variables", () => {
    expect(failure(() => math`log(q)`).message).toBe(`math: expected the value of q in a hole, \${q}, got its name\n  log(q)\n      ^`);
  });

  test("of a hole with nothing in it, with something else than numbers, or with what cannot be called", () => {
    expect(failure(() => math`1 + ${undefined as never}`).message).toBe(
      `math: expected a value for \${1}, got undefined\n  1 + \${1}\n      ^^^^`,
    );
    expect(failure(() => math`1 + ${"2" as never}`).message).toMatch(/^add: .*got string "2"\n {2}1 \+ \$\{1\}\n {4}\^$/);
    expect(failure(() => math`${y}(2, 3)`).message).toMatch(/^math: expected a function to call, got .*\n {2}\$\{1\}\(2, 3\)\n {2}\^{4}$/);
  });

  test("of a backslash, also where JavaScript would read it", () => {
    expect(failure(() => math`1 + \${1}`).message).toMatch(/^math: expected an operand, got "\\\\"/);
    expect(failure(() => math`\u03c0`).message).toMatch(/^math: expected an operand, got "\\\\"/);
  });

  test("of a result that is no tensor", () => {
    expect(failure(() => math`split(${[1, 2]}, 2)`)).toBeInstanceOf(TypeError);
    expect(failure(() => math`true`).message).toMatch(/^math: expected a number or nested arrays of numbers, got boolean true\n/);
  });
});

test("a text instead of a template is refused, and the other function named", () => {
  expect(() => math("1 + 2" as never)).toThrow('math: expected a template, math`…`, got string "1 + 2"; parseMath reads a text');
});
