import { runProgram } from "../../docs/live/inside.js";
import type { Message, Shown } from "../../docs/live/messages.js";
import { programOf } from "../../docs/live/program.js";

/** What each block of a program shows, run as a page runs it, but here. */
export async function shownBy(blocks: readonly string[]): Promise<{ readonly shown: Shown[][]; readonly failed: Message[] }> {
  const shown: Shown[][] = blocks.map(() => []);
  const failed: Message[] = [];
  const { text } = programOf(blocks);
  const program = new Function("require", "exports", "console", "plot", "__at", `return (async () => {${text}\n})();`);
  await runProgram(
    ({ require, exports, console, plot, at }) => program(require, exports, console, plot, at),
    (message) => {
      if (message.kind === "shown") shown[message.block].push(message.shown);
      if (message.kind === "failed") failed.push(message);
    },
    () => 0,
  );
  return { shown, failed };
}
