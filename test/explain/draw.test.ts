import {
  binaryCrossEntropyWithLogits,
  defineOp,
  grad,
  hessian,
  record,
  type Tape,
  type Tensor,
  tensor,
  toDot,
  toLatex,
  toMermaid,
  valueAndGrad,
} from "gradtape";
import temml from "temml";
import { describe, expect, test } from "vitest";
import { cases } from "../oracles/cases.js";

const x = tensor(3).named("x");
const square = record((x: Tensor) => x.square().named("y"), x);
const gradient = record(
  valueAndGrad((x: Tensor) => x.square().named("y")),
  x,
);
const long = record((x: Tensor) => {
  let t = x;
  for (let i = 0; i < 1000; i++) t = t.mul(2);
  return t;
}, tensor(1e-300).named("x"));

describe("a tape tells the passes apart", () => {
  test("nodes know whether a sweep computed them, and values their cotangents", () => {
    expect(gradient.nodes.map(({ op, backward }) => [op.name, backward])).toEqual([
      ["Square", false],
      ["Mul", true],
      ["Mul", true],
    ]);
    expect(gradient.cotangents.get(gradient.inputs[0])?.item()).toBe(6);
    expect(gradient.cotangents.get(gradient.nodes[0].output)?.item()).toBe(1);
    expect(square.cotangents.size).toBe(0);
  });

  test("of several sweeps the first one's cotangents are kept", () => {
    const tape = record(
      hessian((x: Tensor) => x.pow(3).sum()),
      tensor([1, 2]).named("x"),
    );
    expect(tape.nodes.some(({ backward }) => backward)).toBe(true);
    expect(tape.cotangents.get(tape.inputs[0])?.toArray()).toEqual([3, 12]);
    const twice = record(grad(grad((x: Tensor) => x.pow(3))), tensor(2));
    expect(twice.cotangents.get(twice.inputs[0])?.item()).toBe(12);
    expect(twice.outputs[0].item()).toBe(12);
  });

  test("its text sets the backward pass apart and cuts what is long", () => {
    expect(String(gradient)).toBe(
      [
        "   x   input      []  3  ∂ %3 = 6",
        "1  y   Square(x)  []  9  ∂ 1",
        "   backward",
        "2  %2  Mul(1, x)  []  3",
        "3  %3  Mul(%2, 2)  []  6",
        "returns y, %3",
      ]
        .join("\n")
        .replace("Square(x)  ", "Square(x)   ")
        .replace("input      ", "input       ")
        .replace("Mul(1, x)  ", "Mul(1, x)   "),
    );
    const lines = String(long).split("\n");
    expect(lines).toHaveLength(1 + 80 + 1 + 30 + 1);
    expect(lines[81]).toContain("… 890 more nodes …");
    expect(lines.at(-2)).toMatch(/^1000 {2}%1000 {2}Mul\(%999, 2\)/);
  });
});

test.each([toDot, toMermaid, toLatex])("%o refuses what is not a tape, and says how to get one", (draw) => {
  const f = (x: Tensor): Tensor => x;
  expect(() => draw(f as never)).toThrow(TypeError);
  expect(() => draw(f as never)).toThrow(`${draw.name}: expected a tape, as record(f, ...) gives, got a function (f)`);
  expect(() => draw(undefined as never)).toThrow("got undefined");
});

describe("toDot", () => {
  test("writes a box a node and an arrow an operand", () => {
    expect(toDot(square).split("\n").slice(3)).toEqual([
      String.raw`  i1 [label="x\n[] 3", fillcolor="#fff3c4"];`,
      String.raw`  n1 [label="y\nSquare(x)\n[] 9", fillcolor="#dbeafe", peripheries=2];`,
      "  i1 -> n1;",
      "}",
      "",
    ]);
  });

  test("frames the backward pass and shows cotangents", () => {
    const text = toDot(gradient);
    expect(text).toContain("subgraph cluster_backward");
    expect(text).toContain(String.raw`label="x\n[] 3\n∂ 6"`);
    expect(text).toContain('    n2 [label="%2');
  });

  test("quotes what the language would misread, and draws an operand that is read twice with one arrow", () => {
    const text = toDot(record((x: Tensor) => x.mul(x), tensor(1).named('a "b" \\ c')));
    expect(text).toContain(String.raw`label="a \"b\" \\ c\n[] 1"`);
    expect(text.match(/i1 -> n1/g)).toHaveLength(1);
  });

  test("cuts what is long, where one says", () => {
    expect(toDot(long)).toContain("… 890 more nodes …");
    expect(toDot(long, { longest: 12 })).toContain("… 989 more nodes …");
    expect(toDot(long, { longest: 2000 })).not.toContain("more nodes");
  });
});

describe("toMermaid", () => {
  test("writes a flowchart with the same boxes and arrows", () => {
    expect(toMermaid(square).split("\n").slice(0, 4)).toEqual([
      "flowchart TB",
      '  i1["x<br/>[] 3"]:::input',
      '  n1["y<br/>Square(x)<br/>[] 9"]:::forward',
      "  i1 --> n1",
    ]);
    expect(toMermaid(gradient)).toContain("  subgraph backward\n    n2[");
    expect(toMermaid(square)).toContain("style n1 stroke-width:3px");
    expect(toMermaid(record((x: Tensor) => x.neg(), tensor(1).named('<"a">&#')))).toContain('i1["#60;#34;a#34;#62;#38;#35;<br/>');
  });
});

