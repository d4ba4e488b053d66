import { readFileSync } from "node:fs";
import * as gradtape from "gradtape";
import { expect, test } from "vitest";
import { root } from "../support/root.js";

test("what the tables of docs/coming-from.md call in gradtape exists", () => {
  const text = readFileSync(`${root}docs/coming-from.md`, "utf8");
  const cells = [...text.matchAll(/^\| .+ \| (.+) \|$/gm)].map(([, ours]) => ours);
  const code = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, snippet]) => snippet));
  const methods = code.flatMap((snippet) => [...snippet.matchAll(/\.([a-zA-Z]+)\b/g)].map(([, name]) => name));
  const functions = code.flatMap((snippet) => [...snippet.matchAll(/(?<![.\w])([a-zA-Z]+)(?=\()/g)].map(([, name]) => name));
  expect(methods.length).toBeGreaterThan(20);
  expect(functions.length).toBeGreaterThan(40);
  const own = Object.getOwnPropertyNames(gradtape.Tensor.prototype);
  const members = [...own, ...Object.keys(gradtape.tensor(0))];
  expect(
    methods.filter((name) => !members.includes(name)),
    "no methods: mend docs/coming-from.md",
  ).toEqual([]);
  expect(
    functions.filter((name) => !(name in gradtape) && name !== "pullback"),
    "no functions: mend docs/coming-from.md",
  ).toEqual([]);
});
