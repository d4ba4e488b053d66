import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeWhole } from "../../../examples/logistic-regression/output.js";
import { inDirectory } from "./program.js";

test("a file is written whole, in the place of an older one, and nothing else stays beside it", () =>
  inDirectory((directory) => {
    const file = join(directory, "result.json");
    writeFileSync(file, "a longer text that was there before");
    writeWhole([{ file, text: "new" }]);
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(readdirSync(directory)).toEqual(["result.json"]);
  }));

test("where the last step fails, the file that was written for it is taken away again", () =>
  inDirectory((directory) => {
    const file = join(directory, "taken");
    mkdirSync(join(file, "full"), { recursive: true });
    expect(() => writeWhole([{ file, text: "new" }])).toThrow("cannot write");
    expect(readdirSync(directory)).toEqual(["taken"]);
  }));

test("of several files none is written where one of them cannot be", () =>
  inDirectory((directory) => {
    const [first, second] = [join(directory, "first"), join(directory, "none", "second")];
    const both = [first, second].map((file) => ({ file, text: "new" }));
    expect(() => writeWhole(both)).toThrow(/cannot write .*second: no such file or directory/);
    expect(readdirSync(directory)).toEqual([]);
  }));
