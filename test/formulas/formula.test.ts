import * as gradtape from "gradtape";
import { type add, grad, type log, record, ShapeError, type Tensor, tensor, valueAndGrad } from "gradtape";
import { ExpressionError, parseMath } from "gradtape/math";
import { describe, expect, expectTypeOf, test } from "vitest";
import { functionNames, functionOf, type tables } from "../../src/formulas/functions.js";
import { functionNames as opNames } from "../oracles/families.js";

const value = (source: string, values: Record<string, number> = {}): number => parseMath(source)(values).item();

/** Fails on a text that is read; else what the message says below its first line, and where. */
function failure(source: string): { first: string; line: string; carets: string; start: number; end: number } {
  try {
    parseMath(source);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const [first, line, carets, ...rest] = error.message.split("\n");
    expect(rest).toEqual([]);
    expect(error.source).toBe(source);
    return { first, line: line.slice(2), carets: carets.slice(2), start: error.start, end: error.end };
  }
  throw new Error(`${source} is read`);
}

describe("operators bind as in mathematics", () => {
  const x = 3;
  const y = 5;
  const table: [source: string, value: number][] = [
    ["2 + 3 * 4", 14],
    ["(2 + 3) * 4", 20],
    ["x - y - 1", -3],
    ["x - (y - 1)", -1],
    ["x / y / 2", 0.3],
    ["x / y * 2", 1.2],
    ["-x^2", -9],
    ["(-x)^2", 9],
    ["-x²", -9],
    ["2^x^2", 512],
    ["2 ** x ** 2", 512],
    ["2^-x", 0.125],
    ["2^-x^2", 2 ** -9],
    ["-2^-2", -0.25],
    ["x^2 * y", 45],
    ["2 * -x", -6],
    ["x - -y", 8],
    ["- - x", 3],
    ["+x + +y", 8],
    ["x²^2", 81],
    ["2^x²", 512],
    ["x²³", 3 ** 23],
    ["√(x²)", 3],
    ["(√x)²", 3],
    ["√(4) * 3", 6],
    ["√ 4 + 5", 7],
    ["-√4", -2],
    ["√sum(x + 1)", 2],
    ["√√16", 2],
    ["√√√(2^8) + √√1", 3],
    ["x < y", 1],
    ["x + 3 <= y", 0],
    ["x >= 3", 1],
    ["x > 3", 0],
    ["x == 3", 1],
    ["x != 3", 0],
    ["x ≤ y", 1],
    ["x ≥ y", 0],
    ["x ≠ y", 1],
    ["(x < y) * 2", 2],
    ["x · y", 15],
    ["x ⋅ y", 15],
    ["x × y", 15],
    ["x ÷ y", 0.6],
    ["x − y", -2],
    ["−x²", -9],
  ];
  for (const [source, expected] of table) {
    test(`${source} is ${expected} for x = 3, y = 5`, () => expect(value(source, { x, y })).toBeCloseTo(expected, 12));
  }
});

test("numbers are written as in JavaScript, without signs, bases and separators", () => {
  for (const text of ["0", "12", "1.5", ".5", "1.", "1e3", "1E-3", "2.5e+1"]) expect(value(text)).toBe(Number(text));
  for (const text of ["0x1f", "1_000", "1.2.3", "."]) expect(() => parseMath(text)).toThrow(ExpressionError);
});

test("pi, π, ∞, true, false and null are constants; names that begin like them are not", () => {
  expect(value("pi")).toBe(Math.PI);
  expect(value("2 * π")).toBe(2 * Math.PI);
  expect(value("-∞")).toBe(-Infinity);
  expect(parseMath("slice(X, [null, 0])")({ X: [[1, 2]] }).toArray()).toEqual([1]);
  expect(parseMath("pick + π₁ + trueness + nullity + pi").variables).toEqual(["pick", "π₁", "trueness", "nullity"]);
});

