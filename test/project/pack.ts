import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
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
