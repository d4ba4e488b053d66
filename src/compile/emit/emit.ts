import { WORD } from "../bytes.js";
import type { Operation } from "../machine-words.js";
import {
  ADD,
  ALIGNED,
  BRANCH_IF,
  CALL,
  DOUBT,
  ELSE,
  END,
  EXTRACT_LANE_0,
  F64_CONST,
  F64_LOAD,
  F64_STORE,
  I32_ADD,
  I32_CONST,
  I32_LESS,
  I32_MUL,
  IF,
  LOCAL_GET,
  LOCAL_SET,
  LOCAL_TEE,
  LOOP,
  NOT_EQUAL,
  SPLAT,
  shortForms,
  VOID,
  ZERO,
} from "./arithmetic.js";
import { Bytes, bytes, F64, functionType, I32, moduleOf, V128 } from "./binary.js";
import { isSimple, type Scalar, type ScalarLoop, type ScalarMove, type Simple } from "./scalars.js";

/** The types of functions, by their indices: the one that is emitted, ops with one operand, two and three, and the machine's `run`. */
const typesOfFunctions = (): Bytes[] => [
  functionType([], []),
  functionType([V128], [V128]),
  functionType([V128, V128], [V128]),
  functionType([V128, V128, V128], [V128]),
  functionType([I32, I32, I32, I32], []),
];
const RUN = "run";
const RUN_TYPE = 4;

/**
 * The local variables that come before those of addresses: the step of a loop, the only whole number; one for what is needed twice at
 * once; and where doubts are summed.
 */
const STEP = 0;
const TWICE = 1;
const DOUBTS = [2, 3, 4, 5];
/** How many numbers there are before those of addresses. */
const OWN = 1 + DOUBTS.length;

/**
 * A module of WebAssembly with one function, `run`, that does what the words from one place up to another do, on numbers in local
 * variables: each is read from the memory once and written there at the end. Arithmetic that takes more than a few instructions is a
 * call of the machine's own, so that results are the same bit for bit.
 *
 * @param wordsAt - The address of the words.
 * @param isKept - Whether the number at an address is needed when the function has run.
 */
export function emit(
  scalars: readonly Scalar[],
  { from, to }: { readonly from: number; readonly to: number },
  wordsAt: number,
  isKept: (at: number) => boolean,
): Uint8Array {
  const body = new Body((at) => wordsAt + WORD * at);
  let begin = from;
  for (const scalar of scalars) {
    if (isSimple(scalar)) body.simple(scalar);
    else {
      body.settle(begin, scalar.from, () => true);
      if ("steps" in scalar) body.loop(scalar);
      else body.leave(scalar.from, scalar.to);
      begin = "steps" in scalar ? scalar.from : scalar.to;
    }
  }
  body.settle(begin, to, isKept);
  return body.module();
}

/** The code of the function while it grows. */
class Body {
  private readonly code = new Bytes();
  private readonly short = shortForms();
  /** The local variable of each address. */
  private readonly locals = new Map<number, number>();
  /** The addresses whose numbers are in their variables, and those where the memory has an older one. */
  private readonly known = new Set<number>();
  private readonly changed = new Set<number>();
  /** How many products there are whose zeros may have to win. */
  private doubts = 0;
  /** What is called of the machine, and the type of each. */
  private readonly imports = new Map<string, number>();

  constructor(private readonly addressOf: (place: number) => number) {}

  simple(scalar: Simple): void {
    if ("op" in scalar) this.apply(scalar.op, scalar.inputs, scalar.out);
    else if ("copied" in scalar) this.copy(scalar.copied, scalar.out);
    else this.constant(scalar.low, scalar.high, scalar.out);
  }

  /** A loop: what stays in one place is in local variables through all of its steps. */
  loop({ steps, before, body, after }: ScalarLoop): void {
    if (steps === 0) return;
    const { code } = this;
    for (const at of readFirst([...before, ...body, ...after])) {
      this.get(at);
      code.with(LOCAL_SET, this.local(at));
    }
    code.put(I32_CONST, 0).with(LOCAL_SET, STEP).put(LOOP, VOID);
    for (const move of before) this.move(move);
    for (const scalar of body) this.simple(scalar);
    for (const move of after) this.move(move);
    code.with(LOCAL_GET, STEP).put(I32_CONST, 1, I32_ADD).with(LOCAL_TEE, STEP).put(I32_CONST).signed(steps);
    code.put(I32_LESS, BRANCH_IF, 0, END);
  }

  private move({ out, outStep, x, xStep }: ScalarMove): void {
    if (outStep !== 0) this.address(out, outStep);
    if (xStep === 0) this.get(x);
    else {
      this.address(x, xStep);
      this.code.put(F64_LOAD, ALIGNED, 0);
    }
    if (outStep === 0) this.set(out);
    else this.code.put(F64_STORE, ALIGNED, 0);
  }

