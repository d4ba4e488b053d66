import type { Machine } from "../machine.js";
import type { Parts } from "../team.js";
import { emit } from "./emit.js";
import { isSimple, type Scalar, scalarsOf } from "./scalars.js";

/** A longer function takes longer to emit, and to compile, than it gains in many calls. */
const MOST = 3000;

/** The sections of a program as emitted functions, where they are short and most of what they do, or a loop, is on single numbers. */
export function emitSections(
  { start }: Machine,
  { words, wordsAt, sections }: Parts,
  isOutput: (at: number) => boolean,
): ((() => void) | undefined)[] {
  const scalars = sections.map((section) => ("kernel" in section ? undefined : scalarsOf(words, section.from, section.to, MOST)));
  if (scalars.reduce((sum, list) => sum + lengthOf(list ?? []), 0) > MOST) return [];
  // What one section computes others may read.
  const isKept = sections.length > 1 ? () => true : isOutput;
  return sections.map((section, i) => {
    const list = scalars[i];
    if (list === undefined || "kernel" in section || !isWorthwhile(list)) return undefined;
    return start(emit(list, section, wordsAt, isKept));
  });
}

const lengthOf = (list: readonly Scalar[]): number =>
  list.reduce((sum, scalar) => sum + ("steps" in scalar ? scalar.before.length + scalar.body.length + scalar.after.length : 1), 0);

/** Whether there is a loop, which does much, or little that stays with the machine. */
const isWorthwhile = (list: readonly Scalar[]): boolean =>
  list.some((scalar) => "steps" in scalar) || list.filter(isSimple).length >= list.length / 2;
