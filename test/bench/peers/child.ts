// A side in another process, which is asked for one batch at a time and waits for the next one in between.
import { spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Side } from "./side.js";

interface Child {
  /** Sends a line and gives the line that comes back. */
  readonly ask: (line: string) => Promise<string>;
  readonly close: () => void;
}

export function start(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Child {
  const child = spawn(command, args, { env: environment, stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let failed: Error | undefined;
  const fail = (error: Error): void => {
    failed ??= error;
    for (const { reject } of waiting.splice(0)) reject(failed);
  };
  child.on("error", fail);
  child.on("exit", (code) => fail(new Error(`bench: ${command} ${args[0]} ended with ${code}`)));
  child.stdin.on("error", fail);
  createInterface(child.stdout).on("line", (line) => waiting.shift()?.resolve(line));
  return {
    ask: (line) =>
      new Promise((resolve, reject) => {
        if (failed !== undefined) return reject(failed);
        waiting.push({ resolve, reject });
        child.stdin.write(`${line}\n`);
      }),
    close: () => child.stdin.end(),
  };
}

/**
 * A side that answers `run N` with the nanoseconds of one of N calls, after it has run for ten milliseconds like the others,
 * and `result` with its numbers, in lists of these lengths.
 */
export function childSide(name: string, precision: Side["precision"], { ask, close }: Child, lengths: readonly number[]): Side {
  return {
    name,
    precision,
    results: async () => {
      const numbers = (await ask("result")).split(" ").map(Number);
      return lengths.map((length) => numbers.splice(0, length));
    },
    batch: async (calls) => Number(await ask(`run ${calls}`)) / 1e6,
    close,
  };
}

/** Writes arrays of doubles into one file, one after the other. */
export function writeNumbers(file: string, arrays: readonly Float64Array[]): void {
  const out = openSync(file, "w");
  for (const { buffer, byteOffset, byteLength } of arrays) {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let written = 0; written < byteLength; ) written += writeSync(out, bytes, written);
  }
  closeSync(out);
}
