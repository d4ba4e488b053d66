import { NUMBER, WORD } from "../bytes.js";
import { wordsOf } from "../instructions/instruction.js";
import { names, order, TILE, type Words } from "../machine-words.js";
import { type Instruction, instructionAt, type Word } from "../words.js";

/** Words from one place up to another, or shares of a step, each with words of its own; what comes after them adds up their sums. */
export type Piece =
  | { readonly words: readonly number[] }
  | { readonly shares: readonly (readonly number[])[]; readonly after: readonly number[] };

/** Where a program computes: what a share writes that is not its part of a result goes to the same place in an area of its own. */
export interface Areas {
  readonly from: number;
  readonly to: number;
  /** How far after these the area of a share is. */
  readonly offset: (share: number) => number;
}

/** A step that reads fewer numbers takes less time than to share it does. */
const WORTHWHILE = 150_000;

/** The length of a share of rows is a multiple of this, as that of a chunk is. */
const ROWS = 8;

/** Cuts a section of a program into what stays whole and what is shared. */
export function split(words: ArrayLike<number>, from: number, to: number, shares: number, areas: Areas): Piece[] {
  const pieces: Piece[] = [];
  let whole: number[] = [];
  for (let at = from; at < to; ) {
    const instruction = instructionAt(words, at);
    const piece = workOf(words, instruction) < WORTHWHILE ? undefined : shared(words, at, instruction, shares, areas);
    if (piece === undefined) for (let i = at; i < instruction.end; i++) whole.push(words[i]);
    else {
      if (whole.length > 0) pieces.push({ words: whole });
      pieces.push(piece);
      whole = [];
    }
    at = instruction.end;
  }
  if (whole.length > 0) pieces.push({ words: whole });
  return pieces;
}

/** About how many numbers an instruction reads; those that take longer count more often. */
function workOf(words: ArrayLike<number>, { name, word, inner, end }: Instruction): number {
  switch (name) {
    case "Region": {
      let perRow = 0;
      for (let at = inner; at < end; ) {
        const instruction = instructionAt(words, at);
        perRow += workOf(words, instruction);
        at = instruction.end;
      }
      return word.count * perRow;
    }
    case "Elements":
    case "Broadcast":
      return 2 * word.width;
    case "RowsTimes":
    case "ColumnsTimes":
      return word.rows * word.columns;
    case "MatMul":
      return ((word.m + word.mPerRow) * (word.k + word.kPerRow) * word.n) / 2;
    case "SumRows":
      return word.size * word.inner;
    case "Sum":
    case "Max":
    case "Min":
      return word.outer * word.size * word.inner;
    case "Softmax":
    case "LogSoftmax":
    case "LogSumExp":
    case "Center":
    case "CenterTranspose":
      return 4 * word.count * word.size;
    default:
      return 0;
  }
}

function shared(words: ArrayLike<number>, at: number, instruction: Instruction, shares: number, areas: Areas): Piece | undefined {
  if (instruction.name === "Region") return sharedRegion(words, instruction, shares, areas);
  const along = ALONG[instruction.name]?.(instruction.word);
  if (along === undefined) return undefined;
  const parts = partsOf(instruction.word[along.size] as number, along.unit ?? 1, shares);
  if (parts.length < 2) return undefined;
  return {
    after: [],
    shares: parts.map(([first, count], share) => {
      const moved: Record<string, number> = { [along.size]: count };
      for (const [name, bytes] of Object.entries(along.steps)) moved[name] = instruction.word[name as keyof Word] + first * bytes;
      return rewritten(words, at, instruction, (name, value) => moved[name] ?? (isRoom(name) ? inArea(value, share, areas) : value));
    }),
  };
}

/** How an instruction can be cut: which of its words is the length, and by how many bytes operands move with each place along it. */
interface Along {
  readonly size: keyof Word;
  readonly unit?: number;
  readonly steps: { readonly [Name in keyof Word]?: number };
}

const alongRows = ({ size }: Word): Along => ({ size: "count", steps: { out: NUMBER * size, x: NUMBER * size, s: NUMBER * size } });
const alongOuter = ({ size, inner }: Word): Along => ({ size: "outer", steps: { out: NUMBER * inner, x: NUMBER * size * inner } });

