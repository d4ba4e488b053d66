import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeWhole } from "../../../examples/logistic-regression/output.js";
import { inDirectory } from "./program.js";

test("a file is written whole, in the place of an older one, and nothing else stays beside it", () =>
  inDirectory((directory) => {
    const file = join(directory, "result.json");
    writeFileSync(file, "a longer text that was there before");
    writeWhole(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(readdirSync(directory)).toEqual(["result.json"]);
  }));

test("where the last step fails, the file that was written for it is taken away again", () =>
  inDirectory((directory) => {
    const file = join(directory, "taken");
    mkdirSync(join(file, "full"), { recursive: true });
    expect(() => writeWhole(file, "new")).toThrow("cannot write");
    expect(readdirSync(directory)).toEqual(["taken"]);
  }));
