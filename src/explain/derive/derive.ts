import { checkFunction, GradtapeError } from "../../base/errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Flat, flatten, rebuildAll, type TreesLike } from "../../tensor/tree.js";
import { tapeOf } from "../../transforms/record.js";
import { differentiate, grad } from "../../transforms/reverse.js";
import { jacobian } from "../../transforms/second-order.js";
import { trace } from "../../transforms/trace.js";
import { type DeriveOptions, separate } from "./arguments.js";
import type { Derivation } from "./derivation.js";
import { Deriver } from "./deriver.js";
import { mostArguments, namesOfArguments } from "./names.js";
import { present } from "./present.js";

/** A derivation is for people: longer tapes are refused. */
const MOST_NODES = 2000;

/**
 * The derivation of the gradient of a scalar function, read off its tape: the definitions of the named values, the chain
 * rule over them, each factor first as the rules of the nodes give it and then simplified, and their product with what
 * cancels. For the binary cross entropy of a sigmoid these are the equations (1) to (12) of
 * [the derivation by hand](../../../docs/bce.md).
 *
 * Values that f gives a name with `named` are the steps of the derivation; arguments are called by their labels, or by the
 * names of f's parameters. Each line says which rule it used, and has its numbers at the inputs beside it. A line whose two
 * sides differ there is not printed; what cannot be simplified stands as the rules gave it. The last line compares the result
 * with {@link grad}.
 *
 * @param f - A synchronous function that returns a scalar. A tape of more than 2,000 nodes is a `GradtapeError`.
 * @param inputs - The arguments of f: tensors, or trees of them. By default the gradient is with respect to the
 * first; after them `{ wrt: 1 }` or `{ wrt: [0, 2] }` names others, and `order: 2`, `detail` and `notation` are {@link DeriveOptions}.
 * @returns The lines, as data and, by `toString`, `toMarkdown` and `toLatex`, as text.
 *
 * @example
 * ```ts
 * const loss = (W: Tensor, x: Tensor, y: Tensor) => {
 *   const z = W.matmul(x).named("z");
 *   const p = z.sigmoid().named("ŷ");
 *   return y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log())).neg().named("L");
 * };
 * const derivation = derive(loss, tensor([0.5, -1]), tensor([1, 2]), tensor(1));
 * derivation.gradients.get("W"); // "(ŷ − y)x"
 * derivation.largestDifference < 1e-15; // true
 * const twice = derive(loss, tensor([0.5, -1]), tensor([1, 2]), tensor(1), { order: 2, detail: "result" });
 * twice.hessians.get("W"); // "ŷ(1 − ŷ)xxᵀ"
 * ```
 */
export function derive<Args extends unknown[]>(
  f: (...args: Args) => Tensor,
  ...inputs: TreesLike<Args> | [...TreesLike<Args>, DeriveOptions]
): Derivation {
  checkFunction("derive", f);
  const { args, places, order, detail, notation } = separate(inputs as unknown[], mostArguments(f));
  const flats = args.map((arg, i) => flatten("derive", `input ${i}`, arg));
  const [, gradients] = differentiate("derive", f, { argnums: places })(flats.map(({ leaves, rebuild }) => rebuild(leaves)));
  const tape = tapeOf(trace("derive", f, flats));
  if (tape.nodes.length > MOST_NODES)
    throw new GradtapeError(
      `derive: expected a tape of at most ${MOST_NODES.toLocaleString("en")} nodes, got ${tape.nodes.length.toLocaleString("en")}; derive a smaller part, or look at the tape with record`,
    );
  const offsets = flats.map((_, i) => flats.slice(0, i).reduce((count, { leaves }) => count + leaves.length, 0));
  const wanted = places.flatMap((place) => flats[place].leaves.map((_, j) => tape.inputs[offsets[place] + j]));
  const found = flatten("derive", "the gradient", gradients).leaves;
  const deriver = new Deriver(tape, namesOfArguments(f, flats), wanted, { notation, isComplete: detail === "all", order });
  const second =
    order === 2
      ? secondDerivatives(
          f,
          flats,
          wanted.map((x) => tape.inputs.indexOf(x)),
        )
      : [];
  return present(deriver, found, second, detail);
}

/** The numbers of all blocks of the Hessian: the derivative of each gradient with respect to each argument, not before its own. */
function secondDerivatives<Args extends unknown[]>(
  f: (...args: Args) => Tensor,
  flats: readonly Flat[],
  leaves: readonly number[],
): Tensor[][] {
  const all = flats.flatMap(({ leaves: own }) => own);
  const at = (...xs: Tensor[]): Tensor => f(...(rebuildAll(flats, xs) as Args));
  return leaves.map((a, i) =>
    leaves.slice(i).map((b) =>
      jacobian((x: Tensor) => {
        const moved = all.map((own, k) => (k === b ? x : own));
        return grad(at, { argnums: [a] })(...moved)[0] as Tensor;
      })(all[b]),
    ),
  );
}
