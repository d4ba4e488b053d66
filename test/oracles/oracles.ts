import { checkGradients, grad, jvp, type Tensor, tensor, vjp } from "gradtape";
import pointwise from "../references/pointwise.json" with { type: "json" };
import tensors from "../references/tensors.json" with { type: "json" };
import { randomTensor } from "../support/random.js";
import { type Case, records } from "./cases.js";
import { number } from "./complex.js";
import { functionOf, functions } from "./families.js";

// Independent ways to know a derivative. Each returns the largest error that it found, relative where the numbers exceed 1.

const error = (found: number, expected: number): number =>
  Object.is(found, expected) || found === expected ? 0 : Math.abs(found - expected) / Math.max(1, Math.abs(expected));

const largest = (errors: Iterable<number>): number => {
  let result = 0;
  for (const e of errors) result = e > result || Number.isNaN(e) ? e : result;
  return result;
};

const inner = (a: Tensor, b: Tensor): number => a.data.reduce((sum, v, i) => sum + v * b.data[i], 0);

const shapesOf = (list: readonly Tensor[]): string => JSON.stringify(list.map(({ shape }) => shape));

/** (1) Central differences: of the function for both modes, and of the gradient for both second-order modes. */
export const byDifferences = ({ f, inputs }: Case): number => checkGradients(f, [...inputs] as Tensor[]);

/** Duality, forward mode against reverse mode: ⟨v, J u⟩ = ⟨Jᵀ v, u⟩. Refuses derivatives of a wrong shape. */
export function byDuality({ op, title, f, inputs }: Case): number {
  const u = inputs.map((x, i) => randomTensor(100 + i, x.shape));
  const [output, tangent] = jvp<Tensor[], Tensor>(f, [...inputs], u);
  const v = randomTensor(200, output.shape);
  const cotangents = vjp<Tensor[], Tensor>(f, ...inputs)[1](v);
  if (shapesOf([tangent, ...cotangents]) !== shapesOf([output, ...inputs]))
    throw new Error(`${op} ${title}: a derivative has another shape than what it belongs to`);
  return error(
    inner(v, tangent),
    cotangents.reduce((sum, g, i) => sum + inner(g, u[i]), 0),
  );
}

/**
 * (2) The complex step: Im f(x + ih)/h is the derivative to the last digit, because nothing is subtracted (Squire and
 * Trapp 1998). For functions whose record has a form over complex numbers; `undefined` for the others.
 */
export function byComplexStep(op: string): number | undefined {
  const record = records.get(op);
  if (record === undefined || record.complex === null) return undefined;
  const { complex: f, intervals, uses } = record;
  const h = 1e-20;
  const api = op in functions ? functionOf(op) : uses[0].f; // an op without a function is called as in its first use
  const points = intervals.map(([low, high]) => [0.07, 0.36, 0.61, 0.94].map((part) => low + part * (high - low)));
  return largest(
    intervals.flatMap((_, argnums) =>
      points[0].flatMap((x) =>
        (points[1] ?? [0]).map((y) => {
          const [re, im] = [number, (value: number) => number(value, h)];
          const expected = f(argnums === 0 ? im(x) : re(x), argnums === 1 ? im(y) : re(y)).im / h;
          const inputs = [x, y].slice(0, intervals.length).map((value) => tensor(value));
          return error(grad((...t: Tensor[]) => api(...t), { argnums })(...(inputs as [Tensor])).item(), expected);
        }),
      ),
    ),
  );
}

const flat = (nested: unknown): number[] =>
  Array.isArray(nested) ? nested.flatMap(flat) : [Number(String(nested).replace("inf", "Infinity"))];

/** A function of one number, by its name in `test/references/pointwise.json`. */
export function pointwiseFunction(name: string): (x: Tensor) => Tensor {
  for (const { pointwise: own } of records.values()) if (own?.[name] !== undefined) return own[name];
  return functionOf(name);
}

/** A function of tensors, by its name in `test/references/tensors.json`; nothing if no record has it. */
function tensorFunction(name: string): ((...x: Tensor[]) => Tensor) | undefined {
  for (const { tensors: own } of records.values()) if (own?.[name] !== undefined) return own[name];
  return undefined;
}

/** Values and gradients from elsewhere. */
export interface Reference {
  /** The name of the function, and what is special about this use. */
  readonly name: string;
  readonly op: string;
  readonly source: "mpmath" | "PyTorch";
  readonly error: () => number;
}

const opOf = (name: string): string => /^\w+/.exec(name)?.[0] ?? "";

/** (3) Values and gradients from elsewhere: arithmetic with 1,000 digits for functions of one number, PyTorch for those of tensors. */
export const references: readonly Reference[] = [
  ...Object.entries(pointwise).map(
    ([name, { points, value, first }]): Reference => ({
      name,
      op: opOf(name),
      source: "mpmath",
      error: () => {
        const f = pointwiseFunction(name);
        const [values, slopes] = [flat(value), flat(first)];
        return largest(points.flatMap((x, i) => [error(f(tensor(x)).item(), values[i]), error(grad(f)(x).item(), slopes[i])]));
      },
    }),
  ),
  ...Object.entries(tensors).map(
    ([name, { inputs, value, cotangent, gradients }]): Reference => ({
      name,
      op: opOf(name),
      source: "PyTorch",
      error: () => {
        const f = tensorFunction(name);
        if (f === undefined) throw new Error(`${name}: no record in test/oracles/records/ says what it means`);
        const [output, pullback] = vjp<Tensor[], Tensor>(f, ...inputs.map((x) => tensor(x as number[])));
        const found = [output, ...pullback(cotangent as number[])];
        const expected = [value, ...gradients].map((x) => tensor(x as number[]));
        if (shapesOf(found) !== shapesOf(expected))
          throw new Error(`${name}: shapes ${shapesOf(found)}, in the reference ${shapesOf(expected)}`);
        return largest(found.flatMap((x, j) => [...x.data].map((v, i) => error(v, expected[j].data[i]))));
      },
    }),
  ),
];
