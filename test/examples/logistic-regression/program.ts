import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Choice } from "../../../examples/logistic-regression/data.js";
import type { Result } from "../../../examples/logistic-regression/result.js";
import { run } from "../../../examples/logistic-regression/run.js";
import type { Reading } from "../../../examples/logistic-regression/source.js";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

export const references = JSON.parse(readFileSync(join(root, "examples/data/wdbc.references.json"), "utf8"));

/** What is read where nothing else is said. */
export const READING: Reading = { delimiter: ",", encoding: "utf-8", skip: 0, comment: "" };
/** What is taken from it where nothing else is said. */
export const CHOICE: Choice = {
  ...{ target: undefined, positive: undefined, successes: undefined, trials: undefined, features: undefined, exclude: [], categorical: [] },
  ...{ where: undefined, weights: undefined, weightsType: "frequency", cluster: undefined, missing: "fail" },
  ...{ naValues: [], decimal: ".", thousands: "", strip: [] },
};

/** What a run left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program's function in this process, as if its output went to a pipe or, with `columns`, to a terminal. */
export async function runHere(
  args: readonly string[],
  { columns, signal }: { columns?: number; signal?: AbortSignal } = {},
): Promise<Outcome> {
  const [stdout, out] = collector(columns);
  const [stderr, err] = collector(columns);
  const code = await run(args, { stdout, stderr, ...(signal && { signal }) });
  return { code, stdout: out(), stderr: err() };
}

function collector(columns: number | undefined): [stream: Writable & { isTTY?: boolean; columns?: number }, text: () => string] {
  let text = "";
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  return [columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns }), () => text];
}

export const main = "examples/logistic-regression/main.ts";

/** A directory that is gone when `body` is done. */
export async function inDirectory<T>(body: (directory: string) => Promise<T> | T): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "logistic-regression-"));
  try {
    return await body(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs the program and returns what it wrote with `--json`, as text. */
export const jsonOf = (args: readonly string[]): Promise<string> =>
  inDirectory(async (directory) => {
    const file = join(directory, "result.json");
    const { code, stderr } = await runHere([...args, "--json", file]);
    if (code !== 0) throw new Error(stderr);
    return readFileSync(file, "utf8");
  });

/** Runs the program and returns what it wrote with `--json`. */
export const resultOf = async (...args: string[]): Promise<Result> => JSON.parse(await jsonOf(args));

/** The largest relative difference between two lists. */
export const relative = (found: readonly number[], expected: readonly number[]): number =>
  found.length === expected.length
    ? found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]) / Math.max(Math.abs(expected[i]), Number.MIN_VALUE)), 0)
    : Number.POSITIVE_INFINITY;
