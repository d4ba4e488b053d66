import type { Message, Shown } from "./messages.js";
import { CodeError, programOf } from "./program.js";

/** A program that takes longer is stopped: it may never end. */
export const MOST_SECONDS = 10;

/** A program counts what it prints, but a worker could tell its page without end; see inside.ts for the program's own limit. */
const MOST_TOLD = 1_000_000;
const LEAST = 8;

/** The library as the function that makes it, by library.js. Its text goes into the worker: one file serves both. */
declare const gradtapeLibrary: () => unknown;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

function isMessage(data: unknown, blocks: number): data is Message {
  if (!isObject(data)) return false;
  if (data["kind"] === "done") return true;
  const { kind, block, text, line, shown } = data;
  if (!Number.isInteger(block) || (block as number) < 0 || (block as number) >= blocks) return false;
  if (kind === "failed") return typeof text === "string" && typeof line === "number";
  if (kind !== "shown" || !isObject(shown) || typeof shown["text"] !== "string") return false;
  const list = LISTS.get(shown["kind"]);
  return list !== undefined && (list === "" || Array.isArray(shown[list]));
}

/** The list that each kind of what is shown has. */
const LISTS: ReadonlyMap<unknown, string> = new Map([
  ["text", ""],
  ["error", ""],
  ["tape", "lines"],
  ["derivation", "lines"],
  ["plot", "curves"],
]);

/** A run that can be stopped. */
export interface RunningProgram {
  stop(): void;
  /** When it has ended, been stopped, or taken too long. */
  readonly ended: Promise<void>;
}

/**
 * Runs blocks of TypeScript as one program in a worker of its own. The worker's script is made here, as a blob: the library, then the
 * program. Nothing is evaluated from text, so that a page's security policy has to allow workers from blobs and no more.
 */
export function runBlocks(blocks: readonly string[], show: (block: number, shown: Shown) => void): RunningProgram {
  let program: ReturnType<typeof programOf>;
  try {
    program = programOf(blocks);
  } catch (error) {
    if (!(error instanceof CodeError)) throw error;
    show(error.block, { kind: "error", text: error.message, line: error.line });
    return { stop: () => undefined, ended: Promise.resolve() };
  }
  const before = `const library = (${String(gradtapeLibrary)})();
library.runProgram(({ require, exports, console, plot, at: __at }) => (async () => {
`;
  const first = before.split("\n").length - 1;
  const after = `
})(), (message) => postMessage(message), (stack) => {
  for (const [, row] of stack.matchAll(/:(\\d+):\\d+\\)?$/gm)) if (row > ${first} && row <= ${first + program.text.split("\n").length}) return row - ${first};
  return 0;
});`;
  const address = URL.createObjectURL(new Blob([before, program.text, after], { type: "text/javascript" }));
  const worker = new Worker(address);
  let finish: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    worker.terminate();
    URL.revokeObjectURL(address);
    finish();
  };
  const fail = (block: number, text: string, line: number): void => {
    const place = line > 0 ? program.placeOf(line) : undefined;
    show(place?.block ?? block, { kind: "error", text, line: place?.line ?? 0 });
    end();
  };
  const last = blocks.length - 1;
  const timer = setTimeout(() => {
    if (isOver) return;
    fail(last, `Stopped: it ran for ${MOST_SECONDS} seconds. Does a loop never end?`, 0);
  }, 1000 * MOST_SECONDS);
  let told = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (isOver) return;
    // The program has the worker to itself, and can say what it likes.
    if (!isMessage(data, blocks.length)) fail(last, "The program sent its page something that is no output.", 0);
    else if (data.kind === "done") end();
    else if (data.kind === "failed") fail(data.block, data.text, data.line);
    else {
      told += Math.max(LEAST, data.shown.text.length);
      if (told > MOST_TOLD) fail(data.block, "Stopped: it prints too much.", 0);
      else show(data.block, data.shown);
    }
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    if (!isOver) fail(last, event.message.replace(/^Uncaught /, "") || "The program could not be started.", event.lineno - first);
  });
  return { stop: end, ended };
}
