import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of what tests build once a run: see `test/support/built.ts`. */
    built: string;
  }
}

/** Gives all files of a run a folder for what they build, and takes it away at the end. */
export default function (project: TestProject): () => void {
  let folder: string;
  const open = (): void => {
    folder = mkdtempSync(join(tmpdir(), "gradtape-built-"));
    project.provide("built", folder);
  };
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  open();
  project.onTestsRerun(() => {
    close();
    open();
  });
  return close;
}
