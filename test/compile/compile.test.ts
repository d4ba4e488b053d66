import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type Compiled,
  compile,
  defineOp,
  GradtapeError,
  grad,
  hessian,
  hvp,
  inv,
  jvp,
  record,
  requireFinite,
  sort,
  stabilize,
  type Tape,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from "gradtape";
import { parseMath } from "gradtape/math";
import { describe, expect, test, vi } from "vitest";
import { cases } from "../oracles/cases.js";
import { randomTensor } from "../support/random.js";

function refusal(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error");
}

const same = (found: Tensor, expected: Tensor): void => {
  expect(found.shape).toEqual(expected.shape);
  found.data.forEach((v, i) => {
    const wanted = expected.data[i];
    expect(
      Object.is(v, wanted) || v === wanted || Math.abs(v - wanted) <= 1e-13 * Math.max(1, Math.abs(wanted)),
      `${v} and ${wanted}`,
    ).toBe(true);
  });
};

describe.each(["wasm", "js"] as const)("a function compiled for %s gives the results of the function", (backend) => {
  for (const { op, title, f, inputs } of cases) {
    test(`${op} ${title}: value, cotangents, tangent, second order; at the point of recording and at another`, () => {
      const all = (...xs: Tensor[]): Tensor[] => {
        const [output, pullback] = vjp<Tensor[], Tensor>(f, ...xs);
        const [, tangent] = jvp<Tensor[], Tensor>(f, xs, xs);
        const second = jvp<Tensor[], Tensor>(
          (...ys) => grad<Tensor[], number[]>((...zs) => f(...zs).sum(), { argnums: [0] })(...ys)[0],
          xs,
          xs,
        )[1];
        return [output, ...pullback(output), tangent, second];
      };
      const compiled = compile(all, { backend });
      // Another point where the function is smooth: between this one and itself scaled a little.
      for (const point of [inputs, inputs.map((x) => x.mul(1.01)), inputs]) {
        if (op === "take" || op === "oneHot" || op === "argmax") break;
        const expected = all(...point);
        for (const [i, x] of compiled(...point).entries()) same(x, expected[i]);
      }
      const expected = all(...inputs);
      for (const [i, x] of compiled(...inputs).entries()) same(x, expected[i]);
      expect(compiled.backend).toBe(backend);
    });
  }
});

test.each(["wasm", "js"] as const)("what a program fuses is right at the ends too (%s)", (backend) => {
  const z = tensor([-1000, -745, -700, -40, -1, -0, 0, 1, 40, 700, 745, 1000, -Infinity, Infinity, Number.NaN]);
  const y = tensor([1, 0, 0.5, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]);
  const f = (...[z, y]: Tensor[]): Tensor[] => {
    const [loss, gradient] = valueAndGrad((t: Tensor) => binaryCrossEntropyWithLogits(t, y, { reduction: "none" }).sum())(z);
    const p = z.sigmoid();
    return [
      loss,
      gradient,
      binaryCrossEntropyWithLogits(z, y, { reduction: "none" }),
      p,
      z.neg().sigmoid(),
      p.add(p.add(y).equal(0)),
      grad((t: Tensor) => binaryCrossEntropy(t.sigmoid(), y, { reduction: "sum" }))(z),
    ];
  };
  const compiled = compile(f, { backend });
  const expected = f(z, y);
  for (const [i, x] of compiled(z, y).entries()) {
    expect(x.shape).toEqual(expected[i].shape);
    x.data.forEach((v, j) => {
      const wanted = expected[i].data[j];
      // Relative to each number, however small; the naive form is as exact as σ(z) is close to 1.
      const tolerance = i === 6 ? 1e-13 : 1e-13 * Math.abs(wanted);
      expect(Object.is(v, wanted) || v === wanted || Math.abs(v - wanted) <= tolerance, `${i}: ${v} and ${wanted} at ${z.data[j]}`).toBe(
        true,
      );
    });
  }
});

