import type { Operation } from "../machine-words.js";

// Instructions of WebAssembly. What follows some of them (an index, an address) is written where they are used.
export const END = 0x0b;
export const CALL = 0x10;
export const LOOP = 0x03;
export const IF = 0x04;
export const ELSE = 0x05;
export const BRANCH_IF = 0x0d;
export const VOID = 0x40;
const SELECT = 0x1b;
export const LOCAL_GET = 0x20;
export const LOCAL_SET = 0x21;
export const LOCAL_TEE = 0x22;
export const F64_LOAD = 0x2b;
export const F64_STORE = 0x39;
export const I32_CONST = 0x41;
export const F64_CONST = 0x44;
export const I32_LESS = 0x48;
export const I32_ADD = 0x6a;
export const I32_MUL = 0x6c;
export const SPLAT = [0xfd, 0x14];
export const EXTRACT_LANE_0 = [0xfd, 0x21, 0];
/** The alignment that a load or a store of a number claims, as a power of two; the address comes after it. */
export const ALIGNED = 3;
const EQUAL = 0x61;
export const NOT_EQUAL = 0x62;
const LESS = 0x63;
const LESS_EQUAL = 0x65;
const ABS = 0x99;
const NEG = 0x9a;
const SQRT = 0x9f;
export const ADD = 0xa0;
const SUB = 0xa1;
const MUL = 0xa2;
const DIV = 0xa3;
const MIN = 0xa4;
const MAX = 0xa5;
const FROM_I32 = 0xb7;
export const ZERO = [F64_CONST, 0, 0, 0, 0, 0, 0, 0, 0] as const;
const ONE = [F64_CONST, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f] as const;

/** Instructions; or what stands for an operand, by its number; or for a note that the result may be NaN where a zero should win. */
export type Part = number | readonly number[];
const X = 0;
const Y = 1;
const Z = 2;
export const DOUBT = 3;

const truth = (comparison: number): readonly Part[] => [X, Y, [comparison, FROM_I32]];

/** The ops that are a few instructions on single numbers: the same arithmetic as that of the machine. The others are called there. */
export const shortForms = (): { readonly [Op in Operation]?: readonly Part[] } => ({
  Neg: [X, [NEG]],
  Sqrt: [X, [SQRT]],
  Reciprocal: [ONE, X, [DIV]],
  Abs: [X, [ABS]],
  Relu: [X, [...ZERO, MAX]],
  Add: [X, Y, [ADD]],
  Sub: [X, Y, [SUB]],
  Mul: [X, Y, [MUL]],
  Div: [X, Y, [DIV]],
  MulLimit: [X, Y, [MUL], DOUBT],
  MulFirst: [X, Y, [MUL], DOUBT],
  MulEither: [X, Y, [MUL], DOUBT],
  DivFirst: [X, Y, [DIV], DOUBT],
  Maximum: [X, Y, [MAX]],
  Minimum: [X, Y, [MIN]],
  Equal: truth(EQUAL),
  NotEqual: truth(NOT_EQUAL),
  Less: truth(LESS),
  LessEqual: truth(LESS_EQUAL),
  Where: [Y, Z, X, [...ZERO, NOT_EQUAL, SELECT]],
});
