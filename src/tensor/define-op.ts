import { broadcastShapes } from "../base/broadcast.js";
import { describe, GradientError, GradtapeError } from "../base/errors.js";
import { checkShape, formatShape, type Shape, sameShape } from "../base/shape.js";
import type { NdArray } from "../kernels/kernel.js";
import type { Op } from "../ops/op.js";
import { aside } from "../tape/aside.js";
import { apply } from "./apply.js";
import { asTensor, type Tensor, type TensorLike } from "./tensor.js";

/** What makes an op: see {@link defineOp}. `Inputs` are the arrays that `forward` takes after `out`, one for each input. */
export interface OpDefinition<Inputs extends readonly NdArray[] = readonly NdArray[]> {
  /** How tapes, graphs and errors call it; by custom a noun in PascalCase. */
  readonly name: string;
  /** The output's shape from the inputs' shapes. Left out, the inputs broadcast, and `forward` gets them in the output's shape. */
  readonly shape?: (...shapes: Shape[]) => readonly number[];
  /** Writes the result into `out.data`, which holds zeros, from the inputs' `data`, all in row-major order. Returns nothing. */
  readonly forward: (out: NdArray, ...inputs: Inputs) => void;
  /** Reverse rule: the output's cotangent g, the output and the inputs → one cotangent an input, `null` for none. */
  readonly vjp: (g: Tensor, output: Tensor, ...inputs: Tensor[]) => readonly (TensorLike | null)[];
  /** Forward rule: one tangent an input, the output and the inputs → the output's tangent. */
  readonly jvp: (tangents: Tangents, output: Tensor, ...inputs: Tensor[]) => TensorLike;
}

/**
 * The tangents of the inputs. Which of them there are is known by `forward`, not by the types: like the inputs behind them, each has a name
 * without a question whether it is there, also where an index may find nothing.
 */
export type Tangents = readonly [Tensor, Tensor, Tensor, Tensor, ...Tensor[]];

/**
 * An op of your own, for what cannot be composed of the others: a special function, a solver, a call into other code.
 * It works in every transform, to every order as far as its rules are written with differentiable operations, and
 * tapes show it under its name.
 *
 * `forward` is a plain computation on arrays and is not traced; `vjp` and `jvp` are written with tensors. Check them
 * with {@link checkGradients}: rules that are wrong give gradients that are wrong.
 *
 * @returns A function of as many tensors (numbers and nested arrays, too) as `forward` takes after `out`, and of any number if it
 * takes them as a rest parameter. Another number of them, a definition with a key that is none of these, and a `forward` that
 * returns something instead of writing it, are a `TypeError`. Calling a transform that needs a rule which the
 * definition does not have is a `GradtapeError`; a rule that returns the wrong number of cotangents, or one of another
 * shape, is a `GradientError`.
 *
 * @example
 * ```ts
 * const cubeRoot = defineOp({
 *   name: "CubeRoot", // ∛x, with d(∛x)/dx = 1/(3·∛x²)
 *   forward: (out, x) => x.data.forEach((v, i) => { out.data[i] = Math.cbrt(v); }),
 *   vjp: (g, root) => [g.div(root.square().mul(3))],
 *   jvp: ([dx], root) => dx.div(root.square().mul(3)),
 * });
 * cubeRoot([8, 27]).toArray(); // [2, 3]
 * grad((x: Tensor) => cubeRoot(x))(8).item(); // 0.08333333333333333
 * ```
 */
