import {
  checkpoint,
  compile,
  DomainError,
  diagnose,
  grad,
  hessian,
  jvp,
  minimize,
  NonFiniteError,
  requireFinite,
  scan,
  stabilize,
  type Tensor,
  tensor,
  valueAndGrad,
  where,
} from "gradtape";
import { describe, expect, test } from "vitest";
import { planted } from "./planted.js";

/** What a call throws. */
function errorOf(body: () => unknown): NonFiniteError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(NonFiniteError);
    return error as NonFiniteError;
  }
  throw new Error("expected an error");
}

describe("requireFinite", () => {
  test("says in which step of a loop it happened, and at which op in it, in loops within loops and functions that run again", () => {
    const step = (c: Tensor): Tensor => c.sub(1).log();
    const inLoop = (x: Tensor): Tensor => scan((c) => [step(c), undefined], x, 5)[0];
    expect(errorOf(() => requireFinite(inLoop)(tensor(3))).message).toContain("but Scan made NaN at [0], in step 1, Log(%1), from 3 and");
    const nested = (x: Tensor): Tensor => scan((c: Tensor) => [inLoop(c), undefined], x, 2)[0];
    expect(errorOf(() => requireFinite(nested)(tensor(3))).message).toMatch(
      /made NaN at \[0\], in step 0, Scan\(.*\), in step 1, Log\(%1\), from/,
    );
    const again = checkpoint((x: Tensor) => step(x).exp());
    expect(errorOf(() => requireFinite(grad(again))(tensor(-1))).message).toContain(
      "but Checkpoint made NaN at [0], inside, Log(%1), from -1",
    );
  });

  test("throws a DomainError with op, node, label and inputs at the first op that makes NaN or ∞", () => {
    const f = requireFinite((x: Tensor) => x.mul(2).named("twice").log().exp().sum());
    const error = errorOf(() => f(tensor([3, 0, -1])));
    expect(error).toBeInstanceOf(DomainError);
    expect(error.message).toBe("requireFinite: expected finite numbers, but Log made -∞ at [1] from twice = 0 (node 2)");
    expect(error).toMatchObject({ name: "NonFiniteError", op: "Log", node: 2, label: "twice", index: [1], ruleOf: undefined });
    expect(error.inputs.map((x) => x.toArray())).toEqual([[6, 0, -2]]);
    expect(error.output.data[1]).toBe(Number.NEGATIVE_INFINITY);
    expect(f(tensor([1, 2])).item()).toBeCloseTo(6, 12);
  });

  test("looks at the backward pass, and says whose rule it was", () => {
    const f = (x: Tensor): Tensor => x.sqrt().sum();
    const x = tensor([1, 0]).named("x");
    expect(requireFinite(f)(x).item()).toBe(1);
    // A branch that is not taken has a derivative of 0, whatever the op's is.
    expect(requireFinite(grad((x: Tensor) => where(x.greater(0), x.sqrt(), 0).sum()))(x).toArray()).toEqual([0.5, 0]);
    const error = errorOf(() => requireFinite(grad(f))(x));
    expect(error).toMatchObject({ op: "Div", ruleOf: { op: "Sqrt", node: 1 }, index: [1] });
    expect(error.message).toContain("Div made ∞ at [1] from 1 and 0 (node 4, in the backward pass of node 1, Sqrt)");
  });

  test("at any depth: gradients of gradients, tangents, Hessians, fits", () => {
    const root = (x: Tensor): Tensor => x.sqrt().sum();
    expect(errorOf(() => requireFinite(grad(root))([0, 0])).op).toBe("Div");
    expect(errorOf(() => requireFinite(hessian(root))([0, 0])).op).toBe("Div");
    expect(errorOf(() => requireFinite((x: Tensor) => jvp(root, [x], [tensor([1, 0])])[1])(tensor([0, 0]))).op).toBe("Div");
    expect(errorOf(() => requireFinite((x: Tensor) => grad(root)(x).sum())(tensor([0, 0]))).op).toBe("Div");
    expect(errorOf(() => requireFinite(valueAndGrad((p: { w: Tensor }) => p.w.log().sum()))({ w: tensor([0]) })).op).toBe("Log");
    const descend = requireFinite((start: number) => minimize((x: Tensor) => x.sub(x.log()), start, { method: "gd", learningRate: 10 }));
    expect(errorOf(() => descend(0.5)).op).toBe("Log");
    expect(requireFinite(() => minimize((x: Tensor) => x.square(), 3).converged)()).toBe(true);
  });

  test("finds what diagnose finds wherever something is not finite", () => {
    for (const { f, at, kind, title } of planted) {
      if (!["domain error", "domain edge", "overflow", "zero times infinity", "non-finite input"].includes(kind)) continue;
      expect(() => requireFinite(grad((x: Tensor) => f(x).sum()))(at), title).toThrow(NonFiniteError);
      expect(diagnose(f, at).healthy, title).toBe(false);
    }
  });

  test("says when a NaN came from outside, and lets masks of ∞ through until they become NaN", () => {
    const x = tensor([1, Number.NaN]).named("x");
    const error = errorOf(() => requireFinite((x: Tensor) => x.add(1))(x));
    expect(error.message).toBe(
      "requireFinite: expected finite numbers, but Add passed on a NaN that came from outside at [1] from x of shape [2] and 1 (node 1)",
    );
    expect(requireFinite((x: Tensor) => where(x.equal(x), x, 0).sum())(x).item()).toBe(1); // taken out, it is no trouble
    const masked = requireFinite((x: Tensor) => x.add([0, Number.NEGATIVE_INFINITY]).softmax());
    expect(masked(tensor([1, 2])).toArray()).toEqual([1, 0]);
    const infinite = tensor([1, Number.POSITIVE_INFINITY]);
    expect(errorOf(() => requireFinite((x: Tensor) => x.sub(infinite.mul(x)).add(infinite))(tensor([1, 2]))).op).toBe("Add");
  });

  test("runs compiled functions op by op, and sees through stabilize to what really runs", () => {
    const compiled = compile((x: Tensor) => x.log().mul(0));
    expect(Number.isNaN(compiled(tensor(0)).item())).toBe(true);
    expect(errorOf(() => requireFinite(compiled)(tensor(0))).op).toBe("Log");
    expect(errorOf(() => compile(requireFinite((x: Tensor) => x.log()))(tensor(0))).op).toBe("Log");
    expect(requireFinite(stabilize((z: Tensor) => z.sigmoid().log()))(tensor(-1000)).item()).toBe(-1000);
  });

  test("ends with the call, also by an error, and nests", () => {
    const f = (x: Tensor): Tensor => x.log();
    expect(() => requireFinite(f)(tensor(0))).toThrow(NonFiniteError);
    expect(f(tensor(0)).item()).toBe(Number.NEGATIVE_INFINITY);
    expect(() =>
      requireFinite(() => {
        throw new Error("own");
      })(),
    ).toThrow("own");
    expect(f(tensor(0)).item()).toBe(Number.NEGATIVE_INFINITY);
    expect(requireFinite((x: Tensor) => requireFinite(grad(f))(x).add(1))(tensor(2)).item()).toBe(1.5);
    expect(errorOf(() => requireFinite((x: Tensor) => requireFinite(f)(x))(tensor(0))).op).toBe("Log");
    expect(
      diagnose(
        requireFinite((x: Tensor) => x.mul(2)),
        tensor(1),
      ).healthy,
    ).toBe(true);
  });

  test("keeps arguments and results as they are, and refuses what it cannot watch", () => {
    const f = requireFinite((p: { a: Tensor }, n: number) => ({ b: p.a.mul(n), n }));
    expect(f({ a: tensor(2) }, 3)).toMatchObject({ n: 3 });
    expect(() => requireFinite(3 as never)).toThrow("requireFinite: expected a function, got number 3");
    expect(() => requireFinite(async () => 1)()).toThrow("requireFinite: the function must be synchronous");
  });
});
