import { GradtapeError } from "../../base/errors.js";

/** Characters of a whole derivation, of one line, and lines: far above what people write. */
const LIMITS = { text: 100_000, line: 2000, lines: 1000 };

/** The lines of a derivation that say something. */
export function linesOf(caller: string, text: string): string[] {
  if (text.length > LIMITS.text)
    throw new GradtapeError(`${caller}: expected a derivation of at most ${LIMITS.text} characters, got ${text.length}`);
  const lines = text.split(/\n|\\\\/).filter((line) => line.trim() !== "" && !/^\s*\\(begin|end)\{/.test(line));
  if (lines.length > LIMITS.lines)
    throw new GradtapeError(`${caller}: expected a derivation of at most ${LIMITS.lines} lines, got ${lines.length}`);
  return lines;
}

/** Why a line is not looked into; nothing for one that is. */
export const tooLong = (line: string): string | undefined =>
  line.length > LIMITS.line ? `expected a line of at most ${LIMITS.line} characters, got ${line.length}` : undefined;

/** The parts between the equality signs of a line; those within brackets and of comparisons are not among them. */
export function sides(line: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  const signs = [...line];
  for (const [i, sign] of signs.entries()) {
    const around = `${signs[i - 1] ?? ""}${signs[i + 1] ?? ""}`;
    if (/[[({]/.test(sign)) depth++;
    if (/[\])}]/.test(sign)) depth--;
    if (sign === "=" && depth <= 0 && !/[=<>!]/.test(around)) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts;
}