describe("what can be compiled", () => {
  const loss = (p: { w: Tensor; b: Tensor }, X: Tensor, y: Tensor): Tensor => binaryCrossEntropyWithLogits(X.matmul(p.w).add(p.b), y);
  const X = randomTensor(1, [20, 3]);
  const y = tensor(Array.from({ length: 20 }, (_, i) => i % 2));

  test("valueAndGrad of trees, with the signature and types kept", () => {
    const step = compile(valueAndGrad(loss));
    for (let i = 0; i < 5; i++) {
      const p = { w: randomTensor(i, [3]), b: tensor(i) };
      const [value, g] = step(p, X, y);
      const [expected, gradient] = valueAndGrad(loss)(p, X, y);
      same(value, expected);
      same(g.w, gradient.w);
      same(g.b, gradient.b);
    }
  });

  test("f is not run again", () => {
    let runs = 0;
    const f = compile((x: Tensor) => {
      runs++;
      return x.square();
    });
    expect([f(tensor(2)).item(), f(tensor(3)).item(), f(tensor([1, 2])).shape, f(tensor(4)).item()]).toEqual([4, 9, [2], 16]);
    expect(runs).toBe(2);
  });

  test("hvp, hessian, and several outputs, one of them an input or a constant", () => {
    const f = (x: Tensor): Tensor => x.pow(3).sum();
    same(compile(hessian(f))(tensor([1, 2])), hessian(f)([1, 2]));
    same(compile(hvp(f))(tensor([1, 2]), tensor([1, 1])), hvp(f)([1, 2], [1, 1]));
    const outputs = compile((x: Tensor) => ({ x, twice: [x.mul(2), x.reshape([1, 2])], constant: tensor(7) }));
    const a = outputs(tensor([1, 2]));
    const b = outputs(tensor([3, 4]));
    expect(a.x.toArray()).toEqual([1, 2]);
    expect(a.twice.map((t) => t.toArray())).toEqual([[2, 4], [[1, 2]]]);
    expect(b.twice.map((t) => t.toArray())).toEqual([[6, 8], [[3, 4]]]);
    expect(b.constant.item()).toBe(7);
  });

  test("arguments that are not tensors choose the program", () => {
    const f = compile((x: Tensor, power: number, { flip }: { flip: boolean }) => (flip ? x.pow(power).neg() : x.pow(power)));
    expect(f(tensor(2), 3, { flip: false }).item()).toBe(8);
    expect(f(tensor(2), 3, { flip: true }).item()).toBe(-8);
    expect(f(tensor(2), 2, { flip: false }).item()).toBe(4);
    expect(f(tensor(3), 3, { flip: false }).item()).toBe(27);
    expect(f(tensor(0.5), -0, { flip: false }).item()).toBe(1);
    const byText = compile((x: Tensor, kind: "a" | "b" | undefined) => x.mul(kind === "a" ? 2 : 3));
    expect([byText(tensor(1), "a").item(), byText(tensor(1), "b").item(), byText(tensor(1), undefined).item()]).toEqual([2, 3, 3]);
    const list = compile((xs: Tensor[], powers: readonly unknown[]) => xs[0].mul(xs[1]).add(powers.length));
    expect(list([tensor(2), tensor(3)], [null, true]).item()).toBe(8);
    expect(compile((x: Tensor) => x.sum())([1, 2, 3] as never).item()).toBe(6);
    expect(() => f(tensor(2), (() => 1) as never, { flip: true })).toThrow(
      "compile: expected tensors, numbers, strings, or arrays and plain objects of them as arguments, got a function",
    );
  });

  test("an op of a user's own, whose kernel is called in the program", () => {
    let runs = 0;
    const cbrt = defineOp({
      name: "Cbrt",
      forward: (out, x) => {
        runs++;
        out.data.set(x.data.map(Math.cbrt));
      },
      vjp: (g, root) => [g.div(root.square().mul(3))],
      jvp: ([dx], root) => dx.div(root.square().mul(3)),
    });
    const f = compile(grad((x: Tensor) => cbrt(x.mul(2)).sum()));
    same(f(tensor([4, 0.5])), grad((x: Tensor) => cbrt(x.mul(2)).sum())([4, 0.5]));
    // While the function is recorded, nobody may read what the kernel would compute.
    runs = 0;
    const again = compile((x: Tensor) => cbrt(x).add(cbrt([8, 27])));
    expect(again(tensor([1, 8])).toArray()).toEqual([3, 5]);
    expect(runs).toBe(2);
    again(tensor([1, 2]));
    expect(runs).toBe(3);
  });

  test("inside another transform it is the function itself", () => {
    const f = compile((x: Tensor) => x.pow(3));
    expect(grad((x: Tensor) => f(x))(2).item()).toBe(12);
    expect(grad(grad((x: Tensor) => f(x)))(2).item()).toBe(12);
  });

  test("results are values: the next call does not change them, nor do they change the inputs", () => {
    const f = compile((x: Tensor) => x.mul(2));
    const first = f(tensor([1, 2]));
    f(tensor([5, 6]));
    expect(first.toArray()).toEqual([2, 4]);
    const x = tensor([1, 2]);
    compile((t: Tensor) => t.neg().exp().mul(t))(x);
    expect(x.toArray()).toEqual([1, 2]);
  });

  test("an index out of range is found at replay, too", () => {
    const f = compile((x: Tensor, i: Tensor) => x.take(i));
    expect(f(tensor([1, 2, 3]), tensor([2])).toArray()).toEqual([3]);
    expect(() => f(tensor([1, 2, 3]), tensor([3]))).toThrow("take: expected whole numbers from -3 to 2 as indices, got 3");
  });
});

