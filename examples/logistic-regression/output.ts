import { accessSync, chmodSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileProblem, InputError } from "./errors.js";

/** Refuses what could not be written to later, before any work is done. None of `inputs` must be overwritten. */
export function checkDestination(file: string, inputs: readonly string[]): void {
  const refuse = (why: string): never => {
    throw new InputError(`cannot write ${file}: ${why}`);
  };
  let existing: ReturnType<typeof statSync> | undefined;
  try {
    accessSync(dirname(file), constants.W_OK);
    existing = statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    refuse(fileProblem(error));
  }
  if (existing === undefined) return;
  if (existing.isDirectory()) refuse("is a directory, not a file");
  // Renaming would put a file in the place of a device or a pipe.
  if (!existing.isFile()) refuse("is not an ordinary file");
  // Nor does renaming ask: a file that its owner made read-only is to stay, whoever runs this.
  if ((Number(existing.mode) & 0o222) === 0) refuse("is read-only");
  if (inputs.some((input) => isSame(input, file))) refuse("it is read from");
}

/** Refuses to write two results into one file, however it is named. */
export function checkDifferent(files: readonly string[]): void {
  files.forEach((file, i) => {
    const other = files.findIndex((earlier) => isSame(earlier, file));
    if (other < i) throw new InputError(`${file} cannot be written twice${files[other] === file ? "" : `: it is ${files[other]}`}`);
  });
}

/** Whether two names are, or will be, of one file: links of either kind and `..` lead to it. */
function isSame(a: string, b: string): boolean {
  if (placeOf(a) === placeOf(b)) return true;
  const [one, other] = [a, b].map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** Where a file is, or will be: links and `..` resolved. */
function placeOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    try {
      return join(realpathSync(dirname(file)), basename(file));
    } catch {
      return file; // its folder does not exist, as an error will say
    }
  }
}

/** The name that a file has until it is whole; it is beside the file itself where that is a link. */
export const temporaryName = (file: string): string => `${placeOf(file)}.${process.pid}.tmp`;

/** Puts what has been written in the place of the file, which keeps the rights that it had. */
export function moveIntoPlace(temporary: string, file: string): void {
  const before = statSync(file, { throwIfNoEntry: false });
  if (before !== undefined) chmodSync(temporary, before.mode & 0o777);
  renameSync(temporary, placeOf(file));
}

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
      moveIntoPlace(temporaryName(file), file);
    }
  } catch (error) {
    for (const { file } of files) rmSync(temporaryName(file), { force: true });
    throw new InputError(`cannot write ${at}: ${fileProblem(error)}`);
  }
}
