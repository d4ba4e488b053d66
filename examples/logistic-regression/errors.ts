/** Something that the user can put right. The message is all that they get to see, on one line. */
export class InputError extends Error {
  override name = "InputError";
}

/** The data and the options are in order, but there is no fit to tell about. */
export class NotConverged extends Error {
  override name = "NotConverged";
}

/** The user pressed Ctrl-C. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

const PLAIN: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EISDIR: "is a directory, not a file",
  ENOTDIR: "a part of the path is not a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOSPC: "no space left on the disk",
  EDQUOT: "no space left on the disk",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links",
};

/** What the system says about a file, without its error codes where they have a plain name. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return PLAIN[code ?? ""] ?? message;
}