describe("recording", () => {
  test("takes shapes only: what looks at numbers does so when the program runs, in the first call as in all others", () => {
    const singular = compile((a: Tensor) => inv(a).sum());
    const zero = tensor([
      [1, 2],
      [2, 4],
    ]);
    const eager = refusal(() => inv(zero));
    expect(refusal(() => singular(zero))).toEqual(eager);
    expect(
      singular(
        tensor([
          [2, 0],
          [0, 4],
        ]) as Tensor,
      ).item(),
    ).toBe(0.75);
    expect(refusal(() => singular(zero))).toEqual(eager);
    const take = compile((x: Tensor, i: Tensor) => x.take(i).sum());
    expect(refusal(() => take(tensor([1, 2]), tensor([5])))).toEqual(refusal(() => tensor([1, 2]).take([5])));
    expect(take(tensor([1, 2]), tensor([1])).item()).toBe(2);
    expect(compile((x: Tensor) => sort(x))([3, 1, 2] as never).toArray()).toEqual([1, 2, 3]);
  });

  test("refuses sizes that no memory holds as eager runs do, and leaves the budget of a formula as it is", () => {
    const what = ({ name, message }: Error): readonly string[] => [name, message];
    const f = (x: Tensor): Tensor => x.broadcastTo([2 ** 20, 2 ** 20]).sum();
    expect(what(refusal(() => compile(f)(tensor(1))))).toEqual(what(refusal(() => f(tensor(1)))));
    const wide = compile((x: Tensor) => Array.from({ length: 2 ** 12 }, (_, i) => x.add(i).broadcastTo([2 ** 30])));
    expect(refusal(() => wide(tensor(1))).message).toMatch(
      /^compile: expected a program that fits into memory, got one that needs \d+ bytes$/,
    );
    const formula = parseMath("concat([x, x, x, x])", { limits: { numbers: 10 } });
    const eager = refusal(() => formula({ x: tensor([1, 2, 3]) }));
    expect(what(refusal(() => compile((x: Tensor) => formula({ x }))(tensor([1, 2, 3]))))).toEqual(what(eager));
  });

  test("leaves tensors without numbers behind, which say so wherever they get to", () => {
    let kept = tensor(0);
    compile((x: Tensor) => {
      kept = x.mul(2);
      return kept.sum();
    })(tensor([1, 2]));
    const message = "of a tensor that was made while the function was recorded was read, got one of shape [2]; it has no numbers";
    expect(() => kept.toArray()).toThrow(message);
    expect(() => kept.add(1).data).toThrow(message);
    expect(() => compile((x: Tensor) => x.add(kept))(tensor([1, 2]))).toThrow(message);
    expect(() => compile((x: Tensor) => x.add(1))(kept)).toThrow(message);
    expect(() => grad((x: Tensor) => x.mul(kept).sum().mul(kept.sum().item()))([1, 2])).toThrow(GradtapeError);
    expect(String(kept)).toBe("Tensor[2] (without numbers: compile recorded it)");
  });

  test("goes through a function that is looked at: stabilize with a tensor from outside, and requireFinite", () => {
    const f = compile((x: Tensor) => stabilize((y: Tensor) => y.exp().add(1).log().mul(x.sum()))(x.mul(2)));
    expect(f(tensor([800, 1])).toArray()).toEqual(tensor([1600, 2]).softplus().mul(801).toArray());
    expect(f(tensor([1, 1])).toArray()).toEqual(tensor([2, 2]).softplus().mul(2).toArray());
    const watched = compile(requireFinite((x: Tensor) => x.log()));
    expect(() => watched(tensor(0))).toThrow("Log made -∞ from 0 (node 1)");
    expect(watched(tensor(1)).item()).toBe(0);
  });
});

