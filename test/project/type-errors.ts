import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../support/root.js";

const entries = ["", "/math", "/onnx", "/threads"];
const compilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: "ES2022",
  module: "NodeNext",
  lib: ["ES2023", "DOM"],
  types: [],
  paths: Object.fromEntries(entries.map((entry) => [`gradtape${entry}`, [`${root}src${entry === "" ? "/index" : entry}.ts`]])),
};

/** What the compiler has to say of programs, each as one file of a strict project that has installed the package: a line an error. */
export function typeErrorsOf(programs: ReadonlyMap<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "gradtape-types-"));
  const names = [...programs.keys()];
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    [...programs.values()].forEach((program, i) => {
      writeFileSync(join(folder, `${i}.ts`), program);
    });
    execFileSync(process.execPath, [join(root, "node_modules/typescript-7/bin/tsc"), "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });
    return [];
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    if (stdout === undefined || stdout === "") throw error;
    const line = (number: number, i: number): string => programs.get(names[i])?.split("\n")[number - 1].trim() ?? "";
    return stdout
      .trimEnd()
      .replaceAll(/^(\d+)\.ts\((\d+),\d+\): /gm, (_, i, number) => `${names[i]}: ${line(Number(number), Number(i))}: `)
      .split(/\n(?! )/);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