test("e is Euler's number, and a power of it is exp; a name that is said to be a variable is one", () => {
  expect(value("e")).toBe(Math.E);
  expect(value("e^x", { x: 1.5 })).toBe(Math.exp(1.5));
  expect(value("2e")).toBe(2 * Math.E);
  const error = parseMath("e * x", { variables: ["e"] });
  expect(error.variables).toEqual(["e", "x"]);
  expect(error({ e: 2, x: 3 }).item()).toBe(6);
  expect(() => parseMath("x", { variables: "x" as never })).toThrow('parseMath: expected a list of names as variables, got string "x"');
});

test("every op and loss of the library can be called by its name, and ln and σ by theirs", () => {
  // A formula has no text to give to it.
  for (const name of opNames.filter((name) => name !== "einsum")) {
    const [fewest] = functionOf(name)?.counts ?? [0];
    expect(parseMath(`${name}(${Array.from({ length: fewest }, () => "x")})`).functions).toEqual([name]);
  }
  expect(value("ln(x)", { x: 2 })).toBe(Math.log(2));
  expect(value("σ(x)", { x: 0 })).toBe(0.5);
  const library = gradtape as unknown as Record<string, unknown>;
  const aliases = new Set(["ln", "σ", "log₂", "log_2", "log₁₀", "log_10"]);
  const own = Object.fromEntries(functionNames().flatMap((name) => (aliases.has(name) ? [] : [[name, functionOf(name)?.call]])));
  for (const [name, call] of Object.entries(own)) expect(call, name).toBe(library[name]);
  for (const name of ["grad", "compile", "constructor", "toString", "__proto__"])
    expect(() => parseMath(`${name}(x)`)).toThrow(ExpressionError);
});

describe("a function gets as many arguments as it takes", () => {
  test("which are as many as its declaration has, options left out", () => {
    type Entry = readonly [call: unknown, counts: readonly number[], more?: "options"];
    /** Options are one argument after the last. */
    type Counts<E extends Entry> = E[1][number] | (E extends readonly [unknown, unknown, "options"] ? OneMore<E[1]> : never);
    type OneMore<C> = C extends readonly [...unknown[], infer Last extends number] ? [...Tuple<Last>, unknown]["length"] : never;
    type Tuple<N extends number, T extends unknown[] = []> = T["length"] extends N ? T : Tuple<N, [...T, unknown]>;
    /** The names of a table's functions that are declared to take another number of arguments. */
    type Wrong<T> = T extends object
      ? {
          [K in keyof T]: T[K] extends readonly [(...args: infer A) => unknown, ...unknown[]]
            ? T[K] extends Entry
              ? [A["length"], Counts<T[K]>] extends [Counts<T[K]>, A["length"]]
                ? never
                : K
              : K
            : T[K] extends { readonly excluded: string }
              ? never
              : K;
        }[keyof T]
      : never;
    expectTypeOf<Wrong<(typeof tables)[number]>>().toEqualTypeOf<never>();
    // The same for a table that is wrong: log takes one argument, not two.
    expectTypeOf<Wrong<{ log: readonly [typeof log, readonly [2]]; add: readonly [typeof add, readonly [2]] }>>().toEqualTypeOf<"log">();
  });

  const table: [source: string, message: string][] = [
    ["log(x, 2)", "log: expected 1 argument, got 2; write log(x) / log(b) for base b"],
    ["ln(x, 2)", "ln: expected 1 argument, got 2; write ln(x) / ln(b) for base b"],
    ["sqrt(x, 3)", "sqrt: expected 1 argument, got 2"],
    ["exp()", "exp: expected 1 argument, got 0"],
    ["pow(x)", "pow: expected 2 arguments, got 1"],
    ["softmax(x, 0, 1)", "softmax: expected 1 or 2 arguments, got 3"],
    ["sum(x, 0, true, 1)", "sum: expected 1, 2 or 3 arguments, got 4"],
    ["variance(x, 0, 1)", "variance: expected 1 or 2 arguments, got 3; options cannot be given in a formula"],
    ["huber(x, x, 2)", "huber: expected 2 arguments, got 3; options cannot be given in a formula"],
    ["huber(x)", "huber: expected 2 arguments, got 1"],
  ];
  for (const [source, message] of table) {
    test(`${source}: ${message}`, () => {
      const found = failure(`1 + ${source}`);
      expect(found.first).toBe(message);
      expect(found).toMatchObject({ start: 4, end: 4 + source.indexOf("(") });
    });
  }
});