export function defineOp<Inputs extends readonly NdArray[]>(
  definition: OpDefinition<Inputs>,
): (...inputs: Inputs extends readonly [] ? TensorLike[] : { [I in keyof Inputs]: TensorLike }) => Tensor {
  if (typeof definition !== "object" || definition === null)
    throw new TypeError(`defineOp: expected a definition { name, forward, vjp, jvp }, got ${describe(definition)}`);
  // Whatever the types say, JavaScript may call with any number of inputs.
  const { name, shape, forward, vjp, jvp, ...rest } = definition as unknown as OpDefinition;
  if (typeof name !== "string" || name === "") throw new TypeError(`defineOp: expected a name, got ${describe(name)}`);
  if (typeof forward !== "function") throw new TypeError(`defineOp: ${name} needs a forward function, got ${describe(forward)}`);
  for (const [key, value] of Object.entries({ shape, vjp, jvp }))
    if (value !== undefined && typeof value !== "function")
      throw new TypeError(`defineOp: expected a function as ${key} of ${name}, got ${describe(value)}`);
  for (const key of Object.keys(rest))
    throw new TypeError(`defineOp: a definition has name, shape, forward, vjp and jvp; got ${describe(key)} in that of ${name}`);
  const op: Op<readonly Tensor[]> = {
    name,
    custom: true,
    kernel: (out, inputs) => {
      // A plain computation: tensor operations in it are nobody's business outside.
      const returned: unknown = aside(() => forward(out, ...inputs));
      if (returned !== undefined && returned !== out && returned !== out.data)
        throw new TypeError(`${name}: forward must write its result into out.data and return nothing, got ${describe(returned)}`);
    },
    shape: (inputs) => (shape === undefined ? inputs[0].shape : checkShape(name, shape(...inputs.map((x) => x.shape)))),
    vjp: (g, output, inputs) => {
      if (typeof vjp !== "function") throw new GradtapeError(`${name}: reverse mode needs a vjp rule, which its definition does not have`);
      const cotangents: readonly (TensorLike | null)[] = vjp(g, output, ...inputs);
      if (!Array.isArray(cotangents) || cotangents.length !== inputs.length) {
        throw new GradientError(
          `${name}: vjp must return a list with one cotangent an input, ${inputs.length} in all, got ${describe(cotangents)}`,
        );
      }
      return cotangents.map((cotangent, i) => (cotangent === null ? undefined : fitting(name, "the cotangent", cotangent, inputs[i])));
    },
    jvp: (tangents, output, inputs) => {
      if (typeof jvp !== "function") throw new GradtapeError(`${name}: forward mode needs a jvp rule, which its definition does not have`);
      return fitting(name, "the tangent", jvp(tangents as unknown as Tangents, output, ...inputs), output);
    },
  };
  const { fewest, most } = arityOf(forward);
  return (...inputs: readonly TensorLike[]) => {
    const count = inputs.length;
    if (count < fewest || count > most) {
      const expected = `${fewest === most ? "" : "at least "}${fewest} ${fewest === 1 ? "input" : "inputs"}`;
      throw new TypeError(`${name}: expected ${expected}, as many as forward takes after out, got ${count}`);
    }
    const tensors = inputs.map((x) => asTensor(name, x));
    if (shape !== undefined) return apply(op, tensors);
    const common = tensors.reduce<Shape>((s, x) => broadcastShapes(name, s, x.shape), []);
    return apply(
      op,
      tensors.map((x) => x.broadcastTo(common)),
    );
  };
}

/**
 * How many inputs a `forward` takes after `out`. What JavaScript counts ends where parameters are collected in a rest parameter or
 * have a default; then, and where no parameter is declared, there may be any number more.
 */
function arityOf(forward: OpDefinition["forward"]): { readonly fewest: number; readonly most: number } {
  const declared = forward.length - 1;
  if (declared < 1) return { fewest: 1, most: Number.POSITIVE_INFINITY };
  const source = String(forward).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const isClosed = /^[^(]*\((?:(?!\.\.\.)[^)=])*\)/.test(source) && !/\[(native |byte)code\]/.test(source);
  return { fewest: declared, most: isClosed ? declared : Number.POSITIVE_INFINITY };
}

/** What a rule returned, as a tensor of the shape it must have. */
function fitting(name: string, what: string, value: TensorLike, like: Tensor): Tensor {
  const x = asTensor(name, value);
  if (!sameShape(x.shape, like.shape)) {
    throw new GradientError(`${name}: ${what} must have shape ${formatShape(like.shape)}, got ${formatShape(x.shape)}`);
  }
  return x;
}
