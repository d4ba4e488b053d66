import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { STEERS } from "../../support/steers.js";
import { inDirectory, runHere } from "./program.js";

// Whatever comes in, there is a whole and right result or one line that says what is wrong.

/** Runs with all outputs asked for, and checks that they are there or that one clear line is. */
export async function expectSound(
  bytes: string | Uint8Array,
  args: readonly string[],
): Promise<{ code: number | null; json?: Record<string, unknown> }> {
  return inDirectory(async (directory) => {
    const data = join(directory, "data.csv");
    writeFileSync(data, bytes);
    const outputs = ["model.json", "report.html", "result.json", "rows.csv"];
    const [save, report, json, rows] = outputs.map((name) => join(directory, name));
    const { code, stdout, stderr } = await runHere([
      ...["--data", data],
      ...args,
      ...["--save", save, "--report", report, "--json", json, "--diagnostics", rows],
    ]);
    const files = readdirSync(directory).sort();
    if (code === 0) {
      assert.equal(stderr, "");
      assert.doesNotMatch(stdout, /NaN|undefined|\[object/);
      assert.doesNotMatch(stdout, STEERS);
      assert.deepEqual(files, ["data.csv", ...outputs]);
      // The model scores what it was fitted to, a row for each.
      const out = join(directory, "scored.csv");
      const scored = await runHere([
        ...["predict", "--model", save, "--data", data, "--out", out],
        ...readingOf(args),
        ...["--missing", "na", "--unseen", "na"],
      ]);
      assert.deepEqual([scored.stderr, scored.code], ["", 0]);
      const result = JSON.parse(readFileSync(json, "utf8"));
      for (const { estimate, standardError, p } of result.coefficients) {
        assert(Number.isFinite(estimate) && Number.isFinite(standardError));
        assert(p >= 0 && p <= 1);
      }
      return { code, json: result };
    }
    assert(code === 1 || code === 2, `expected an exit code of 1 or 2, got ${code}`);
    assert.equal(stdout, "");
    assert.match(stderr, /^logistic-regression: [^\n]{1,2000}\n$/);
    assert.doesNotMatch(stderr, STEERS);
    assert.doesNotMatch(stderr, /unexpected error| at .*:\d+:\d+|NaN of|undefined/);
    assert.deepEqual(files, ["data.csv"]);
    return { code };
  });
}

/** The options that say how a file is read, for the same file again. */
const readingOf = (args: readonly string[]): string[] =>
  args.flatMap((arg, i) => (["--delimiter", "--encoding", "--skip", "--comment"].includes(arg) ? [arg, args[i + 1]] : []));
