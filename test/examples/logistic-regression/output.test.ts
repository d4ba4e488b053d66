import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDestination, checkDifferent, writeWhole } from "../../../examples/logistic-regression/output.js";
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

test("a file that is replaced keeps its rights, and a link stays one", () =>
  inDirectory((directory) => {
    const [file, link] = [join(directory, "secret.json"), join(directory, "link.json")];
    writeFileSync(file, "old");
    chmodSync(file, 0o600);
    symlinkSync(file, link);
    writeWhole([{ file: link, text: "new" }]);
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(["link.json", "secret.json"]);
  }));

test("a read-only file is refused, whoever asks", () =>
  inDirectory((directory) => {
    const file = join(directory, "kept.json");
    writeFileSync(file, "old");
    chmodSync(file, 0o444);
    expect(() => checkDestination(file, [])).toThrow(/cannot write .*kept\.json: is read-only/);
  }));

test("two names of one file are found before any work is done, whether it exists or not", () =>
  inDirectory((directory) => {
    const [file, link] = [join(directory, "a.json"), join(directory, "b.json")];
    mkdirSync(join(directory, "inner"));
    expect(() => checkDifferent([file, `${directory}/inner/../a.json`])).toThrow(/a\.json cannot be written twice: it is .*a\.json/);
    writeFileSync(file, "");
    symlinkSync(file, link);
    expect(() => checkDifferent([file, link])).toThrow(/b\.json cannot be written twice: it is .*a\.json/);
    expect(() => checkDestination(link, [file])).toThrow("it is read from");
    expect(() => checkDifferent([file, join(directory, "c.json")])).not.toThrow();
    const twin = join(directory, "d.json");
    linkSync(file, twin);
    expect(() => checkDifferent([file, twin])).toThrow(/d\.json cannot be written twice: it is .*a\.json/);
    expect(() => checkDestination(twin, [file])).toThrow("it is read from");
  }));
