import { SCALAR, type Shape } from "../base/shape.js";
import { Add } from "../ops/elementwise.js";
import { MatMul } from "../ops/linalg.js";
import { Reshape, Transpose } from "../ops/movement.js";
import { type AttributesOf, isElementwise } from "../ops/op.js";
import type { Tape } from "../tape/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Draft, type Rule, rewrite } from "./rewrite.js";

/**
 * Takes transposes along to the product that reads them, which needs none, and makes one of a product with the identity matrix. The
 * sweep in all directions at once that a Hessian is made of begins with that matrix:
 *
 *     (E·Xᵀ ⊙ s)·X   →   ((X + 0)ᵀ ⊙ s)·X   →   ((X + 0) ⊙ s)ᵀ·X
 *
 * What is left works along the rows of X, a few at a time. The sum with 0 makes 0 of −0, as the product does.
 */
export const turn = (tape: Tape): Tape => (tape.columns.kinds.some(({ op }) => op === MatMul) ? rewrite(tape, turning) : tape);

const SWAPPED = { axes: [1, 0] };

const turning = (draft: Draft): Rule => {
  const isReadOnce = readOnce(draft);
  /** What a matrix is the transpose of. */
  const sourceOf = (value: number): number | undefined => {
    const source = draft.operandOf(Transpose, value);
    if (source === undefined || draft.shapeOf(source).length !== 2) return undefined;
    const { axes } = draft.attributesOf(value) as AttributesOf<typeof Transpose>;
    return axes[0] === 1 ? source : undefined;
  };

  const product = (): undefined => {
    const { transposeA, transposeB, strong } = draft.attributes as AttributesOf<typeof MatMul>;
    const [a, b] = draft.operands;
    const areMatrices = draft.shapeOf(a).length === 2 && draft.shapeOf(b).length === 2;
    if (areMatrices && (strong === "a" || strong === "both") && isIdentity(draft.constantOf(a))) return factor(b, transposeB);
    if (areMatrices && (strong === "b" || strong === "both") && isIdentity(draft.constantOf(b))) return factor(a, transposeA);
    const [fromA, fromB] = [sourceOf(a), sourceOf(b)];
    if (fromA === undefined && fromB === undefined) return undefined;
    const attributes = { strong, transposeA: transposeA !== (fromA !== undefined), transposeB: transposeB !== (fromB !== undefined) };
    return draft.become(MatMul, attributes, fromA ?? a, fromB ?? b);
  };

  /** The other factor of a product with the identity, whose zeros win over ∞ and NaN. */
  const factor = (x: number, isTransposed: boolean): undefined => {
    const zero = draft.addConstant(Tensor.wrap(SCALAR, 0));
    if (!isTransposed) return draft.become(Add, undefined, x, zero);
    return draft.become(Transpose, SWAPPED, draft.insert(Add, undefined, draft.shapeOf(x), x, zero));
  };

  const reshaped = (x: number, shape: Shape): number => draft.insert(Reshape, { shape }, shape, x);

  /** An op number by number, before the transpose and not after it. */
  const elements = (): undefined => {
    const [rows, columns] = draft.shape;
    const values = [...draft.operands.subarray(0, draft.count)];
    const sources = values.map(sourceOf);
    const isTurned = (x: number, i: number): boolean =>
      sources[i] !== undefined && hasShape(draft.shapeOf(x), rows, columns) && isReadOnce(i);
    if (!values.some(isTurned)) return undefined;
    const turned = values.map((x, i) => {
      if (isTurned(x, i)) return sources[i];
      const shape = draft.shapeOf(x);
      if (shape.length === 0) return x;
      if (hasShape(shape, columns) || hasShape(shape, 1, columns)) return reshaped(x, [columns, 1]);
      return hasShape(shape, rows, 1) ? reshaped(x, [1, rows]) : undefined;
    });
    if (turned.some((x) => x === undefined)) return undefined;
    return draft.become(Transpose, SWAPPED, draft.insert(draft.op, draft.attributes, [columns, rows], ...(turned as number[])));
  };

  return () => {
    const { op, shape } = draft;
    if (op === MatMul) return product();
    return shape.length === 2 && isElementwise(op) && op.kernel !== null && op.custom !== true ? elements() : undefined;
  };
};

const hasShape = (shape: Shape, ...sizes: readonly number[]): boolean =>
  shape.length === sizes.length && sizes.every((size, i) => size === shape[i]);

/** Whether nobody else reads an operand of the node that is looked at. */
function readOnce(draft: Draft): (operand: number) => boolean {
  const { inputs, kindOf, begins, operands, outputs } = draft.old;
  const readers = new Int32Array(inputs.length + kindOf.length);
  for (const list of [operands, outputs]) for (const value of list) if (value >= 0) readers[value]++;
  return (operand) => {
    const value = operands[begins[draft.node] + operand];
    return value >= 0 && readers[value] === 1;
  };
}

function isIdentity(x: Tensor | undefined): boolean {
  if (x === undefined || x.hollow !== undefined || x.shape[0] !== x.shape[1]) return false;
  const [n] = x.shape;
  return x.data.every((v, i) => v === (i % (n + 1) === 0 ? 1 : 0));
}
