// The program in C, built by the gcc of the machine.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { LogisticProblem } from "../problems.js";
import { childSide, start } from "./child.js";
import { benchmarks } from "./installed.js";
import type { Side } from "./side.js";

export const C = "C, libmvec";

let built: string | undefined;

/** What `gcc --version` says first. */
export function gccVersion(): string | undefined {
  const { status, stdout } = spawnSync("gcc", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0] : undefined;
}

function build(directory: string): string {
  const program = join(directory, "bce");
  const flags = ["-O3", "-march=native", "-ffast-math"];
  const { status } = spawnSync("gcc", [...flags, join(benchmarks, "bce.c"), "-o", program, "-lm"], { stdio: "inherit" });
  if (status !== 0) throw new Error("bench: bce.c does not compile");
  return program;
}

/** `file` holds the problem. */
export function logisticSide({ w, x }: LogisticProblem, directory: string, file: string): Side[] {
  if (gccVersion() === undefined) return [];
  built ??= build(directory);
  const child = start(built, [file, ...x.shape.map(String)]);
  return [childSide(C, "float64", child, [1, w.size + 1])];
}
