import { forEachRow } from "../../base/walk.js";
import { NUMBER } from "../bytes.js";
import { names, type Operation, operandsOf, order } from "../machine-words.js";
import { axesOf, type Instruction, instructionAt, type Word, wordAt } from "../words.js";

/** What a program does, number by number: an op, a copy, a constant. */
export type Simple =
  | { readonly op: Operation; readonly out: number; readonly inputs: readonly number[] }
  | { readonly copied: number; readonly out: number }
  | { readonly low: number; readonly high: number; readonly out: number };

/** The same with a loop, or an instruction that stays with the machine, by its place. */
export type Scalar = Simple | ScalarLoop | { readonly from: number; readonly to: number };

/** A loop of these: what is moved before and after its body in each step. */
export interface ScalarLoop {
  readonly steps: number;
  readonly before: readonly ScalarMove[];
  readonly body: readonly Simple[];
  readonly after: readonly ScalarMove[];
  readonly from: number;
  readonly to: number;
}

/** A copy of a number between places that go on by so many bytes with each step. */
export interface ScalarMove {
  readonly out: number;
  readonly outStep: number;
  readonly x: number;
  readonly xStep: number;
}

const OPERANDS = ["a", "b", "c"] as const;

/** What is done to more numbers than this the machine does faster, two numbers at a time. */
const FEW = 4;

/** The words from a place up to another, number by number where an instruction works on a few; `undefined` if that is more than `most`. */
export function scalarsOf(words: ArrayLike<number>, from: number, to: number, most: number): Scalar[] | undefined {
  const scalars: Scalar[] = [];
  for (let at = from; at < to && scalars.length <= most; ) {
    const instruction = instructionAt(words, at);
    const written = writtenOut(words, instruction);
    if (written !== undefined) for (const scalar of written) scalars.push(scalar);
    else scalars.push(loopAt(words, at, instruction, most) ?? { from: at, to: instruction.end });
    at = instruction.end;
  }
  return scalars.length > most ? undefined : scalars;
}

/** A loop whose body does single numbers only. */
function loopAt(words: ArrayLike<number>, from: number, { name, word, inner, end }: Instruction, most: number): ScalarLoop | undefined {
  if (name !== "Loop") return undefined;
  const moves = movesAt(words, inner, word.before + word.after);
  const body = scalarsOf(words, inner + (word.before + word.after) * order.LoopMove.length, end, most);
  if (body === undefined || !body.every(isSimple) || !moves.every(({ count }) => areFew([count]))) return undefined;
  const [before, after] = [moves.slice(0, word.before), moves.slice(word.before)].map((list) => list.flatMap(eachNumber));
  return { steps: word.steps, before, body, after, from, to: end };
}

const movesAt = (words: ArrayLike<number>, from: number, count: number): Word[] =>
  Array.from({ length: count }, (_, i) => wordAt(words, from + i * order.LoopMove.length, order.LoopMove));

/** A step backward may stand among the words as what it is modulo 2³². */
const eachNumber = ({ out, outStep, x, xStep, count }: Word): ScalarMove[] =>
  Array.from({ length: count }, (_, i) => ({ out: out + NUMBER * i, outStep: outStep | 0, x: x + NUMBER * i, xStep: xStep | 0 }));

/** Whether it is one number that is worked on, once. */
export const isSimple = (scalar: Scalar): scalar is Simple => !("from" in scalar);

function writtenOut(words: ArrayLike<number>, instruction: Instruction): Simple[] | undefined {
  const { name, word } = instruction;
  switch (name) {
    case "Elements":
      return elements(word, []);
    case "Broadcast":
      return elements(word, axesOf(words, instruction));
    case "Copy":
      return copies(word, axesOf(words, instruction));
    case "Fill":
      return constants(word);
    default: {
      const operands = operandsOf[names.indexOf(name)];
      if (operands === undefined) return undefined;
      return [{ op: name as Operation, out: word.out, inputs: OPERANDS.slice(0, operands).map((x) => word[x]) }];
    }
  }
}

/** An op over `width` numbers, along nested axes; the output is contiguous. */
function elements(word: Word, axes: readonly Word[]): Simple[] | undefined {
  const sizes = [...axes.map(({ size }) => size), word.width];
  if (!areFew(sizes)) return undefined;
  const operands = OPERANDS.slice(0, operandsOf[word.op]);
  const scalars: Simple[] = [];
  const strides = operands.map((x) => axes.map((axis) => axis[x]));
  forEachRow(
    { sizes, strides },
    operands.map((x) => word[x]),
    (from) => {
      for (let i = 0; i < word.width; i++)
        scalars.push({
          op: names[word.op] as Operation,
          out: word.out + NUMBER * scalars.length,
          inputs: operands.map((x, j) => address(from[j] + NUMBER * i * word[`${x}Step`])),
        });
    },
  );
  return scalars;
}

/** A copy along nested axes. */
function copies({ out, x }: Word, axes: readonly Word[]): Simple[] | undefined {
  const sizes = axes.map(({ size }) => size);
  if (!areFew(sizes)) return undefined;
  const last = axes[axes.length - 1];
  const scalars: Simple[] = [];
  forEachRow({ sizes, strides: [axes.map((axis) => axis.out), axes.map((axis) => axis.x)] }, [out, x], ([to, from]) => {
    for (let i = 0; i < last.size; i++) scalars.push({ copied: address(from + i * last.x), out: address(to + i * last.out) });
  });
  return scalars;
}

const constants = ({ out, count, low, high }: Word): Simple[] | undefined =>
  areFew([count]) ? Array.from({ length: count }, (_, i) => ({ low, high, out: out + NUMBER * i })) : undefined;

/** A step backward may stand among the words as what it is modulo 2³². */
const address = (at: number): number => at >>> 0;

const areFew = (sizes: readonly number[]): boolean => sizes.reduce((product, size) => product * size, 1) <= FEW;
