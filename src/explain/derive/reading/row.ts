import type { AttributesOf, NameOf } from "../../../ops/op.js";
import type { Tensor } from "../../../tensor/tensor.js";
import { type Axis, Index, placeOf, type Range } from "../algebra/places.js";
import type { Polynomial } from "../algebra/terms.js";

// How ops are read as formulas with indices. Each family has a file with a table, which has a row for each op that the family's
// module in `ops/` exports, or it does not compile.

/** The ranges of a tensor's axes; none for an axis of size 1. */
export type Ranges = readonly (Range | undefined)[];

/** A node as its row sees it, when ranges are found. */
export interface NodeRanges<Attributes> {
  readonly attributes: Attributes;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** The ranges of the operands. */
  readonly ranges: readonly Ranges[];
  /** A new range, unless there is one place only. */
  range(size: number): Range | undefined;
}

/** A node as its row sees it, when it is read at a place of the output. */
export interface NodeReading<Attributes> {
  readonly attributes: Attributes;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly ranges: readonly Ranges[];
  /** The place of the output, one an axis. */
  readonly at: readonly Axis[];
  /** An operand at a place. */
  operand(k: number, places: readonly Axis[]): Polynomial;
  /** An operand of whole numbers at a place, as a place along an axis of so many. */
  lookup(k: number, places: readonly Axis[], size: number): Axis;
}

export interface Row<Attributes = unknown> {
  /** The ranges of the output where they are not those of the operands, broadcast. */
  readonly ranges?: (node: NodeRanges<Attributes>) => Ranges;
  /** What the node computes at a place; nothing where algebra has no words for it, and it stands as a letter. */
  readonly formula: (node: NodeReading<Attributes>) => Polynomial | undefined;
}

/** For each op of a family how it is read. */
export type Rows<Family> = { readonly [N in NameOf<Family>]: Row<AttributesOf<Family[N]>> };

/** Makes two ranges one; an axis of size 1 takes the other's. */
export function unify(a: Range | undefined, b: Range | undefined): Range | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  a.unify(b);
  return a;
}

/** The ranges of operands that broadcast. */
export function broadcastRanges(ranges: readonly Ranges[], rank: number): Ranges {
  return Array.from({ length: rank }, (_, axis) =>
    ranges
      .map((own) => own[axis - rank + own.length])
      .reduce<Range | undefined>((found, range) => (range === undefined ? found : unify(found, range)), undefined),
  );
}

/** The place at which an operand that broadcasts is read. */
export function broadcastPlace(at: readonly Axis[], shape: readonly number[]): readonly Axis[] {
  return shape.map((size, axis) => (size === 1 ? undefined : at[axis + at.length - shape.length]));
}

/** An elementwise op. */
export const each = <Attributes>(
  formula: (args: Polynomial[], attributes: Attributes, node: NodeReading<Attributes>) => Polynomial,
): Row<Attributes> => ({
  formula: (node) =>
    formula(
      node.inputs.map((x, k) => node.operand(k, broadcastPlace(node.at, x.shape))),
      node.attributes,
      node,
    ),
});

/** What stands as a letter. */
export const letter = <Attributes>(ranges: (node: NodeRanges<Attributes>) => Ranges): Row<Attributes> => ({
  ranges,
  formula: () => undefined,
});

/** A fresh bound index over each range that is one, and the place that it is. */
export function bind(range: Range | undefined): { readonly bound: readonly Index[]; readonly place: Axis } {
  if (range === undefined) return { bound: [], place: undefined };
  const index = new Index(range);
  return { bound: [index], place: placeOf(index) };
}

/** A list with another entry at a place. */
export const replaced = <T>(list: readonly T[], k: number, entry: T): T[] => list.map((own, i) => (i === k ? entry : own));
