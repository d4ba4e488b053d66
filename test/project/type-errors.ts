import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { root } from "../support/root.js";

const entries = ["", "/math", "/onnx", "/threads"];

/** Of a strict project that has installed the package; in the `strictest`, an index may find nothing. */
const optionsOf = (strictest: boolean) => ({
  strict: true,
  noUncheckedIndexedAccess: strictest,
  noEmit: true,
  skipLibCheck: true,
  target: "ES2022",
  module: "NodeNext",
  lib: ["ES2023", "DOM"],
  types: ["node"],
  paths: Object.fromEntries(entries.map((entry) => [`gradtape${entry}`, [`${root}src${entry === "" ? "/index" : entry}.ts`]])),
});

/**
 * What the compiler has to say of programs, each a file of a project, a line an error; what it says of the package itself is left out.
 * A program whose name is that of a file of the repository, without the ending, is compiled in its place, beside what it imports.
 */
export function typeErrorsOf(programs: ReadonlyMap<string, string>, strictest = false): string[] {
  const folder = mkdtempSync(join(tmpdir(), "gradtape-types-"));
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    /** The names of the programs by their files. */
    const files = new Map<string, string>();
    for (const [name, program] of programs) {
      const own = `${root}${name}.ts`;
      const file = existsSync(own) ? own : join(folder, `${files.size}.ts`);
      if (file !== own) writeFileSync(file, program);
      files.set(file, name);
    }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: optionsOf(strictest), files: [...files.keys()] }));
    const compiler = `${root}node_modules/typescript-7/bin/tsc`;
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, "--pretty", "false"], { cwd: folder, encoding: "utf8" });
    if (stderr !== "") throw new Error(stderr);
    return stdout.split(/\n(?! )/).flatMap((told) => {
      const [all, file = "", number, error] = /^(.+?)\((\d+),\d+\): (.*)$/s.exec(told) ?? [told];
      const name = files.get(resolve(folder, file));
      // What has no place is about the project itself.
      if (name === undefined) return number === undefined && all !== "" ? [all] : [];
      return [`${name}: ${programs.get(name)?.split("\n")[Number(number) - 1].trim()}: ${error}`];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
