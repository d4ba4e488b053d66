import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileProblem, InputError } from "./errors.js";

/** Refuses what could not be written to later, before any work is done. `input` must not be overwritten. */
export function checkDestination(file: string, input: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new InputError(`cannot write ${file}: ${fileProblem(error)}`);
  }
  const existing = statSync(file, { throwIfNoEntry: false });
  if (existing === undefined) return;
  if (existing.isDirectory()) throw new InputError(`cannot write ${file}: is a directory, not a file`);
  // Renaming would put a file in the place of a device or a pipe.
  if (!existing.isFile()) throw new InputError(`cannot write ${file}: is not an ordinary file`);
  if (sameFile(file, input)) throw new InputError(`cannot write ${file}: it is the data file`);
}

function sameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false; // one of them does not exist
  }
}

/** Writes a file whole or not at all: under another name beside it first, then renamed, which cannot be interrupted. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: "wx", flush: true });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new InputError(`cannot write ${file}: ${fileProblem(error)}`);
  }
}
