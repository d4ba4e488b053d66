import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/root.js";

/** Runs a program to its end and returns what it printed; what it printed of an error is in the error. */
export function runIn(directory: string, command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
  return execFileSync(command, args, {
    cwd: directory,
    encoding: "utf8",
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
}

/**
 * Packs the package as it would be published into a directory; returns the path of the tarball. What is generated is left as it is:
 * `prepare`, which npm would run, too, writes sources that other tests may be reading.
 */
export function pack(directory: string): string {
  runIn(root, "npm", ["run", "--silent", "prepack"]);
  runIn(root, "npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", directory]);
  const [tarball] = readdirSync(directory).filter((name) => name.endsWith(".tgz"));
  return join(directory, tarball);
}

/** What the README does in an empty folder, with a packed package, as a script. */
export function quickStart(tarball: string): string {
  const [, script = ""] = /^(npm init -y[\s\S]*?)^```/m.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  const ours = script.replace(/install \S+\.tgz/, `install ${tarball}`);
  if (ours === script) throw new Error("expected a block of the README that installs a packed package in an empty folder, got none");
  return ours;
}
