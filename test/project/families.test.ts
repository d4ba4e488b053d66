import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { functionNames, ops } from "../oracles/families.js";
import { root } from "../support/root.js";

// A family of ops has the same file name in every room that it passes through. Tables of a family in `src/` are typed by the names
// that it exports; that the family itself is in them, and in the tests, is held here.

const familiesIn = (room: string): string[] => readdirSync(`${root}src/${room}`).map((file) => file.replace(/\.ts$/, ""));

/** The rooms of a family by the one that it begins in, and what is in them. */
const rooms: Record<string, (family: string) => Record<string, string>> = {
  ops: (family) => ({
    [`src/kernels/${family}.ts`]: "the loops of its ops",
    [`src/onnx/forms/${family}.ts`]: "their forms in ONNX",
    [`test/ops/${family}.test.ts`]: "values, edge cases and errors",
    [`test/oracles/records/${family}.ts`]: "what all oracles need to know",
  }),
  functions: (family) => ({ [`test/oracles/records/${family}.ts`]: "what all oracles need to know" }),
};

/** Files beside the families. */
const others: Record<string, string[]> = { ops: ["op"], functions: [] };

describe("a family has its file in each room", () => {
  for (const [room, places] of Object.entries(rooms)) {
    for (const family of familiesIn(room).filter((name) => !others[room].includes(name))) {
      test(`src/${room}/${family}.ts`, () => {
        const missing = Object.entries(places(family)).filter(([file]) => !existsSync(root + file));
        expect(
          missing.map(([file, what]) => `${file}: ${what}`),
          "add these files",
        ).toEqual([]);
      });
    }
  }
});

test("the tests know every function and op of every family", async () => {
  const exportsOf = async (room: string): Promise<[string, unknown][]> => {
    const modules = familiesIn(room)
      .filter((name) => !others[room].includes(name))
      .map((name) => import(`../../src/${room}/${name}.ts`) as Promise<object>);
    return (await Promise.all(modules)).flatMap((module) => Object.entries(module));
  };
  const place = "import their family in test/oracles/families.ts, and its records in test/oracles/cases.ts";
  const functions = (await exportsOf("functions")).map(([name]) => name);
  expect(
    functions.filter((name) => !functionNames.includes(name as never)),
    place,
  ).toEqual([]);
  const unknown = (await exportsOf("ops")).filter(([, op]) => !ops.includes(op as never));
  expect(
    unknown.map(([name]) => name),
    place,
  ).toEqual([]);
});
