import { WORD } from "./bytes.js";
import { names, operandsOf, order, type Words } from "./machine-words.js";

type Name = { [Instruction in keyof Words]: keyof Words[Instruction] }[keyof Words];

/** The words of an instruction, or of an axis of one, by their names: those that it has. */
export type Word = Readonly<Record<Name | `${Name}Stride`, number>>;

/** An instruction as it stands among the words of a program. */
export interface Instruction {
  readonly name: (typeof names)[number];
  /** Its words. An op on single numbers has `out` and its operands, `a`, `b` and `c`. */
  readonly word: Word;
  /** Where that begins which stands after these: its axes, or the instructions that it runs. */
  readonly inner: number;
  /** Where the next instruction begins. */
  readonly end: number;
}

const SINGLE = ["out", "a", "b", "c"];

/** Reads the instruction at a place. */
export function instructionAt(words: ArrayLike<number>, at: number): Instruction {
  const code = words[at];
  const name = names[code];
  const fields = code < operandsOf.length ? SINGLE.slice(0, 1 + operandsOf[code]) : order[name as keyof Words].slice(1);
  const word = wordAt(words, at + 1, fields);
  const inner = at + 1 + fields.length;
  return { name, word, inner, end: inner + (word.bytes ?? 0) / WORD + (word.axes ?? 0) * axisOf(name).length };
}

/** The axes of an instruction that walks along several. */
export function axesOf(words: ArrayLike<number>, { name, word, inner }: Instruction): Word[] {
  const fields = axisOf(name);
  return Array.from({ length: word.axes }, (_, axis) => wordAt(words, inner + axis * fields.length, fields));
}

const axisOf = (name: string): readonly (number | string)[] => order[`${name}Axis` as keyof Words] ?? [];

/** So many words of these names from a place on. */
export function wordAt(words: ArrayLike<number>, at: number, fields: readonly (number | string)[]): Word {
  const word: Record<string, number> = {};
  fields.forEach((field, i) => {
    word[field] = words[at + i];
  });
  return word as Word;
}
