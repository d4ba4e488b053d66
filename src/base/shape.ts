import { describe, ShapeError } from "./errors.js";

/** The sizes of a tensor's axes, outermost first. `[]` is the shape of a single number. */
export type Shape = readonly number[];

/** The shape of a single number. */
export const SCALAR: Shape = Object.freeze([]);

const formatSize = (size: unknown): string => (typeof size === "number" ? String(size) : describe(size));

/** `[3, 4]`, as error messages and tapes print a shape. Of what has more axes than a tensor can have, the first ones. */
export const formatShape = (shape: Shape): string =>
  `[${shape.slice(0, MOST_AXES).map(formatSize).join(", ")}${shape.length > MOST_AXES ? `, … ${shape.length - MOST_AXES} more` : ""}]`;

/** How many numbers a tensor of this shape holds: the product of its sizes, 1 for `[]`. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** No tensor holds more numbers: they would take 16 GiB. */
const MOST_NUMBERS = 2 ** 31;

/** How many numbers may still be asked for, and who says no; without limits outside of {@link withBudget}. */
let budget = Number.POSITIVE_INFINITY;
let refuseMore: ((asked: number) => never) | undefined;

/** Runs `body`, which may make tensors of so many numbers in all; `refuse` is called when it asks for more. */
export function withBudget<T>(numbers: number, refuse: (asked: number) => never, body: () => T): T {
  const before = budget;
  const refuseBefore = refuseMore;
  if (numbers < before) {
    budget = numbers;
    refuseMore = refuse;
  }
  const granted = budget;
  try {
    return body();
  } finally {
    budget = before === Number.POSITIVE_INFINITY ? before : before - (granted - budget);
    refuseMore = refuseBefore;
  }
}

/** Zeros for a tensor of this shape. One that no memory holds is refused before it is asked for; `name` is the calling function's. */
export function allocate(name: string, shape: Shape): Float64Array {
  const size = checkSize(name, shape);
  try {
    return new Float64Array(size);
  } catch {
    return refuseSize(name, shape); // no memory, or less than the engine allows
  }
}

/** Refuses a shape of which no memory holds a tensor, or for which the budget is not enough; returns its size. */
export function checkSize(name: string, shape: Shape): number {
  const size = sizeOf(shape);
  if (size > budget) refuseMore?.(size);
  if (refuseMore !== undefined) budget -= size;
  return size <= MOST_NUMBERS ? size : refuseSize(name, shape);
}

function refuseSize(name: string, shape: Shape): never {
  throw new ShapeError(`${name}: expected a tensor that fits into memory, got shape ${formatShape(shape)} (${sizeOf(shape)} numbers)`);
}

/** Whether two shapes are equal, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** What {@link checkList} calls a shape. */
export const SHAPE = "a shape such as [2, 3]";

/** Refuses arguments of which the first is not a list; numbers that came one by one are shown as the list to write. */
export function checkList(name: string, what: string, given: readonly unknown[]): void {
  const [list] = given;
  if (Array.isArray(list)) return;
  const write = typeof list === "number" && given.length > 1 ? `; write [${given.join(", ")}]` : "";
  throw new TypeError(`${name}: expected ${what}, got ${describe(list)}${write}`);
}

/** No tensor has more axes, as in NumPy. */
export const MOST_AXES = 64;

/** Refuses what is not a list of at most 64 whole numbers ≥ 0; returns a frozen copy. `given` is all that came in the place of the shape. */
export function checkShape(name: string, shape: readonly number[], given: readonly unknown[] = [shape]): Shape {
  checkList(name, SHAPE, given);
  if (shape.length > MOST_AXES) throw new ShapeError(`${name}: expected at most ${MOST_AXES} axes, got ${shape.length}`);
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new ShapeError(`${name}: a shape holds whole numbers ≥ 0, got ${formatShape(shape)}`);
  }
  return Object.freeze([...shape]);
}

/** Fills in the one −1 that `reshape` allows; refuses a shape of another size. */
export function resolveReshape(name: string, from: Shape, to: readonly number[]): Shape {
  const open = to.indexOf(-1);
  const size = sizeOf(from);
  let shape: Shape = to;
  if (open >= 0) {
    const rest = sizeOf(to.filter((_, i) => i !== open));
    if (to.indexOf(-1, open + 1) >= 0) throw new ShapeError(`${name}: at most one size may be -1, got ${formatShape(to)}`);
    if (rest === 0 || size % rest !== 0)
      throw new ShapeError(`${name}: no size fits for -1, got ${formatShape(from)} (${size} numbers) to ${formatShape(to)}`);
    shape = to.map((s) => (s === -1 ? size / rest : s));
  }
  const checked = checkShape(name, shape);
  if (sizeOf(checked) !== size)
    throw new ShapeError(
      `${name}: the number of elements must stay the same, got ${formatShape(from)} (${size}) to ${formatShape(to)} (${sizeOf(checked)})`,
    );
  return checked;
}

/** Refuses the shape of what is not square matrices over the last two axes. */
export function checkSquare(name: string, shape: Shape): Shape {
  if (shape.length < 2 || shape[shape.length - 1] !== shape[shape.length - 2])
    throw new ShapeError(`${name}: expected square matrices over the last two axes, got shape ${formatShape(shape)}`);
  return shape;
}