  /** Where a place is that goes on with each step. */
  private address(at: number, step: number): void {
    this.code.put(I32_CONST).signed(at).with(LOCAL_GET, STEP).put(I32_CONST).signed(step).put(I32_MUL, I32_ADD);
  }

  private apply(op: Operation, inputs: readonly number[], out: number): void {
    const short = this.short[op];
    if (short === undefined) {
      for (const x of inputs) {
        this.get(x);
        this.code.put(...SPLAT);
      }
      this.call(op, inputs.length);
      this.code.put(...EXTRACT_LANE_0);
    } else {
      for (const part of short) {
        if (typeof part !== "number") this.code.put(...part);
        else if (part === DOUBT) this.doubt();
        else this.get(inputs[part]);
      }
    }
    this.set(out);
  }

  private copy(from: number, out: number): void {
    this.get(from);
    this.set(out);
  }

  /** A number of which the two halves of its bits are given. */
  private constant(low: number, high: number, out: number): void {
    this.code.put(F64_CONST, ...new Uint8Array(Uint32Array.of(low, high).buffer));
    this.set(out);
  }

  /**
   * A zero wins over a NaN only, and NaN is rare: so none is looked for here. The results are summed instead, in several sums that do
   * not wait for one another, and {@link settle} looks at these.
   */
  private doubt(): void {
    const sum = DOUBTS[this.doubts++ % DOUBTS.length];
    this.code.put(LOCAL_TEE, TWICE, LOCAL_GET, TWICE, LOCAL_GET, sum, ADD, LOCAL_SET, sum);
  }

  /** Writes what has changed since and is needed; but lets the machine do all of it, from place to place, if a doubtful result was NaN. */
  settle(from: number, to: number, isKept: (at: number) => boolean): void {
    const { code, doubts } = this;
    if (doubts > 0) {
      const [first, ...others] = DOUBTS;
      code.put(LOCAL_GET, first);
      for (const sum of others) code.put(LOCAL_GET, sum, ADD);
      code.put(LOCAL_TEE, TWICE, LOCAL_GET, TWICE, NOT_EQUAL, IF, VOID);
      this.leave(from, to);
      code.put(ELSE);
    }
    for (const at of this.changed) if (isKept(at)) code.put(I32_CONST, 0).with(LOCAL_GET, this.local(at)).put(F64_STORE).with(ALIGNED, at);
    if (doubts > 0) {
      code.put(END);
      for (const sum of DOUBTS) code.put(...ZERO, LOCAL_SET, sum);
    }
    this.doubts = 0;
    this.changed.clear();
    this.known.clear();
  }

  /** Lets the machine run what stands from one place up to another. */
  leave(from: number, to: number): void {
    for (const word of [this.addressOf(from), this.addressOf(to), 0, 1]) this.code.put(I32_CONST).signed(word);
    this.call(RUN, RUN_TYPE);
  }

  private get(at: number): void {
    if (this.known.has(at)) this.code.with(LOCAL_GET, this.local(at));
    else {
      this.code.put(I32_CONST, 0, F64_LOAD).with(ALIGNED, at).with(LOCAL_TEE, this.local(at));
      this.known.add(at);
    }
  }

  private set(at: number): void {
    this.code.with(LOCAL_SET, this.local(at));
    this.known.add(at);
    this.changed.add(at);
  }

  private call(name: string, type: number): void {
    if (!this.imports.has(name)) this.imports.set(name, type);
    this.code.with(CALL, [...this.imports.keys()].indexOf(name));
  }

  private local(at: number): number {
    const known = this.locals.get(at);
    if (known !== undefined) return known;
    const next = 1 + OWN + this.locals.size;
    this.locals.set(at, next);
    return next;
  }

  module(): Uint8Array {
    const memory = new Bytes().name("env").name("memory").put(2, 0, 1);
    const imports = [...this.imports].map(([name, type]) => new Bytes().name("machine").name(name).put(0, type));
    const locals = new Bytes().vector([new Bytes().unsigned(1).put(I32), new Bytes().unsigned(OWN + this.locals.size).put(F64)]);
    return moduleOf({
      1: typesOfFunctions(),
      2: [memory, ...imports],
      3: [bytes(0)],
      7: [new Bytes().name(RUN).put(0).unsigned(imports.length)],
      10: [new Bytes().sized(locals.append(this.code.put(END)))],
    });
  }
}

/** The places that are read in a step before they are written in it: what they hold comes from before the loop, or from the step before. */
function readFirst(list: readonly (Simple | ScalarMove)[]): Set<number> {
  const written = new Set<number>();
  const found = new Set<number>();
  for (const scalar of list) {
    const isMove = "xStep" in scalar;
    const reads = isMove
      ? scalar.xStep === 0
        ? [scalar.x]
        : []
      : "op" in scalar
        ? scalar.inputs
        : "copied" in scalar
          ? [scalar.copied]
          : [];
    for (const at of reads) if (!written.has(at)) found.add(at);
    if (!isMove || scalar.outStep === 0) written.add(scalar.out);
  }
  return found;
}
