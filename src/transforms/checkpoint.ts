import { checkFunction } from "../base/errors.js";
import { runSeveral } from "../ops/body.js";
import { Checkpoint } from "../ops/control.js";
import { Hollow } from "../tape/hollow.js";
import { flatten, rebuildAll } from "../tensor/tree.js";
import { recordBody } from "./body.js";

const CHECKPOINT = /* @__PURE__ */ new Hollow("checkpoint", "an argument", "node");

/**
 * f as one node of the tape that keeps its arguments only: when its gradient is taken, f runs again. It costs one more run of f, and saves
 * the memory of everything between its arguments and its result. The results are the same, in every transform and to every order.
 *
 * f is recorded once a call; reading a value in it that depends on its arguments (`item()`, `data`) is a `GradtapeError`. Tensors that it takes
 * from outside are differentiated like its arguments.
 *
 * @typeParam F - The type of f, which the result keeps.
 * @param f - A synchronous function of tensors, or trees of tensors, that returns a tensor or a tree.
 *
 * @example
 * ```ts
 * const layer = checkpoint((x: Tensor, w: Tensor) => x.mul(w).tanh().mul(w).tanh());
 * const loss = (w: Tensor) => layer(layer(tensor(1), w), w);
 * record(loss, tensor(2)).nodes.map((node) => node.op.name); // ["Checkpoint", "Result", "Checkpoint", "Result"]
 * grad(loss)(2).item().toFixed(6); // "0.095285"
 * ```
 */
export function checkpoint<F extends (...args: never[]) => unknown>(f: F): F {
  checkFunction("checkpoint", f);
  const call = (...args: unknown[]): unknown => {
    const flats = args.map((arg, i) => flatten("checkpoint", `argument ${i}`, arg));
    const leaves = flats.flatMap((flat) => flat.leaves);
    const { body, lifted, output } = recordBody(CHECKPOINT, leaves, (inputs) => f(...(rebuildAll(flats, inputs) as never[])));
    const inputs = [...leaves, ...lifted];
    return output.rebuild(inputs.length === 0 ? output.leaves : runSeveral(Checkpoint, inputs, { body }));
  };
  return Object.defineProperty(call, "name", { value: f.name === "" ? "checkpointed" : `checkpointed ${f.name}` }) as unknown as F;
}