test("a formula lists its variables and functions once each, in the order of the text", () => {
  const formula = parseMath("-mean(y * log(p) + (1 - y) * log(1 - p)) + λ * sum(W_1²)");
  expect(formula.variables).toEqual(["y", "p", "λ", "W_1"]);
  expect(formula.functions).toEqual(["mean", "log", "sum"]);
  expect(formula.source).toBe("-mean(y * log(p) + (1 - y) * log(1 - p)) + λ * sum(W_1²)");
});

test("names may have accents, subscripts, digits and primes, and both ways to write ŷ are one name", () => {
  expect(parseMath("ŷ + θ₁ + W_out + x2 + x′ + café + 𝜎").variables).toEqual(["ŷ", "θ₁", "W_out", "x2", "x′", "café", "𝜎"]);
  const [composed, combining] = ["\u0177", "y\u0302"];
  expect(parseMath(`${composed} + ${combining}`).variables).toEqual([composed]);
  expect(parseMath(`${combining} + 1`)({ [composed]: 1 }).item()).toBe(2);
  expect(parseMath(`${composed} + 1`)({ [combining]: 1 }).item()).toBe(2);
});

test("the sign for millionths is the Greek letter", () => {
  const [micro, mu] = ["\u00b5", "\u03bc"];
  expect(parseMath(`${micro} + ${mu}`).variables).toEqual([mu]);
  expect(parseMath(`${mu} + 1`)({ [micro]: 1 }).item()).toBe(2);
});

test("lines and spaces of all kinds part what stands between them", () => {
  expect(value(" x\n\t+\r\n 1\u00a0*\u20092 ", { x: 1 })).toBe(3);
  expect(value("\ufeffx\u202f+\u30001\u2028*\v2\f", { x: 1 })).toBe(3);
  expect(value("sum ( x )", { x: 1 })).toBe(1);
});

