// Logistic regression on a CSV file: `npm start`, or `npx tsx examples/logistic-regression/main.ts --help`.
// This file joins the program to the process; run.ts is where it begins.
import { fileProblem } from "./errors.js";
import { run } from "./run.js";

// A reader that closes the pipe early, as `head` does, is no error; a full disk is.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`logistic-regression: cannot write the output: ${fileProblem(error)}\n`);
  process.exit(1);
});

const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort()); // a second one ends the process at once

process.exitCode = await run(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, signal: interruption.signal });
