import { SCALAR, type Shape } from "../base/shape.js";
import type { AnyOp } from "../ops/op.js";
import { type Columns, Ints, Kinds } from "../tape/columns.js";
import { Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * What a pass does with the node that a {@link Draft} has come to: it may change it there, or return a value that stands in its place,
 * and the node is dropped.
 */
export type Rule = () => number | undefined;

/** Goes through a tape once from its beginning to its end, and has each node seen by all rules, one after the other. */
export function rewrite(tape: Tape, ...rules: readonly ((draft: Draft) => Rule)[]): Tape {
  const { columns } = tape;
  const draft = new Draft(columns);
  const own = rules.map((rule) => rule(draft));
  for (let node = 0; node < columns.kindOf.length; node++) {
    draft.begin(node);
    let stands: number | undefined;
    for (let r = 0; r < own.length && stands === undefined; r++) stands = own[r]();
    draft.end(stands);
  }
  return draft.finish();
}

/** A tape under way from an old one, and the node that is being looked at. */
export class Draft {
  /** The number of the node on the old tape. */
  node = 0;
  op!: AnyOp;
  attributes: unknown;
  shape: Shape = SCALAR;
  /** The operands, values of the new tape; there are `count` of them. */
  operands = new Int32Array(8);
  count = 0;

  private readonly kinds: Kinds;
  /** Its kind, which an old node brings with it; −1 until that of a new one is known. */
  private known = -1;
  private readonly kindOf: Ints;
  private readonly begins: Ints;
  private readonly all: Ints;
  private readonly shapes: Shape[] = [];
  private readonly places: Ints;
  private readonly constants: Tensor[];
  /** For each value of the old tape that a node computes, the new one. */
  private readonly moved: Int32Array;
  /** For each constant the one that stands for all that are equal to it, plus 1; 0 if that is not known yet. */
  private readonly equal: Int32Array;
  private readonly firsts = new Map<unknown, number>();

  constructor(readonly old: Columns) {
    const { kinds, kindOf, operands, constants } = old;
    this.kinds = new Kinds([...kinds]);
    this.kindOf = new Ints(kindOf.length);
    this.begins = new Ints(kindOf.length + 1);
    this.begins.push(0);
    this.all = new Ints(operands.length);
    this.places = new Ints(kindOf.length);
    this.moved = new Int32Array(kindOf.length);
    this.constants = [...constants];
    this.equal = new Int32Array(constants.length);
  }

  /** What stands for a value of the old tape. Of constants with one number, or that are one tensor, the first one does. */
  current(value: number): number {
    if (value < 0) return this.constant(~value);
    return value < this.old.inputs.length ? value : this.moved[value - this.old.inputs.length];
  }

  private constant(at: number): number {
    if (this.equal[at] === 0) this.equal[at] = 1 + this.firstLike(this.constants[at], at);
    return ~(this.equal[at] - 1);
  }

  /** The place of the first constant that is equal to x, which may stand at `at`. */
  private firstLike(x: Tensor, at: number): number {
    const isNumber = x.rank === 0 && x.label === undefined && x.hollow === undefined;
    const key = !isNumber ? x : Object.is(x.first, -0) ? "-0" : x.first;
    const first = this.firsts.get(key) ?? at;
    this.firsts.set(key, first);
    return first;
  }

  begin(node: number): void {
    const { kinds, kindOf, begins, operands, shapes } = this.old;
    this.node = node;
    this.known = kindOf[node];
    const { op, attributes } = kinds[this.known];
    this.op = op;
    this.attributes = attributes;
    this.shape = shapes[node];
    const first = begins[node];
    this.count = begins[node + 1] - first;
    if (this.count > this.operands.length) this.operands = new Int32Array(2 * this.count);
    for (let j = 0; j < this.count; j++) this.operands[j] = this.current(operands[first + j]);
  }

  /** Makes another node of this one; its result stays what it is. */
  become(op: AnyOp, attributes: unknown, ...operands: readonly number[]): undefined {
    this.known = -1;
    this.op = op;
    this.attributes = attributes;
    this.count = operands.length;
    for (let j = 0; j < operands.length; j++) this.operands[j] = operands[j];
  }

  /** Puts a node before this one; returns its value. */
  insert(op: AnyOp, attributes: unknown, shape: Shape, ...operands: readonly number[]): number {
    for (const value of operands) this.all.push(value);
    return this.append(this.kinds.of(op, attributes), shape, -1);
  }

  end(stands: number | undefined): void {
    if (stands === undefined) for (let j = 0; j < this.count; j++) this.all.push(this.operands[j]);
    this.moved[this.node] = stands ?? this.append(this.kind, this.shape, this.old.places[this.node]);
  }

  private append(kind: number, shape: Shape, place: number): number {
    this.kindOf.push(kind);
    this.begins.push(this.all.length);
    this.shapes.push(shape);
    this.places.push(place);
    return this.old.inputs.length + this.shapes.length - 1;
  }

  /** A constant, as a value. */
  addConstant(x: Tensor): number {
    const first = this.firstLike(x, this.constants.length);
    if (first === this.constants.length) this.constants.push(x);
    return ~first;
  }

  /** What was recorded as the result of the node. */
  recorded(): Tensor {
    return this.old.source.output(this.old.places[this.node]);
  }

  /** How many nodes the new tape has. */
  get length(): number {
    return this.shapes.length;
  }

  /** The kind of a node of the new tape, and whether its operands are those of the node that is looked at. */
  newKind(node: number): number {
    return this.kindOf.all[node];
  }
  hasSameOperands(node: number): boolean {
    const first = this.begins.all[node];
    if (this.begins.all[node + 1] - first !== this.count) return false;
    for (let j = 0; j < this.count; j++) if (this.all.all[first + j] !== this.operands[j]) return false;
    return true;
  }
  /** The kind of the node that is looked at. */
  get kind(): number {
    if (this.known < 0) this.known = this.kinds.of(this.op, this.attributes);
    return this.known;
  }
  kindAt(kind: number) {
    return this.kinds.list[kind];
  }

  /** The operand of a value that an op with one operand computes, if it is this op. */
  operandOf(op: AnyOp, value: number): number | undefined {
    const node = value - this.old.inputs.length;
    return node >= 0 && this.kinds.list[this.kindOf.all[node]].op === op ? this.all.all[this.begins.all[node]] : undefined;
  }

  /** The attributes of what computes a value. */
  attributesOf(value: number): unknown {
    return this.kinds.list[this.kindOf.all[value - this.old.inputs.length]].attributes;
  }

  /** The number of a constant that has one; else NaN. */
  numberOf(value: number): number {
    const x = this.constantOf(value);
    return x !== undefined && x.size === 1 && x.hollow === undefined ? x.first : Number.NaN;
  }

  /** The constant that a value is, if it is one. */
  constantOf(value: number): Tensor | undefined {
    return value < 0 ? this.constants[~value] : undefined;
  }

  shapeOf(value: number): Shape {
    if (value < 0) return this.constants[~value].shape;
    return value < this.old.inputs.length ? this.old.inputs[value].shape : this.shapes[value - this.old.inputs.length];
  }

  finish(): Tape {
    const { old, kinds, kindOf, begins, all, shapes, places, constants } = this;
    return Tape.of({
      ...old,
      constants,
      kinds: kinds.list,
      kindOf: kindOf.take(),
      begins: begins.take(),
      operands: all.take(),
      shapes,
      places: places.take(),
      outputs: old.outputs.map((value) => this.current(value)),
    });
  }
}
