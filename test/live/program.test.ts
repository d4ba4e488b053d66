import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Shown } from "../../docs/live/messages.js";
import { CodeError, programOf } from "../../docs/live/program.js";
import { blocksOf, documents } from "../project/documents.js";
import { root } from "../support/root.js";
import { shownBy } from "./shown-by.js";

const textOf = (shown: readonly Shown[]): string => shown.map((one) => (one.text.endsWith("\n") ? one.text : `${one.text}\n`)).join("");

describe("A page runs the code of a document with the output that stands in it", () => {
  for (const document of documents) {
    const blocks = blocksOf(readFileSync(root + document, "utf8"));
    const imports = blocks.flatMap(({ code }) => [...code.matchAll(/ from "(.*)";/g)].map(([, name]) => name));
    if (blocks.length === 0 || imports.some((name) => name !== "gradtape" && name !== "gradtape/math")) continue;
    test(document, async () => {
      const { shown, failed } = await shownBy(blocks.map(({ code }) => code));
      expect(failed).toEqual([]);
      blocks.forEach(({ output }, i) => {
        expect(textOf(shown[i])).toBe(output ?? "");
      });
    });
  }
});

test("A tape and a derivation are shown as such, also where their text is printed, and other values as Node prints them", async () => {
  const { shown } = await shownBy([
    `import { derive, record, type Tensor, tensor } from "gradtape";
const f = (x: Tensor) => x.square().named("y");
const x = tensor(3).named("x");
console.log(String(record(f, x)));
console.log(derive(f, x));
console.log({ a: [1, 2.5], b: "c" }, 7);
plot([0, 1, 2], [1, 4, 9]);`,
  ]);
  const [tape, derivation, text, plot] = shown[0];
  expect(tape).toMatchObject({
    kind: "tape",
    lines: [
      { name: "x", value: "3" },
      { number: "1", name: "y", op: "Square(x)", value: "9" },
    ],
  });
  expect(derivation).toMatchObject({ kind: "derivation" });
  expect(text).toEqual({ kind: "text", text: "{ a: [ 1, 2.5 ], b: 'c' } 7\n" });
  expect(plot).toMatchObject({ kind: "plot", curves: [{ x: [0, 1, 2], y: [1, 4, 9] }] });
});

test("Lines of the program lead back to lines of blocks", () => {
  const { text, placeOf } = programOf([
    'import { grad } from "gradtape";\nconst f = (x: number): number => x;\n',
    "\nconst z = 1;\nz.nothing();\n",
  ]);
  const at = (part: string): number => text.split("\n").findIndex((line) => line.includes(part)) + 1;
  expect(placeOf(at("const f"))).toEqual({ block: 0, line: 2 });
  expect(placeOf(at("z.nothing"))).toEqual({ block: 1, line: 3 });
});

test("What is no program is refused with its place, and a module that a page does not have by its name", async () => {
  const refuse = (): unknown => programOf(["const a = 1;\n", "const b = (\n;\n"]);
  expect(refuse).toThrow(CodeError);
  expect(refuse).toThrow(expect.objectContaining({ block: 1, line: 2 }));
  const { failed } = await shownBy(['import { readFileSync } from "node:fs";\nreadFileSync("a");\n']);
  expect(failed).toMatchObject([{ block: 0, text: "Error: A page can import gradtape and gradtape/math, got node:fs" }]);
});

test("A program that prints without end is stopped", async () => {
  const { failed } = await shownBy(["for (;;) console.log('x'.repeat(1000));"]);
  expect(failed).toMatchObject([{ text: expect.stringContaining("prints or draws more than 100000 characters") }]);
});
