import type { Shape } from "../base/shape.js";
import type { AnyOp } from "../ops/op.js";
import type { Tensor } from "../tensor/tensor.js";

/** An op with its attributes. */
export interface Kind {
  readonly op: AnyOp;
  readonly attributes: unknown;
}

/**
 * The inside of a tape: what passes and the compiler work on. Values have numbers: first the inputs, then what the nodes compute; a
 * constant is ~k for constants[k]. A node costs a few numbers and no object.
 *
 *     z = x·w,  p = σ(z),  r = p − 1        inputs x, w: values 0 and 1
 *
 *     kinds      0 │ 1 │ 2              0: Mul, 1: Sigmoid, 2: Sub
 *     begins     0 │ 2 │ 3 │ 5
 *     operands   0 1 │ 2 │ 3 ~0         the constant 0 is the number 1
 *     outputs    4
 */
export interface Columns {
  readonly inputs: readonly Tensor[];
  readonly constants: readonly Tensor[];
  /** What nodes apply. */
  readonly kinds: readonly Kind[];
  /** Of each node its kind. */
  readonly kindOf: Int32Array;
  /** Where the operands of each node begin; last, how many there are. */
  readonly begins: Int32Array;
  readonly operands: Int32Array;
  /** Of what each node computes. */
  readonly shapes: readonly Shape[];
  /** Values. */
  readonly outputs: readonly number[];
  /** Where the source of the tape has each node; −1 for one that a pass has put in. */
  readonly places: Int32Array;
  /** The labels of what was recorded, by place. */
  readonly labels: ReadonlyMap<number, string>;
  readonly source: Source;
}

/** Where a tape comes from: a recording, or a list of nodes. */
export interface Source {
  /** What was computed at a place: of each the same object whenever it is asked for. */
  output(place: number): Tensor;
  /** Whether a reverse sweep computed it. */
  isBackward(place: number): boolean;
}

/** The shape of a value. */
export function shapeOf({ inputs, constants, shapes }: Columns, value: number): Shape {
  if (value < 0) return constants[~value].shape;
  return value < inputs.length ? inputs[value].shape : shapes[value - inputs.length];
}

/** The operands of a node. */
export const operandsOf = ({ begins, operands }: Columns, node: number): number[] =>
  Array.from(operands.subarray(begins[node], begins[node + 1]));

/** The columns alone, for those who never ask what was recorded: so it can go. */
export const withoutSource = (columns: Columns): Columns => ({ ...columns, source: NOWHERE });

const NOWHERE: Source = {
  output: () => {
    throw new Error("Tape: the recording is gone");
  },
  isBackward: () => false,
};

/** Numbers in a row that grows; there are never fewer places than were asked for. */
export class Ints {
  all: Int32Array;
  length = 0;

  constructor(places: number) {
    this.all = new Int32Array(Math.max(places, 1));
  }

  push(value: number): void {
    if (this.length === this.all.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.all);
      this.all = larger;
    }
    this.all[this.length++] = value;
  }

  /** What is there so far. */
  take(): Int32Array {
    return this.length === this.all.length ? this.all : this.all.slice(0, this.length);
  }
}

/** Numbers the kinds of nodes. Attributes that are equal but not the same make different kinds. */
export class Kinds {
  private readonly numbers = new Map<AnyOp, Map<unknown, number>>();
  private last = 0;

  constructor(readonly list: Kind[] = []) {
    list.forEach(({ op, attributes }, kind) => {
      this.ofOp(op).set(attributes, kind);
    });
  }

  of(op: AnyOp, attributes: unknown): number {
    const last = this.list[this.last];
    if (last === undefined || last.op !== op || last.attributes !== attributes) {
      const ofOp = this.ofOp(op);
      this.last = ofOp.get(attributes) ?? this.list.push({ op, attributes }) - 1;
      ofOp.set(attributes, this.last);
    }
    return this.last;
  }

  private ofOp(op: AnyOp): Map<unknown, number> {
    const known = this.numbers.get(op) ?? new Map<unknown, number>();
    this.numbers.set(op, known);
    return known;
  }
}
