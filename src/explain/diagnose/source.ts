/** One line of a stack trace. */
interface Frame {
  readonly file: string;
  readonly place: string;
}

// `    at log (file:///a/b.js:1:2)` and `    at file:///a/b.js:1:2` in V8, `log@http://host/b.js:1:2` in Firefox and Safari.
const V8 = /^\s*at .*? \((.+):(\d+):(\d+)\)$/;
const V8_NAMELESS = /^\s*at (?:async )?(.+):(\d+):(\d+)$/;
const OTHERS = /^[^@]*@(.+?):(\d+):(\d+)$/;

/** The frames of a stack, innermost first. Code made by `eval` has no file: its frames have the name "". */
export function framesOf(stack: string): Frame[] {
  return stack.split("\n").flatMap((line) => {
    const found = V8.exec(line) ?? V8_NAMELESS.exec(line) ?? OTHERS.exec(line);
    if (found === null) return [];
    const [, name, row, column] = found;
    const file = name.replace(/^file:\/\/(?=\/)/, "").replace(/[?#].*$/, "");
    return [
      /^eval at |> eval$|> Function$|^<anonymous>$/.test(file) ? { file: "", place: "" } : { file, place: `${file}:${row}:${column}` },
    ];
  });
}

/** What two files have in common from the left, up to and with a slash; a file has all in common with itself. */
function common(a: string, b: string): string {
  if (a === b) return a;
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return a.slice(0, a.lastIndexOf("/", n - 1) + 1);
}

/**
 * The place in the caller's code, `file:line:column`, from a stack taken inside `applied`. Which frames are the library's own
 * can be seen from the innermost two, `applied` and `apply`: they stand in one file where the library is bundled, else in two folders
 * under its root. Whatever lies in that file, or under that root, is left out.
 */
export function callerIn(stack: string | undefined): string | undefined {
  const frames = framesOf(stack ?? "");
  if (frames.length < 2) return undefined;
  const own = common(frames[0].file, frames[1].file);
  const isOwn = ({ file }: Frame): boolean => file === own || (own.endsWith("/") && file.startsWith(own));
  const caller = frames.find((frame) => !isOwn(frame) && !/^node:|^native$/.test(frame.file));
  return caller === undefined || caller.file === "" ? undefined : caller.place;
}

/** So many frames lead from any op through the library's own code to the caller. */
const DEEPEST = 64;

/** Runs `body` with stacks long enough to reach the caller, where the engine lets one say so, and restores their length. */
export function withLongStacks<T>(body: () => T): T {
  const limited = Error as { stackTraceLimit?: number };
  const before = limited.stackTraceLimit;
  if (before !== undefined) limited.stackTraceLimit = Math.max(before, DEEPEST);
  try {
    return body();
  } finally {
    if (before !== undefined) limited.stackTraceLimit = before;
  }
}
