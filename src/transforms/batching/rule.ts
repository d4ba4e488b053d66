import type { Shape } from "../../base/shape.js";
import type { AnyOp, AttributesOf, SeveralOp } from "../../ops/op.js";
import { applyAgain } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";

/** What goes into an op that is applied to a batch. */
export interface Operand {
  /** With the batch axis in front, if it is batched; otherwise the same tensor for all examples. */
  readonly value: Tensor;
  readonly isBatched: boolean;
  /** The shape that one example has. */
  readonly shape: Shape;
}

/** An op that one example has applied, and the batch to which it is to be applied instead. At least one operand is batched. */
export interface Call<Attributes = unknown> {
  readonly op: AnyOp;
  readonly operands: readonly Operand[];
  readonly attributes: Attributes;
  /** The shape of the result for one example. */
  readonly shape: Shape;
  /** How many examples there are. */
  readonly size: number;
}

/** A result for all examples: with the batch axis in front, or without one where it is the same for all. */
export interface Result {
  readonly value: Tensor;
  readonly isBatched: boolean;
}

/** An op with several results. */
export interface SeveralCall<Attributes = unknown> extends Call<Attributes> {
  /** How many of the results are read, from the first on. */
  readonly read: number;
  /** Runs a function of one example on a batch. */
  readonly overBatch: (f: (example: Tensor[]) => Tensor[], operands: readonly Operand[]) => Result[];
}

/** The result for all examples, with the batch axis in front. */
export type BatchRule<Attributes = unknown> = (call: Call<Attributes>) => Tensor;

/** All results for all examples, each with the batch axis in front. */
export type SeveralRule<Attributes = unknown> = (call: SeveralCall<Attributes>) => Tensor[];

/** One rule for each op of a family. */
export type Table<Family> = {
  readonly [N in keyof Family as Family[N] extends AnyOp ? N : never]: Family[N] extends { readonly results: unknown }
    ? SeveralRule<SeveralAttributes<Family[N]>>
    : BatchRule<AttributesOf<Family[N]>>;
};

type SeveralAttributes<O> = O extends SeveralOp<readonly Tensor[], infer Attributes> ? Attributes : never;

/** The op of a call on other inputs, perhaps with other attributes. */
export const again = ({ op, attributes }: Call, inputs: readonly Tensor[], other: unknown = attributes): Tensor =>
  applyAgain(op, inputs, other);

/** An operand with the batch axis in front; one that is the same for all examples is repeated. */
export const inFront = ({ value, isBatched, shape }: Operand, size: number): Tensor =>
  isBatched ? value : value.broadcastTo([size, ...shape]);

/** A tensor with one of its axes at another place, the others in their order. */
export function moved(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const axes = x.shape.flatMap((_, i) => (i === from ? [] : [i]));
  axes.splice(to, 0, from);
  return x.transpose(axes);
}

/** All operands with the batch axis in front. */
export const allInFront = ({ operands, size }: Call): Tensor[] => operands.map((operand) => inFront(operand, size));

/** An operand that broadcasts against others of this rank: axes of size 1 between the batch axis and its own. */
export function aligned({ value, isBatched, shape }: Operand, rank: number): Tensor {
  if (!isBatched || shape.length === rank) return value;
  return value.reshape([value.shape[0], ...new Array<number>(rank - shape.length).fill(1), ...shape]);
}

/** Each place of the result depends on those of the inputs that broadcast to it. */
export const elementwise: BatchRule = (call) =>
  again(
    call,
    call.operands.map((operand) => aligned(operand, call.shape.length)),
  );

/** The op works on the last axes and lets all in front be: one operand, so one more in front is nothing new. */
export const onLastAxes: BatchRule = (call) =>
  again(
    call,
    call.operands.map(({ value }) => value),
  );

/** The op works along one axis. */
export const alongAxis = <Attributes extends { readonly axis: number }>(call: Call<Attributes>): Tensor =>
  again(call, allInFront(call), { ...call.attributes, axis: call.attributes.axis + 1 });
