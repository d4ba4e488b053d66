import { SingleBar } from "cli-progress";
import type { Output } from "./run.js";

/** Shows how far something has come. */
export interface ProgressDisplay {
  update(done: number, note: string): void;
  stop(): void;
}

/** A bar that moves on a terminal; elsewhere, where nothing can be overwritten, nothing. */
export function showProgress(out: Output, title: string, total: number): ProgressDisplay {
  if (out.isTTY !== true) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({
    stream: out,
    format: `  ${title} {bar} {percentage} %   {note}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  });
  bar.start(total, 0, { note: "" });
  return { update: (done, note) => bar.update(Math.min(done, total), { note }), stop: () => bar.stop() };
}
