import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { builtExample } from "../support/built.js";
import { root } from "../support/root.js";
import type { Outcome } from "./logistic-regression/program.js";

/** What a process printed, and its exit code, once it has ended. */
export const outcomeOf = (child: ChildProcessWithoutNullStreams): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }));
  });

/** What Node is given to run an example, which has been bundled. */
export const commandOf = async (script: string, args: readonly string[]): Promise<string[]> => [
  "--enable-source-maps",
  await builtExample(script),
  ...args,
];

/** Starts an example as a process of its own, in the repository's root. */
export async function start(script: string, args: readonly string[]) {
  const child = spawn(process.execPath, await commandOf(script, args), { cwd: root });
  return { child, outcome: outcomeOf(child) };
}

/** Runs an example to its end, as a process of its own. */
export const outcomeOfRun = async (script: string, args: readonly string[] = []): Promise<Outcome> => (await start(script, args)).outcome;