test("a transpose sign reverses the axes and binds as tightly as a power", () => {
  const X = [
    [1, 2],
    [3, 4],
  ];
  expect(parseMath("-Xᵀ @ Xᵀ")({ X }).toArray()).toEqual([
    [-7, -15],
    [-10, -22],
  ]);
  for (const zero of ["Xᵀ² - X²ᵀ", "√Xᵀ - √(Xᵀ)", "√Xᵀ - (√X)ᵀ", "√√Xᵀ - (√√X)ᵀ"]) {
    expect(parseMath(zero)({ X }).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  }
});

test("a formula is a function of named tensors for every transform", () => {
  const loss = parseMath("sum((X @ w - y)²) / 2");
  const X = tensor([
    [1, 2],
    [3, 4],
  ]);
  const y = tensor([1, 1]);
  const [value, g] = valueAndGrad((p: { w: Tensor }) => loss({ ...p, X, y }))({ w: tensor([1, 0]) });
  expect(value.item()).toBe(2);
  expect(g.w.toArray()).toEqual([6, 8]);
  expect(grad(loss)({ X, w: tensor([1, 0]), y })["y"].toArray()).toEqual([-0, -2]);
  expect(record((w: Tensor) => loss({ X, w, y }), tensor([1, 0])).nodes.map(({ op }) => op.name)).toEqual([
    "MatMul",
    "Sub",
    "Square",
    "Sum",
    "Div",
  ]);
});

test("lists nest, are empty, and hold tensors where a function takes a list", () => {
  expect(parseMath("sum([[1, 2], [3, x]], [0, 1])").variables).toEqual(["x"]);
  expect(parseMath("[1, 2] * x")({ x: 2 }).toArray()).toEqual([2, 4]);
  expect(parseMath("[]")({}).shape).toEqual([0]);
  expect(parseMath("reshape([1, 2], [-1, 1])")({}).toArray()).toEqual([[1], [2]]);
});

describe("errors point at the character", () => {
  const table: [source: string, first: string, start: number][] = [
    ["", "expected an operand, got the end; write a formula, such as (x − 3)²", 0],
    ["(a +", 'expected an operand, got the end; write what follows "+", or leave it out', 4],
    ["(a", 'expected ")" or an operator, got the end; write ) at the end', 2],
    ["np.", "expected a name, got the end", 3],
    ["a)", 'expected an operator or the end, got ")"; leave it out, or open it before', 1],
    ["[1, 2", 'expected ",", "]" or an operator, got the end; write ] at the end', 5],
    ["sum(a,)", 'expected an operand, got ")"; leave the comma out', 6],
    ["sum(a; 0)", 'expected ")", "," or an operator, got ";"', 5],
    ["a 2", 'expected an operator or the end, got "2"; write * between factors, or ^ for a power', 2],

    ["a = b", 'expected an operator or the end, got "="; write only what stands right of the =, or == to compare', 2],
    ["a < b < c", 'expected an operator or the end, got "<"; comparisons do not chain; write a product of two', 6],
    ["y * / z", 'expected an operand, got "/"; write a number, a name or (…) here', 4],
    ["a $ b", 'expected an operator or the end, got "$"', 2],
    ["a + 😀", 'expected an operand, got "😀"; write a number, a name or (…) here', 4],
    [`\${1} + a`, 'expected an operand, got "$"; write a number, a name or (…) here', 0],
    ["a[0]", 'expected an operator or the end, got "["; write slice(a, [0]) for a part of a tensor; the first place is 0', 1],
    ["√x²", "expected parentheses, √(x²) or (√x)², got neither", 0],
    ["1 + √x^2", "expected parentheses, √(x^2) or (√x)^2, got neither", 4],
    ["√√x²", "expected parentheses, √(x²) or (√x)², got neither", 1],
    ["√Xᵀ^2", "expected parentheses, √(Xᵀ^2) or (√Xᵀ)^2, got neither", 0],
    ["xⁿ", 'expected a whole number raised, got "ⁿ"; write x^(n)', 1],
    ["x²⁻¹", 'expected a whole number raised, got "²⁻¹"; write x^(2-1)', 1],
    ["x⁻", 'expected a whole number raised, got "⁻"; write x^(…)', 1],
    ["Xᴴ", 'expected a whole number raised, got "ᴴ"; write x^(H)', 1],
    ["x½", 'expected an operator or the end, got "½"; write * between factors, or ^ for a power', 1],
    ["a + \u{e0001}", "expected an operand, got U+E0001; write a number, a name or (…) here", 4],
    ["f(x)", 'expected the name of a function, got "f"; write f * (…) for a product, or what f stands for', 0],
    ["Log(x)", 'expected the name of a function, got "Log"; did you mean log?', 0],
    ["sigmiod(x)", 'expected the name of a function, got "sigmiod"; did you mean sigmoid?', 0],
    ["meanSquareError(x)", 'expected the name of a function, got "meanSquareError"; did you mean meanSquaredError?', 0],
    ["softmx(x)", 'expected the name of a function, got "softmx"; did you mean softmax?', 0],
    ["fourier(x)", 'expected the name of a function, got "fourier"; write its formula, or a product with *', 0],
    ["1 + logsumexp(x)", 'expected the name of a function, got "logsumexp"; did you mean logSumExp?', 4],
    ["1 + exp", "exp is a function, expected its arguments: exp(…)", 4],
  ];
  for (const [source, first, start] of table) {
    test(`${source === "" ? "an empty text" : source}: ${first}`, () => {
      const found = failure(source);
      expect(found.first).toBe(`parseMath: ${first}`);
      expect(found.start).toBe(start);
      expect(found.carets.indexOf("^")).toBe([...source.slice(0, start)].length);
    });
  }

  test("which may be two of JavaScript's, and at the end of the text is none", () => {
    expect(failure("a + 😀")).toMatchObject({ start: 4, end: 6, carets: "    ^" });
    expect(failure("(a +")).toMatchObject({ start: 4, end: 4, carets: "    ^" });
    expect(failure("a ] b")).toMatchObject({ start: 2, end: 3 });
    expect(failure("1 + √x²")).toMatchObject({ start: 4, end: 7, carets: "    ^^^" });
  });

  test("after the last of the text if its end comes too early, and not on an empty line", () => {
    expect(failure("\n  sum(a +\n  b\n\n")).toMatchObject({ line: "  b", carets: "   ^", start: 14, end: 14 });
  });

  test("in the line that it stands in, tabs kept", () => {
    const found = failure("log(a) +\n\tb * * c\n+ d");
    expect(found).toMatchObject({ line: "\tb * * c", carets: "\t    ^", start: 14 });
  });

  test("in the column that a reader sees, where letters have combining accents", () => {
    expect(failure("y\u0302 + ?").carets).toBe("    ^");
    expect(failure("𝜎 + ?").carets).toBe("    ^");
  });

  test("under the whole name, and for operators under the sign", () => {
    expect(failure("1 + sigmiod(x)").carets).toBe("    ^^^^^^^");
    expect(() => parseMath("a <= b")({ a: [1, 2], b: [1, 2, 3] })).toThrow(/\n {2}a <= b\n {4}\^\^$/);
  });

  test("of a variable without a value, and of an op that refuses its arguments", () => {
    const formula = parseMath("a + b @ a");
    expect(() => formula({ a: 1 })).toThrow("parseMath: expected a value for b, got undefined\n  a + b @ a\n      ^");
    expect(() => formula({ a: [1, 2], b: [[1, 2, 3]] })).toThrow(ShapeError);
    expect(() => formula({ a: [1, 2], b: [[1, 2, 3]] })).toThrow(/\(3 ≠ 2\)\n {2}a \+ b @ a\n {8}\^$/);
  });
});

test("long formulas are read and evaluated whatever their length", () => {
  const sum = parseMath(Array.from({ length: 20_000 }, () => "x").join(" + "));
  expect(sum({ x: 1 }).item()).toBe(20_000);
  expect(parseMath(`[${Array.from({ length: 150_000 }, () => "1").join()}]`)({}).size).toBe(150_000);
});

test("400 levels of nesting are read, and more are refused where they begin", () => {
  const nested = (open: string, levels: number, close = ""): string => open.repeat(levels) + 1 + close.repeat(levels);
  const table: [open: string, close: string, start: number][] = [
    ["(", ")", 400],
    ["abs(", ")", 1600],
    ["+", "", 400],
    ["1^", "", 800],
    ["√", "", 400],
    ["√(", ")", 799],
  ];
  for (const [open, close, start] of table) {
    expect(value(nested(open, 399, close))).toBe(1);
    const found = failure(nested(open, 100_000, close));
    expect(found.first).toBe("parseMath: expected at most 400 levels of signs, calls and parentheses, got more");
    expect(found.start, open).toBe(start);
  }
  // What is beside one another is not within one another.
  expect(value(Array.from({ length: 1000 }, () => "√(abs((1)))").join(" * "))).toBe(1);
  expect(parseMath(`concat([${Array.from({ length: 1000 }, () => "[]").join()}])`)({}).size).toBe(0);
});

test("what is no text and values that are no object are refused", () => {
  expect(() => parseMath(3 as never)).toThrow("parseMath: expected a text, got number 3");
  const formula = parseMath("shape + size");
  for (const [values, got] of [
    [null, "null"],
    [tensor([1, 2]), "a tensor"],
    [[1, 2], "an array of 2"],
  ])
    expect(() => formula(values as never)).toThrow(`parseMath: expected an object with values for shape, size, got ${got}`);
});
