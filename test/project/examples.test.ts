import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as gradtape from "gradtape";
import * as math from "gradtape/math";
import * as onnx from "gradtape/onnx";
import * as threads from "gradtape/threads";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { root } from "../support/root.js";
import { typeErrorsOf } from "./type-errors.js";

// The examples in doc comments are run: each line `expression; // result` must give that result.
const exported = { ...gradtape, ...math, ...onnx, ...threads };
const src = `${root}src`;

interface Example {
  readonly title: string;
  readonly code: string;
}

function examplesOf(file: string): Example[] {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/@example\s*\n\s*\* ```ts\n([\s\S]*?)\n\s*\* ```[\s\S]*?\*\/\s*\n(?:export )?(.*)/g)].map(
    ([, body, declaration]) => ({
      title: `${file}: ${declaration.replace(/^(function|class|const) /, "").split(/[(<{ ]/)[0]}`,
      code: body.replace(/^\s*\* ?/gm, ""),
    }),
  );
}

const examples = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .flatMap(examplesOf);

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Turns `expression; // result` into a call that compares the two, and runs the whole. */
async function run(code: string): Promise<number> {
  let compared = 0;
  const compare = (found: unknown, expected: unknown): void => {
    compared++;
    expect(normalize(found)).toEqual(normalize(expected));
  };
  const lines = code
    .split("\n")
    .filter((line) => !line.startsWith("import "))
    .map((line) =>
      line.replace(
        /^(?:console\.log\()?(.+?)\)?; \/\/ (.+)$/,
        (_all, expression: string, result: string) => `__compare(${balance(expression)}, ${result});`,
      ),
    );
  const script = ts.transpile(lines.join("\n"), { target: ts.ScriptTarget.ES2022 });
  await AsyncFunction("__compare", ...Object.keys(exported), script)(compare, ...Object.values(exported));
  return compared;
}

/** Gives back the bracket that the pattern above took for the end of console.log. */
const balance = (expression: string): string =>
  expression + ")".repeat(Math.max(0, expression.split("(").length - expression.split(")").length));

/** −0 counts as 0, and digits beyond the fourteenth do not count. */
const normalize = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(normalize) : typeof value === "number" ? Number(value.toPrecision(14)) + 0 : value;

describe("examples in doc comments do what they say", () => {
  for (const { title, code } of examples) {
    test(title, async () => {
      expect(await run(code)).toBeGreaterThan(0);
    });
  }
});

test("examples in doc comments are what a strict project compiles", () => {
  const entries = { gradtape, "gradtape/math": math, "gradtape/onnx": onnx, "gradtape/threads": threads };
  const imports = Object.entries(entries).map(([entry, names]) => `import { ${Object.keys(names).join(", ")} } from "${entry}";`);
  const programs = examples.map(
    ({ title, code }) => [title.replace(": ", "/"), [...imports, code.replace(/^import .*\n/gm, "")].join("\n")] as const,
  );
  expect(typeErrorsOf(new Map(programs)), "mend the @example in src/").toEqual([]);
});

test("every exported function has an example", () => {
  const shown = examples.map(({ title }) => title.split(": ")[1]);
  const functions = Object.entries(exported).flatMap(([name, value]) => (typeof value === "function" && /^[a-z]/.test(name) ? [name] : []));
  expect(
    functions.filter((name) => !shown.includes(name)),
    "add an @example to the doc comments of these in src/",
  ).toEqual([]);
});
