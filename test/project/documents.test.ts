import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "../support/root.js";
import { blocksOf, documents, run, runSessions, sessionsOf } from "./documents.js";
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

test("the code of each document is one file that a strict project compiles", () => {
  const texts = documents.map((document) => [document, readFileSync(root + document, "utf8")] as const);
  const programs = texts.map(
    ([document, text]) =>
      [
        document,
        blocksOf(text)
          .map(({ code }) => code)
          .join("\n"),
      ] as const,
  );
  expect(typeErrorsOf(new Map(programs.filter(([, program]) => program !== ""))), "mend the code in the document").toEqual([]);
});