const ALONG: { readonly [Name in Instruction["name"]]?: (word: Word) => Along } = {
  RowsTimes: ({ columns }) => ({ size: "rows", unit: ROWS, steps: { out: NUMBER, matrix: NUMBER * columns } }),
  MatMul: ({ n, aRow }) => ({ size: "m", unit: TILE, steps: { out: NUMBER * n, a: aRow } }),
  Elements: ({ aStep, bStep, cStep }) => ({
    size: "width",
    unit: ROWS,
    steps: { out: NUMBER, a: NUMBER * aStep, b: NUMBER * bStep, c: NUMBER * cStep },
  }),
  Sum: alongOuter,
  Max: alongOuter,
  Min: alongOuter,
  Softmax: alongRows,
  LogSoftmax: alongRows,
  Center: alongRows,
  CenterTranspose: alongRows,
};

/** A region, its rows in parts. Each share takes them in chunks of its own, and has sums of its own, which are added in the order of the shares. */
function sharedRegion(words: ArrayLike<number>, { word, inner, end }: Instruction, shares: number, areas: Areas): Piece | undefined {
  const parts = partsOf(word.count, ROWS, shares);
  if (parts.length < 2) return undefined;
  const instructions: { readonly at: number; readonly instruction: Instruction }[] = [];
  for (let at = inner; at < end; ) {
    const instruction = instructionAt(words, at);
    instructions.push({ at, instruction });
    at = instruction.end;
  }
  const own = new Set<number>();
  for (const { instruction } of instructions) {
    const { out, outStride = 0 } = instruction.word;
    if (outStride === 0) own.add(out);
  }
  return {
    shares: parts.map(([first, count], share) => {
      const body = instructions.flatMap(({ at, instruction }) =>
        rewritten(words, at, instruction, (name, value) => {
          const stride = instruction.word[`${name}Stride` as keyof Word] ?? 0;
          if (stride > 0) return value + first * stride;
          return isRoom(name) || (isAddress(name) && own.has(value)) ? inArea(value, share, areas) : value;
        }),
      );
      const chunk = Math.ceil(count / Math.ceil(count / word.chunk) / ROWS) * ROWS;
      return [...wordsOf("Region", { bytes: WORD * body.length, count, chunk }), ...body];
    }),
    after: instructions.flatMap(({ instruction }) => {
      const width = sumWidth(instruction);
      return width === 0
        ? []
        : parts.slice(1).flatMap((_, i) => addition(instruction.word.out, inArea(instruction.word.out, i + 1, areas), width));
    }),
  };
}

/** How many numbers an instruction in a region sums over the rows; 0 if it does not. */
function sumWidth({ name, word }: Instruction): number {
  if (name === "SumRows") return word.inner;
  if (name === "ColumnsTimes") return word.columns;
  return name === "MatMul" && word.kPerRow > 0 ? word.m * word.n : 0;
}

/** to += from, for so many numbers. */
function addition(to: number, from: number, width: number): number[] {
  const [out, b, c] = [to, from, 0].map((at) => ({ at, stride: 0 }));
  return wordsOf("Elements", { op: names.indexOf("Add"), width, out, a: out, aStep: 1, b, bStep: 1, c, cStep: 0 });
}

/** Parts that are as equal as units allow: of each where it begins, and how long it is. */
function partsOf(size: number, unit: number, shares: number): [first: number, count: number][] {
  const length = Math.ceil(size / shares / unit) * unit;
  const parts: [number, number][] = [];
  for (let first = 0; first < size; first += length) parts.push([first, Math.min(length, size - first)]);
  return parts;
}

/** The words of an instruction, changed by their names; what follows them stays. */
function rewritten(
  words: ArrayLike<number>,
  at: number,
  { name, inner, end }: Instruction,
  change: (name: string, value: number) => number,
): number[] {
  const fields = order[name as keyof Words];
  return Array.from({ length: end - at }, (_, i) => {
    const field = fields?.[i];
    return typeof field === "string" && at + i < inner ? change(field, words[at + i]) : words[at + i];
  });
}

/** Words that are addresses of room for one instruction. */
export const isRoom = (name: string): boolean => ["rest", "part", "room", "top"].includes(name);

/** Words that are addresses of operands or of a result. */
export const isAddress = (name: string): boolean => ["out", "a", "b", "c", "x", "s", "matrix", "vector"].includes(name);

/** An address within the area of a share; what is not in the area stays. */
const inArea = (address: number, share: number, { from, to, offset }: Areas): number =>
  address >= from && address < to ? address + offset(share) : address;
