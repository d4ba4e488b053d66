import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

interface Class {
  readonly name: string;
  readonly file: string;
  readonly doc: string;
  readonly operands: number;
  readonly isLong?: boolean;
  readonly words: readonly { readonly name: string; readonly isAddress: boolean }[];
}
interface Found {
  readonly ops: readonly Class[];
  readonly instructions: readonly Class[];
  readonly ends: readonly Class[];
  readonly sizes: readonly { readonly name: string; readonly value: string; readonly doc: string }[];
}

const script = new URL("../../src/compile/read-machine.mjs", import.meta.url).href;
const { readMachine } = (await import(script)) as { readMachine: (folder: string, written: readonly string[]) => Found };

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

function read(files: Readonly<Record<string, string>>): Found {
  const folder = mkdtempSync(join(tmpdir(), "gradtape-machine-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readMachine(folder, ["dispatch.ts"]);
}

const base = "@unmanaged export class Instruction { code: u32; }\n@unmanaged export class Long {}\n";

describe("what the machine can do is read from its classes", () => {
  test("an op has as many operands as apply takes, and is long where it extends Long", () => {
    const { ops } = read({
      "base.ts": base,
      "special.ts": `import { Long } from "./base";
@unmanaged export class Erf extends Long { @inline apply(x: v128): v128 { return erf(x); } }
@unmanaged export class Hypot { @inline apply(x: v128, y: v128): v128 { return hypot(x, y); } }
@unmanaged class Helper { @inline apply(x: v128): v128 { return x; } }`,
    });
    expect(ops.map(({ name, file, operands, isLong }) => [name, file, operands, isLong])).toEqual([
      ["Erf", "special", 1, true],
      ["Hypot", "special", 2, false],
    ]);
  });

  test("an instruction has the words of its class after those of what it extends, a word and its stride as one address", () => {
    const { instructions, ends, sizes } = read({
      "base.ts": base,
      "b.ts": `@unmanaged class Shared extends Instruction { out: u32; outStride: u32; step: u32; }
/** Adds. */
@unmanaged export class Add extends Shared { x: u32; xStride: u32; axes: u32; run(row: usize, rows: usize): usize { return 0; } }
/** One axis. */
@unmanaged export class Axis { size: u32; step: i32; }
/** How long. */
export const MOST: usize = 256;
export const notANumber: usize = memory.data(8);
const own: usize = 3;`,
      "dispatch.ts": "export class Written { run(): void {} }",
    });
    expect(instructions).toHaveLength(1);
    expect(instructions[0]).toMatchObject({ name: "Add", file: "b", doc: "/** Adds. */" });
    expect(instructions[0].words.map(({ name, isAddress }) => `${name}${isAddress ? "*" : ""}`)).toEqual(["out*", "step", "x*", "axes"]);
    expect(ends.map(({ name, words }) => [name, ...words.map((word) => word.name)])).toEqual([["Axis", "size", "step"]]);
    expect(sizes).toEqual([{ name: "MOST", value: "256", doc: "/** How long. */" }]);
  });

  test("two classes of one name, and a class that extends one with a method of its own, are refused", () => {
    expect(() => read({ "a.ts": "class A {}", "b.ts": "class A {}" })).toThrow("build-machine: two classes of the machine are called A");
    expect(() => read({ "a.ts": `${base}class A extends Instruction { run(): void {} }\nexport class B extends A {}` })).toThrow(
      "build-machine: B extends A, which has a method of its own",
    );
  });

  test("an instruction without a code, words of another size, and more operands than the loops take are refused", () => {
    expect(() => read({ "a.ts": "export class A { out: u32; run(): void {} }" })).toThrow(
      "build-machine: expected A, which has run, to extend Instruction",
    );
    expect(() => read({ "a.ts": `${base}export class A extends Instruction { value: f64; run(): void {} }` })).toThrow(
      "build-machine: expected words of 32 bits in A, got value: f64",
    );
    expect(() => read({ "a.ts": "export class A { apply(a: v128, b: v128, c: v128, d: v128): v128 { return a; } }" })).toThrow(
      "build-machine: expected at most 3 operands of A, got 4",
    );
  });
});
