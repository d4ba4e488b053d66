// What the tests can use where it is on the machine, and do without where it is not.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

function find(...paths: (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined && existsSync(path));
}

/** The path of a Chromium. */
export const chromium = find(process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

/** How long a test waits for something in a page, in milliseconds. */
export const PATIENCE = 60_000;

/** The path of a Firefox. */
export const firefox = find(process.env["FIREFOX"], "/usr/bin/firefox-esr", "/usr/bin/firefox");

/** The name and version of an Open MPI. */
export const mpirun: string | undefined = /^mpirun \(Open MPI\) \S+/.exec(
  spawnSync("mpirun", ["--version"], { encoding: "utf8" }).stdout ?? "",
)?.[0];