describe("reading a traced value while recording", () => {
  test("is a clear error for item, data and toArray of what depends on an input", () => {
    for (const [what, read] of Object.entries({
      "item()": (x: Tensor) => x.sum().named("total").item(),
      data: (x: Tensor) => x.mul(2).data[0],
      toArray: (x: Tensor) => x.toArray(),
    })) {
      const f = compile((x: Tensor) => x.mul(Number(read(x)) > 0 ? 1 : -1));
      expect(() => f(tensor([1, 2])), what).toThrow(GradtapeError);
      expect(() => f(tensor([1, 2])), what).toThrow(
        /compile: .* of a tensor that depends on an input was read while the function was recorded/,
      );
    }
    expect(() => compile((x: Tensor) => x.mul(x.sum().named("total").item()))(tensor([1, 2]))).toThrow(
      'item() of a tensor that depends on an input was read while the function was recorded, got "total" of shape []',
    );
  });

  test("is not needed to print one: its text has no values", () => {
    const seen: string[] = [];
    const inspect = Symbol.for("nodejs.util.inspect.custom");
    const f = compile((x: Tensor) => {
      const y = x.mul(2);
      seen.push(String(x), (y as unknown as Record<symbol, () => string>)[inspect](), String(tensor(5)), `${y.named("y")}`);
      return y;
    });
    expect(f(tensor([1, 2]).named("x")).toArray()).toEqual([2, 4]);
    expect(seen).toEqual([
      "x[2] (being recorded by compile)",
      "Tensor[2] (being recorded by compile)",
      "Tensor[] 5",
      "y[2] (being recorded by compile)",
    ]);
    expect(() => compile((x: Tensor) => tensor(JSON.parse(JSON.stringify(x))))(tensor([1, 2]))).toThrow(GradtapeError);
  });

  test("is allowed for what does not depend on one, and after an error the engine is usable", () => {
    const constant = tensor([3, 4]);
    const f = compile((x: Tensor) => x.mul(constant.sum().item()).add(grad((c: Tensor) => c.square())(5).item()));
    expect(f(tensor(2)).item()).toBe(24);
    expect(() => compile((x: Tensor) => tensor(x.item()))(tensor(1))).toThrow(GradtapeError);
    expect(grad((x: Tensor) => x.mul(x.item() > 0 ? 2 : 3))(1).item()).toBe(2);
  });
});

