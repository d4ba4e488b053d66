// A suite with a seed, in a process of its own: see main.ts.
import { writeSync } from "node:fs";
import { memoryUsage } from "node:process";
import fc from "fast-check";
import type { Suite } from "./suite.js";

/** What the process may hold when an input is done, in bytes. */
const MEMORY = 1.5e9;

const [, , name, seed] = process.argv;
const { runs, input, check } = ((await import(`./suites/${name}.js`)) as { readonly suite: Suite<unknown> }).suite;
const details = await fc.check(
  fc.asyncProperty(input, async (value) => {
    // At once, so that it is known which input it was that never came to an end.
    writeSync(1, `${fc.stringify(value).slice(0, 2000).replaceAll("\n", "\\n")}\n`);
    await check(value);
    const { rss } = memoryUsage();
    if (rss > MEMORY) throw new Error(`expected at most ${MEMORY} bytes of memory, got ${rss}`);
  }),
  { numRuns: runs, seed: Number(seed), endOnFailure: true },
);
if (details.failed) {
  const { stack = "" } = details.errorInstance instanceof Error ? details.errorInstance : new Error(String(details.errorInstance));
  process.stderr.write(`${stack.split("\n").slice(0, 8).join("\n").slice(0, 3000)}\n`);
  process.exit(1);
}
