import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judge } from "../../docs/live/answer.js";
import { settingsOf } from "../../docs/live/settings.mjs";
import { root } from "../support/root.js";
import { shownBy } from "./shown-by.js";

const folder = `${root}docs/learn/`;
const chapters = readdirSync(folder).filter((name) => name.endsWith(".md"));

/** The marks of one kind, with the text behind each. */
function marksOf(text: string, kind: string): { settings: Record<string, string>; at: number }[] {
  return [...text.matchAll(new RegExp(`^<!-- live ${kind}\\n([\\s\\S]*?)-->$`, "gm"))].map(({ 1: body, index }) => ({
    settings: settingsOf(body),
    at: index,
  }));
}

describe("Exercises of a chapter", () => {
  for (const chapter of chapters) {
    const text = readFileSync(folder + chapter, "utf8");
    test(`${chapter}: each of three has a hint and an answer`, () => {
      const exercises = text.slice(text.indexOf("## Exercises"));
      expect(exercises.match(/^\*\*[123]\.\*\* /gm)).toHaveLength(3);
      expect(exercises.match(/<summary>Hint<\/summary>/g)).toHaveLength(3);
      expect(exercises.match(/<summary>Answer<\/summary>/g)).toHaveLength(3);
    });
    for (const { settings } of marksOf(text, "answer"))
      test(`${chapter}: ${settings["question"]} is right as it stands, and wrong with a sign, a factor or one more`, () => {
        const formula = settings["formula"];
        const tolerance = Number(settings["tolerance"] ?? 1e-9);
        expect(judge(formula, formula, tolerance)).toEqual({ verdict: "right" });
        expect(judge(`(${formula}) + 1`, formula, tolerance).verdict).toBe("wrong");
        if (formula === "0") return;
        expect(judge(`-(${formula})`, formula, tolerance)).toMatchObject({ verdict: "wrong", said: expect.stringMatching(/sign/) });
        expect(judge(`2 * (${formula})`, formula, tolerance).verdict).toBe("wrong");
      });
    for (const { settings, at } of marksOf(text, "exercise"))
      test(`${chapter}: the code that checks an answer takes the chapter's own, and not what it begins with`, async () => {
        const before = [
          ...text
            .slice(0, at)
            .replace(/<details>[\s\S]*?<\/details>/g, "")
            .matchAll(/^```ts\n([\s\S]*?)^```/gm),
        ].map(([, code]) => code);
        const own = /^```ts\n([\s\S]*?)^```/m.exec(text.slice(at))?.[1] ?? "";
        const failuresOf = async (code: string): Promise<unknown[]> => (await shownBy([...before, code, settings["check"]])).failed;
        expect(await failuresOf(own)).toEqual([]);
        expect(await failuresOf(settings["start"])).toMatchObject([{ block: before.length + 1 }]);
      });
  }
});

test("An answer is told its kind of mistake", () => {
  expect(judge("x * s", "x + s")).toMatchObject({ verdict: "wrong", said: expect.stringContaining("Not the same") });
  expect(judge("3*x", "x")).toMatchObject({ said: "Right up to a factor: yours is 3 times as large." });
  expect(judge("x - x", "x").verdict).toBe("wrong");
  expect(judge("q", "x")).toEqual({ verdict: "unreadable", said: "q is not among x" });
  expect(judge("x", "3")).toMatchObject({ verdict: "unreadable" });
  expect(judge("x +", "x").verdict).toBe("unreadable");
  expect(judge("1001.31", "1001 + log(1 + exp(-1))", 1e-5)).toEqual({ verdict: "right" });
  expect(judge("1001", "1001 + log(1 + exp(-1))", 1e-5)).toMatchObject({ said: "It is larger in size." });
});
