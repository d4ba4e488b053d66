import type { Machine } from "../machine.js";
import type { Parts } from "../team.js";
import { emit } from "./emit.js";
import { type Scalar, scalarsOf } from "./scalars.js";

/** A longer function takes longer to emit, and to compile, than it gains in many calls. */
const MOST = 3000;

/** The sections of a program as emitted functions, where they are short and most of what they do is on single numbers. */
export function emitSections(
  { start }: Machine,
  { words, wordsAt, sections }: Parts,
  isOutput: (at: number) => boolean,
): ((() => void) | undefined)[] {
  const scalars = sections.map((section) => ("kernel" in section ? undefined : scalarsOf(words, section.from, section.to, MOST)));
  if (scalars.reduce((sum, list) => sum + (list?.length ?? 0), 0) > MOST) return [];
  // What one section computes others may read.
  const isKept = sections.length > 1 ? () => true : isOutput;
  return sections.map((section, i) => {
    const list = scalars[i];
    if (list === undefined || "kernel" in section || list.filter(isSingle).length < list.length / 2) return undefined;
    return start(emit(list, section, wordsAt, isKept));
  });
}

const isSingle = (scalar: Scalar): boolean => !("from" in scalar);
