import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkText } from "../../docs/live/derivation-check.js";
import { settingsOf } from "../../docs/live/settings.mjs";
import { root } from "../support/root.js";

const chapter = readFileSync(`${root}docs/learn/1-the-chain-rule-by-hand.md`, "utf8");
const settings = settingsOf(/^<!-- live derivation\n([\s\S]*?)-->$/m.exec(chapter)?.[1] ?? "");
const task = { source: settings["formula"], values: JSON.parse(settings["values"]), wrt: settings["wrt"] };

test("The derivation of the first chapter is true in every line", () => {
  const { ok, lines, firstWrong } = checkText(task, settings["start"]);
  expect(lines.map(({ verdict }) => verdict)).toEqual(["true", "true", "true", "true"]);
  expect([ok, firstWrong]).toEqual([true, -1]);
});

test("Each classic mistake is found, in the line where it is made", () => {
  const mistakes = JSON.parse(settings["mistakes"]) as { title: string; text: string }[];
  expect(mistakes.map(({ text }) => checkText(task, text).firstWrong)).toEqual([0, 1, 2, 0]);
  expect(mistakes.map(({ text }) => checkText(task, text)).map(({ lines, firstWrong }) => lines[firstWrong].hint)).toMatchObject([
    expect.stringMatching(/sign/),
    expect.any(String),
    expect.any(String),
    expect.stringMatching(/sign/),
  ]);
});
