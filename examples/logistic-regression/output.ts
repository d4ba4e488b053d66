import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileProblem, InputError } from "./errors.js";

/** Refuses what could not be written to later, before any work is done. None of `inputs` must be overwritten. */
export function checkDestination(file: string, inputs: readonly string[]): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new InputError(`cannot write ${file}: ${fileProblem(error)}`);
  }
  let existing: ReturnType<typeof statSync> | undefined;
  try {
    existing = statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw new InputError(`cannot write ${file}: ${fileProblem(error)}`);
  }
  if (existing === undefined) return;
  if (existing.isDirectory()) throw new InputError(`cannot write ${file}: is a directory, not a file`);
  // Renaming would put a file in the place of a device or a pipe.
  if (!existing.isFile()) throw new InputError(`cannot write ${file}: is not an ordinary file`);
  if (inputs.some((input) => sameFile(file, input))) throw new InputError(`cannot write ${file}: it is read from`);
}

function sameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false; // one of them does not exist
  }
}

/** The name that a file has until it is whole. */
export const temporaryName = (file: string): string => `${file}.${process.pid}.tmp`;

/**
 * Writes files whole or not at all: all under other names beside them first, then renamed, which cannot be interrupted. So
 * a full disk leaves what was there before.
 */
export function writeWhole(files: readonly { readonly file: string; readonly text: string }[]): void {
  let at = "";
  try {
    for (const { file, text } of files) {
      at = file;
      writeFileSync(temporaryName(file), text, { flag: "wx", flush: true });
    }
    for (const { file } of files) {
      at = file;
      renameSync(temporaryName(file), file);
    }
  } catch (error) {
    for (const { file } of files) rmSync(temporaryName(file), { force: true });
    throw new InputError(`cannot write ${at}: ${fileProblem(error)}`);
  }
}
