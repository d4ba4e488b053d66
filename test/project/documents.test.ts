import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "../support/root.js";
import { blocksOf, documents, run, runSessions, sessionsOf, usesThePackage } from "./documents.js";
import { typeErrorsOf } from "./type-errors.js";

describe("documents do what they show", () => {
  for (const document of documents) {
    const text = readFileSync(root + document, "utf8");
    const sessions = sessionsOf(text);
    if (sessions.length > 0)
      test(`${document}: commands`, async () => {
        expect(await runSessions(sessions.map(({ commands }) => commands))).toEqual(sessions.map(({ output }) => output));
      });
    const blocks = blocksOf(text);
    if (blocks.length === 0) continue;
    test(document, async () => {
      const printed = await run(blocks);
      blocks.forEach(({ code, output }, i) => {
        if (output === undefined) expect(printed[i], `no output is shown below\n${code}`).toBe("");
        else expect(printed[i]).toBe(output);
      });
    });
  }
});

/** The code of each document as one file. */
const programs = documents.flatMap((document) => {
  const code = blocksOf(readFileSync(root + document, "utf8")).map((block) => block.code);
  return code.length === 0 ? [] : [[document, code.join("\n")] as const];
});

/** The examples that are programs; the logistic regression and the distributed one are applications, with much code about no tensors. */
const examples = readdirSync(`${root}examples`, { recursive: true, encoding: "utf8" })
  .map((file) => `examples/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".ts") && !/logistic-regression|distributed/.test(file))
  .map((file) => [file.replace(/\.ts$/, ""), readFileSync(root + file, "utf8")] as const);

test("a project as strict as can be compiles the code of each document, and the examples", () => {
  const strict = [...programs, ...examples].filter(([, program]) => usesThePackage(program));
  expect(strict.length).toBeGreaterThan(35);
  expect(typeErrorsOf(new Map(strict), true), "mend the code").toEqual([]);
  const others = programs.filter(([, program]) => !usesThePackage(program));
  expect(typeErrorsOf(new Map(others)), "mend the code").toEqual([]);
});

test("no document and no example tells the compiler what a tensor is", () => {
  for (const [name, program] of [...programs, ...examples]) {
    const casts = program.match(/^.*(?:\bas (?:unknown|never|any|Tensor|number)\b|[\w)\]]!(?!=)).*$/gm) ?? [];
    expect(
      casts.filter((line) => !/document as unknown as Document/.test(line)),
      name,
    ).toEqual([]);
  }
});