describe("toLatex", () => {
  const equations = (tape: Tape): string[] => toLatex(tape).split("\n").slice(1, -1);
  const of = (f: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]): string =>
    equations(record((...ys: Tensor[]) => f(...ys).named("f"), ...xs))[0];
  const a = tensor([1, 2]).named("a");
  const b = tensor([3, 4]).named("b");
  const s = tensor(2).named("s");

  test("writes the loss as a textbook does, and a bar for cotangents", () => {
    const loss = (W: Tensor, x: Tensor, y: Tensor): Tensor => {
      const p = W.matmul(x).named("z").sigmoid().named("ŷ");
      return y
        .mul(p.log())
        .add(y.rsub(1).mul(p.rsub(1).log()))
        .neg()
        .named("L");
    };
    const at = [tensor([0.5, -0.3]).named("W"), tensor([1, 2]).named("x"), tensor(1).named("y")] as const;
    expect(equations(record(loss, ...at))).toEqual([
      String.raw`z &= W^\top \, x \\`,
      String.raw`\hat{y} &= \sigma\left(z\right) \\`,
      String.raw`L &= -\left(y \, \ln\left(\hat{y}\right) + \left(1 - y\right) \, \ln\left(1 - \hat{y}\right)\right)`,
    ]);
    expect(equations(record(grad(loss), ...at)).at(-1)).toBe(String.raw`\bar{W} &= \bar{z} \, x`);
  });

  test("sets parentheses where they are needed and nowhere else", () => {
    expect(of((a, b) => a.add(b).mul(b), a, b)).toBe(String.raw`f &= \left(a + b\right) \odot b`);
    expect(of((a, b) => a.mul(b).add(b), a, b)).toBe(String.raw`f &= a \odot b + b`);
    expect(of((a, b) => a.sub(b.sub(a)), a, b)).toBe(String.raw`f &= a - \left(b - a\right)`);
    expect(of((a, b) => a.sub(b).sub(a), a, b)).toBe("f &= a - b - a");
    expect(of((a, s) => a.mul(s.neg()), a, s)).toBe(String.raw`f &= -a \, s`);
    expect(of((a) => a.add(-2), a)).toBe("f &= a - 2");
    expect(of((a) => a.mul(3).mul(2), a)).toBe(String.raw`f &= 3 \cdot 2 \, a`);
    expect(of((a) => a.neg().square(), a)).toBe(String.raw`f &= \left(-a\right)^{2}`);
    expect(of((a) => a.exp().square(), a)).toBe(String.raw`f &= \left(e^{a}\right)^{2}`);
    expect(of((a) => a.mul(1e-20), a)).toBe(String.raw`f &= 1 \cdot 10^{-20} \, a`);
  });

  test("writes products of matrices with their transposes", () => {
    const X = tensor([
      [1, 2],
      [3, 4],
    ]).named("X");
    expect(of((X, a) => X.matmul(a), X, a)).toBe(String.raw`f &= X \, a`);
    expect(of((X, a) => X.matmul(a, { transposeA: true }), X, a)).toBe(String.raw`f &= X^\top \, a`);
    expect(of((X, a) => X.add(1).matmul(a), X, a)).toBe(String.raw`f &= \left(X + 1\right) \, a`);
    expect(of((a, X) => a.matmul(X), a, X)).toBe(String.raw`f &= a^\top \, X`);
  });

  test("names labels as symbols, and an op without a sign by its name", () => {
    const f = defineOp({ name: "Cbrt", forward: (out, x) => out.data.set(x.data.map(Math.cbrt)), vjp: (g) => [g], jvp: ([dx]) => dx });
    expect(of(f, tensor(8).named("W1"))).toBe(String.raw`f &= \operatorname{Cbrt}\left(W_{1}\right)`);
    expect(of((x) => x.neg(), tensor(8).named("learning_rate"))).toBe(String.raw`f &= -\mathrm{learning\_rate}`);
    expect(of((x) => x.neg(), tensor(8).named("θ"))).toBe(String.raw`f &= -\theta`);
    expect(of((x) => x.neg(), tensor(8))).toBe("f &= -x_{1}");
  });

  test("is TeX that parses, for every op and its gradient", () => {
    for (const { op, title, f, inputs } of cases) {
      const tape = record(
        (...xs: Tensor[]) => valueAndGrad<Tensor[], number[]>((...ys) => f(...ys).sum(), { argnums: [0] })(...xs),
        ...inputs,
      );
      expect(
        () => temml.renderToString(toLatex(tape), { displayMode: true, throwOnError: true }),
        `${op} ${title}: ${toLatex(tape)}`,
      ).not.toThrow();
    }
    const loss = record((z: Tensor, y: Tensor) => grad((t: Tensor) => binaryCrossEntropyWithLogits(t, y))(z), a, b);
    expect(() => temml.renderToString(toLatex(loss), { throwOnError: true })).not.toThrow();
  });
});