describe("the program", () => {
  const step: Compiled<(w: Tensor, X: Tensor) => [Tensor, Tensor]> = compile(
    valueAndGrad((w: Tensor, X: Tensor) => X.matmul(w).sigmoid().sum()),
  );

  test("belongs to a function that is called after the one it was made of", () => {
    const loss = (x: Tensor): Tensor => x.sum();
    expect(compile(loss).name).toBe("compiled loss");
    expect(compile((x: Tensor) => x).name).toBe("compiled");
  });

  test("is listed one line an instruction, and says what memory it takes", () => {
    expect(String(compile((x: Tensor) => x))).toBe("a compiled function that was not called yet");
    step(
      tensor([1, -1]).named("w"),
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]).named("X"),
    );
    expect(String(step)).toBe(
      [
        "1  b0  RowsTimes     MatMul(X, w)             [3]",
        "2  b1  Elements      ExpNegAbs(b0)            [3]",
        "3  b0  Elements      SigmoidFromExp(b0, b1)   [3]",
        "4  b2  Sum           Sum(b0)                  []",
        "5  b1  Elements      SigmoidSlopeFromExp(b1)  [3]",
        "6  b3  ColumnsTimes  MatMul(X, b1)            [2]",
        `6 instructions, 72 bytes of buffers (120 without reuse), ${step.memory.total} in all`,
      ].join("\n"),
    );
    expect(step.memory).toMatchObject({ buffers: 8 * (3 + 3 + 1 + 2), withoutReuse: 8 * (3 + 3 + 3 + 1 + 3 + 2) });
    expect(step.tape.nodes.at(-1)?.op.name).toBe("MatMul");
  });

  test("has a tape with the names and gradients that record gives it", () => {
    const loss = (p: { w: Tensor; layers: Tensor[] }, x: Tensor): Tensor => p.w.mul(x).add(p.layers[0]).sum().square();
    const args = [{ w: tensor([1, 2]).named("W"), layers: [tensor(3)] }, tensor([4, 5])] as const;
    const f = compile(valueAndGrad(loss));
    f(args[0], args[1]);
    const names = ({ inputs, outputs, cotangents }: Tape) => [
      inputs.map(({ label }) => label),
      inputs.map((x) => outputs.indexOf(cotangents.get(x) as Tensor)),
    ];
    expect(names(f.tape)).toEqual([
      ["W", "layers[0]", undefined],
      [1, 2, -1],
    ]);
    // It has the numbers of the last call, as `record` has them.
    f(args[0], tensor([1, 1]));
    const recorded = record(valueAndGrad(loss), args[0], tensor([1, 1]));
    expect(f.tape.outputs.map((x) => x.toArray())).toEqual(recorded.outputs.map((x) => x.toArray()));
    expect(f.tape.inputs.map((x) => x.toArray())).toEqual(recorded.inputs.map((x) => x.toArray()));
    expect(f.tape.nodes[0].output.toArray()).toEqual([1, 2]);
    expect(names(f.tape)).toEqual(names(record(valueAndGrad(loss), args[0], args[1])));
  });

  test("is let go by dispose, and made anew by the next call", () => {
    step.dispose();
    expect(() => step.tape).toThrow("compile: there is no program yet; call the compiled function first");
    expect(step(tensor([1, -1]), tensor([[1, 2]]))[1].shape).toEqual([2]);
  });

  test("is kept for the last sixteen sets of shapes", () => {
    let runs = 0;
    const f = compile((x: Tensor) => {
      runs++;
      return x.sum();
    });
    for (let n = 1; n <= 16; n++) f(tensor(new Array(n).fill(1)));
    f(tensor([1])); // used again, so 2 is now the one not used for longest
    f(tensor(new Array(17).fill(1)));
    expect(runs).toBe(17);
    f(tensor([1]));
    expect(runs).toBe(17);
    f(tensor([1, 1]));
    expect(runs).toBe(18);
  });

  test("is refused for what is no function or returns a promise", () => {
    expect(() => compile(3 as never)).toThrow("compile: expected a function, got number 3");
    expect(() => compile((async (x: Tensor) => x) as never as (x: Tensor) => Tensor)(tensor(1))).toThrow("must be synchronous");
  });

  test("of a million scalar nodes runs without a deep stack", { timeout: 120_000 }, () => {
    const f = compile((x: Tensor) => {
      let t = x;
      for (let i = 0; i < 100_000; i++) t = t.mul(1.00001);
      return t;
    });
    expect(f(tensor(1)).item()).toBeCloseTo(1.00001 ** 100_000, 8);
    expect(f(tensor(2)).item()).toBeCloseTo(2 * 1.00001 ** 100_000, 8);
    expect(f.memory.buffers).toBe(8);
  });
});

test("more shapes in turn than programs are kept are mentioned on the console, once", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    const total = compile(function total(x: Tensor) {
      return x.sum();
    });
    const call = (sizes: number, rounds: number): void => {
      for (let round = 0; round < rounds; round++) for (let n = 1; n <= sizes; n++) total(tensor(new Float64Array(n)));
    };
    call(16, 10);
    expect(warn).not.toHaveBeenCalled();
    call(17, 5);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toMatch(
      /^compile: total was recorded 32 times, for more shapes or plain numbers in turn than the 16 programs/,
    );
  } finally {
    warn.mockRestore();
  }
});
