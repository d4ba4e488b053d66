import type { Shape } from "../base/shape.js";
import type { Kernel } from "../kernels/kernel.js";
import type { Tensor } from "../tensor/tensor.js";

/** The rule of one input: the inputs and the attributes follow as arguments. `null`: no gradient flows into that input. */
type Rule<Inputs extends readonly Tensor[], Attributes> = ((g: Tensor, output: Tensor, ...rest: [...Inputs, Attributes]) => Tensor) | null;

/** One rule an input, so that only those that are asked for are evaluated: the gradient with respect to the data is never computed. */
export type Rules<Inputs extends readonly Tensor[], Attributes> = { readonly [I in keyof Inputs]: Rule<Inputs, Attributes> };

/**
 * What can be differentiated: plain data, one constant an op. An op does not broadcast, record or accumulate;
 * `apply` and the sweeps do that for all.
 */
export interface Op<Inputs extends readonly Tensor[] = readonly Tensor[], Attributes = undefined> {
  /** A PascalCase noun, as tapes show it; for an op of the library the name of its constant. */
  readonly name: string;
  /** Computes the output; `null` where the output is the input's own numbers, perhaps under another shape. */
  readonly kernel: Kernel<Attributes> | null;
  /** The output's shape; refuses shapes that do not fit. Left out, the inputs broadcast. */
  readonly shape?: (inputs: Inputs, attributes: Attributes) => Shape;
  /** Reverse: the cotangent g of the output → that of one input. May have the broadcast shape; the sweep undoes it. */
  readonly vjp: Rules<Inputs, Attributes> | JointVjp<Inputs, Attributes>;
  /** Forward: the tangent of one input → its part of the tangent of the output. The sweep adds the parts. */
  readonly jvp: Rules<Inputs, Attributes> | JointJvp<Inputs, Attributes>;
  /** Set for an op that a user defined, whose name may be that of another one. */
  readonly custom?: true;
}

/** All cotangents at once, for ops with any number of inputs; `undefined` for an input that gets none. */
export type JointVjp<Inputs extends readonly Tensor[], Attributes> = (
  g: Tensor,
  output: Tensor,
  inputs: Inputs,
  attributes: Attributes,
) => readonly (Tensor | undefined)[];

/** The output's tangent from all tangents at once; an input that does not vary has a tangent of zeros. */
export type JointJvp<Inputs extends readonly Tensor[], Attributes> = (
  tangents: readonly Tensor[],
  output: Tensor,
  inputs: Inputs,
  attributes: Attributes,
) => Tensor;

/**
 * An op with several results. They stand one after the other in its output, a vector, and `Result` reads one of them. Its rules speak
 * of each apart, and say nothing of those that do not matter.
 */
export interface SeveralOp<Inputs extends readonly Tensor[], Attributes> extends Omit<Op<Inputs, Attributes>, "vjp" | "jvp"> {
  /** The shapes of the results. */
  readonly results: (attributes: Attributes) => readonly Shape[];
  /**
   * All cotangents that are wanted (all, if that is not said) from those of the results, of which `undefined` did not arrive; or from
   * that of the output.
   */
  readonly vjp: (
    cotangents: readonly (Tensor | undefined)[] | Tensor,
    output: Tensor,
    inputs: Inputs,
    attributes: Attributes,
    wanted?: readonly boolean[],
  ) => readonly (Tensor | undefined)[];
  /** The output's tangent, all results in one, from those of the inputs, of which `undefined` do not vary. */
  readonly jvp: (tangents: readonly (Tensor | undefined)[], output: Tensor, inputs: Inputs, attributes: Attributes) => Tensor;
}

/** One input. */
export type UnaryOp<Attributes = undefined> = Op<readonly [x: Tensor], Attributes>;

/** Two inputs. */
export type BinaryOp<Attributes = undefined> = Op<readonly [x: Tensor, y: Tensor], Attributes>;

// biome-ignore lint/suspicious/noExplicitAny: the tape holds ops of every signature; each was checked where it was applied
type Any = any;

/** The rule of one input of any op: its cotangent or tangent, the output, the inputs, the attributes. */
export type AnyRule = ((g: Tensor, output: Tensor, ...rest: Any[]) => Tensor) | null;

/** Any op, as the tape holds it. Joint rules get one cotangent, or a list of them with what is wanted where it has several results. */
export type AnyOp = Omit<Op<Any, Any>, "vjp" | "jvp"> & {
  readonly results?: (attributes: Any) => readonly Shape[];
  readonly vjp:
    | readonly AnyRule[]
    | ((g: Any, output: Tensor, inputs: Any, attributes: Any, wanted?: readonly boolean[]) => readonly (Tensor | undefined)[]);
  readonly jvp: readonly AnyRule[] | ((tangents: Any, output: Tensor, inputs: Any, attributes: Any) => Tensor);
};

/** The attributes of an op. */
export type AttributesOf<O> =
  O extends Op<Any, infer Attributes> ? Attributes : O extends SeveralOp<Any, infer Attributes> ? Attributes : never;

/** A node, or whatever else has an op and attributes, whose op is known, and with it what its attributes are. */
export interface Applied<O extends AnyOp> {
  readonly op: O;
  readonly attributes: AttributesOf<O>;
}

/** Whether the op of a node is this one. */
export const isOf = <T extends { readonly op: AnyOp; readonly attributes: unknown }, O extends AnyOp>(x: T, op: O): x is T & Applied<O> =>
  x.op === op;

/** The names of the ops that a family's module exports, for tables with a row for each of them: `NameOf<typeof import("./reduce.js")>`. */
export type NameOf<Family> = { [N in keyof Family]: Family[N] extends AnyOp ? N : never }[keyof Family];

/** The row of an op in a table by names; none for an op that a user defined, whatever it is called. */
export const rowOf = <Row>(table: Readonly<Record<string, Row>>, op: AnyOp): Row | undefined =>
  op.custom === true ? undefined : table[op.name];

/** Whether each output depends only on the inputs at its own place: the op has no shape rule but broadcasting. */
export const isElementwise = (op: AnyOp): boolean => op.shape === undefined;
