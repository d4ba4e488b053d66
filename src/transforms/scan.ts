import { checkFunction, describe, ShapeError } from "../base/errors.js";
import { allocate, formatShape, sameShape } from "../base/shape.js";
import { runSeveral } from "../ops/body.js";
import { Scan } from "../ops/control.js";
import { Hollow } from "../tape/hollow.js";
import { Tensor, type TensorLike } from "../tensor/tensor.js";
import { type Flat, flatten, nameOfPath } from "../tensor/tree.js";
import { recordBody } from "./body.js";
import { synchronous } from "./trace.js";

/** What is collected over the steps: tensors in the places of tensors and numbers. */
export type Collected<Y> = Y extends TensorLike
  ? Tensor
  : Y extends readonly unknown[]
    ? { -readonly [K in keyof Y]: Collected<Y[K]> }
    : Y extends object
      ? { -readonly [K in keyof Y]: Collected<Y[K]> }
      : Y;

/** A tree, of which the types know how long its arrays are: `[x, v]` is a pair. */
export type AnyTree = object | [];

/** A tree as the step gets it: a number or an array of numbers is a tensor there. */
export type InStep<T> = T extends TensorLike ? Tensor : T;

const SCAN = /* @__PURE__ */ new Hollow("scan", "the carry or on x", "loop");

/**
 * A loop as one node of the tape: `step(carry, x)` returns `[carry, y]`, from the first step to the last, and scan returns the last carry
 * and all y. For simulations, recurrent networks, filters: what hands something on from step to step.
 *
 * `step` is recorded once a call and then repeated, so it is the same in each step: what may differ comes with x, and conditions are
 * {@link where}. Reading a value in it that depends on the carry or on x (`item()`, `data`) is a `GradtapeError`. Tensors that it takes
 * from outside are differentiated like its arguments, in every transform and to every order, and inside `compile`. A gradient keeps the
 * carry of each step, and computes the rest of the step again from there.
 *
 * @param step - From the carry and one x to the next carry, of the same structure and shapes (else a `ShapeError`), and what is
 * collected, y; `undefined` for nothing.
 * @param carry - What the first step gets: a tensor, or a tree of tensors.
 * @param xs - A tensor or a tree of tensors that have the steps along axis 0, sizes that differ are a `ShapeError`; or the count of steps,
 * and x is the number of the step.
 * @returns `[carry, ys]`: the last carry, and the y of all steps along a new axis 0.
 *
 * @example
 * ```ts
 * const [total, sums] = scan((c, x) => [c.add(x), c.add(x)], tensor(0), tensor([1, 2, 3]));
 * total.item(); // 6
 * sums.toArray(); // [1, 3, 6]
 * const power = (a: Tensor) => scan((c) => [c.mul(a), undefined], tensor(1), 10)[0];
 * grad(power)(2).item(); // 5120
 * ```
 */
export function scan<X extends AnyTree | number, Y>(
  step: (carry: Tensor, x: InStep<X>) => readonly [carry: TensorLike, y: Y],
  carry: TensorLike,
  xs: X,
): [carry: Tensor, ys: Collected<Y>];
export function scan<Carry extends AnyTree, X extends AnyTree | number, Y>(
  step: (carry: Carry, x: InStep<X>) => readonly [carry: Carry, y: Y],
  carry: Carry,
  xs: X,
): [carry: Carry, ys: Collected<Y>];
export function scan(
  step: (carry: never, x: never) => readonly [carry: unknown, y: unknown],
  carry: unknown,
  xs: unknown,
): [carry: unknown, ys: unknown] {
  checkFunction("scan", step);
  const start = flatten("scan", "the carry", carry);
  const { rows, steps } = stepsOf(xs);
  let hasY = true;
  const at = [...named(start.leaves, start.paths, "carry"), ...named(rows.leaves.map(oneOf), rows.paths, "x")];
  const { body, lifted, output } = recordBody(SCAN, at, (leaves) => {
    const c = start.rebuild(leaves.slice(0, start.leaves.length)) as never;
    const x = rows.rebuild(leaves.slice(start.leaves.length)) as never;
    const result: unknown = synchronous("scan", step(c, x));
    if (!Array.isArray(result) || result.length !== 2)
      throw new TypeError(`scan: the step must return [carry, y], got ${describe(result)}`);
    const next = flatten("scan", "the carry that the step returned", result[0]);
    checkCarry(start, next);
    hasY = result[1] !== undefined && result[1] !== null;
    return { carry: next.leaves, y: hasY ? result[1] : {} };
  });
  const carries = start.leaves.length;
  const loop = { carries, xs: rows.leaves.length, steps, reverse: false, kept: body.kept(carries) };
  const results = runSeveral(Scan, [...start.leaves, ...rows.leaves, ...lifted], { ...loop, body }, body.tape.outputs.length);
  const { y } = output.rebuild(results) as { y: unknown };
  return [start.rebuild(results), hasY ? y : undefined];
}

/** What runs along the steps, and how many there are. A count of steps gives the number of each step. */
function stepsOf(xs: unknown): { readonly rows: Flat; readonly steps: number } {
  if (typeof xs === "number") {
    if (!Number.isSafeInteger(xs) || xs < 0) throw new ShapeError(`scan: expected a whole number of steps ≥ 0, got ${xs}`);
    const numbers = allocate("scan", [xs]);
    for (let i = 0; i < xs; i++) numbers[i] = i;
    return { rows: flatten("scan", "xs", Tensor.wrap(Object.freeze([xs]), numbers)), steps: xs };
  }
  const rows = flatten("scan", "xs", xs);
  if (rows.leaves.length === 0)
    throw new TypeError(`scan: expected xs with at least one tensor, or a number of steps, got ${describe(xs)}`);
  const name = (i: number): string => nameOfPath(rows.paths[i]) || "xs";
  const sizes = rows.leaves.map(({ shape }, i) => {
    if (shape.length === 0)
      throw new ShapeError(
        `scan: expected the steps along axis 0 of each tensor in xs, got shape [] at ${name(i)}; a count of steps is a number`,
      );
    return shape[0];
  });
  if (sizes.some((size) => size !== sizes[0]))
    throw new ShapeError(
      `scan: expected as many steps along axis 0 of each tensor in xs, got ${sizes.map((size, i) => `${size} at ${name(i)}`).join(", ")}`,
    );
  return { rows, steps: sizes[0] };
}

/** What runs along the steps, as it is in one of them. */
const oneOf = (x: Tensor): Tensor => x.withValues(x.shape.slice(1), SCAN);

/** In the step a tensor without a label is called by its path in the tree of this name. */
const named = (leaves: readonly Tensor[], paths: readonly string[], name: string): Tensor[] =>
  leaves.map((x, i) => x.withShape(x.shape).named(x.label ?? (paths[i].startsWith(".") ? nameOfPath(paths[i]) : `${name}${paths[i]}`)));

/** Refuses a carry that is not like the first one. */
function checkCarry(first: Flat, next: Flat): void {
  const list = ({ leaves, paths }: Flat): string =>
    leaves.map(({ shape }, i) => `${formatShape(shape)}${paths[i] === "" ? "" : ` at ${nameOfPath(paths[i])}`}`).join(", ") || "no tensors";
  const isSame =
    first.paths.length === next.paths.length &&
    first.paths.every((path, i) => path === next.paths[i] && sameShape(first.leaves[i].shape, next.leaves[i].shape));
  if (!isSame) throw new ShapeError(`scan: the step must return a carry like the one that it gets, ${list(first)}, got ${list(next)}`);
}
