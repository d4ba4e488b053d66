// Logistic regression on a file: `npm start`, or `npx tsx examples/logistic-regression/main.ts --help`.
// This file joins the program to the process; run.ts is where it begins.
import { constants } from "node:os";
import { fileProblem } from "./errors.js";
import { run } from "./run.js";

// A reader that closes the pipe early, as `head` does, is no error; a full disk is.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`logistic-regression: cannot write the output: ${fileProblem(error)}\n`);
  process.exit(1);
});

const interruption = new AbortController();
let isDone = false;
let code: number | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    // A second signal ends the process at once, and so does one that comes when only a reader of the output is waited for.
    if (isDone || interruption.signal.aborted) process.exit(128 + constants.signals[signal]);
    code = 128 + constants.signals[signal];
    interruption.abort();
  });

const result = await run(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, signal: interruption.signal });
process.exitCode = result === 130 ? code : result;
isDone = true;
