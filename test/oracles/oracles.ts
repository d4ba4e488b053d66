import * as gt from "gradtape";
import { checkGradients, grad, jvp, type Tensor, tensor, vjp } from "gradtape";
import { type Complex, complex, create, all as everything } from "mathjs";
import { functions } from "../references/functions.js";
import pointwise from "../references/pointwise.json" with { type: "json" };
import tensors from "../references/tensors.json" with { type: "json" };
import { randomTensor } from "../support/random.js";
import type { Case } from "./cases.js";

// Independent ways to know a derivative. Each returns the largest error that it found, relative where the numbers exceed 1.

const error = (found: number, expected: number): number =>
  Object.is(found, expected) || found === expected ? 0 : Math.abs(found - expected) / Math.max(1, Math.abs(expected));

const largest = (errors: Iterable<number>): number => {
  let result = 0;
  for (const e of errors) result = e > result || Number.isNaN(e) ? e : result;
  return result;
};

const inner = (a: Tensor, b: Tensor): number => a.data.reduce((sum, v, i) => sum + v * b.data[i], 0);

/** (1) Central differences: of the function for both modes, and of the gradient for both second-order modes. */
export const byDifferences = ({ f, inputs }: Case): number => checkGradients(f, [...inputs] as Tensor[]);

/** Duality, forward mode against reverse mode: ⟨v, J u⟩ = ⟨Jᵀ v, u⟩. Refuses derivatives of a wrong shape. */
export function byDuality({ op, title, f, inputs }: Case): number {
  const u = inputs.map((x, i) => randomTensor(100 + i, x.shape));
  const [output, tangent] = jvp<Tensor[], Tensor>(f, [...inputs], u);
  const v = randomTensor(200, output.shape);
  const cotangents = vjp<Tensor[], Tensor>(f, ...inputs)[1](v);
  const shapes = (list: readonly Tensor[]): string => JSON.stringify(list.map(({ shape }) => shape));
  if (shapes([tangent, ...cotangents]) !== shapes([output, ...inputs]))
    throw new Error(`${op} ${title}: a derivative has another shape than what it belongs to`);
  return error(
    inner(v, tangent),
    cotangents.reduce((sum, g, i) => sum + inner(g, u[i]), 0),
  );
}

const math = create(everything);
type Z = Complex;
const re = (value: number): Z => complex(value, 0);
const add = (a: Z, b: Z): Z => math.add(a, b) as Z;
const sub = (a: Z, b: Z): Z => math.subtract(a, b) as Z;
const mul = (a: Z, b: Z): Z => math.multiply(a, b) as Z;
const div = (a: Z, b: Z): Z => math.divide(a, b) as Z;
const exp = (z: Z): Z => math.exp(z) as Z;
const log = (z: Z): Z => math.log(z) as Z;
const logistic = (z: Z): Z => div(re(1), add(re(1), exp(math.unaryMinus(z) as Z)));

/** Elementwise functions over complex numbers, from their definitions and mathjs. */
const complexFunctions: Record<string, (x: Z, y: Z) => Z> = {
  neg: (x) => math.unaryMinus(x) as Z,
  exp,
  expm1: (x) => sub(exp(x), re(1)),
  log,
  log1p: (x) => log(add(re(1), x)),
  sqrt: (x) => math.sqrt(x) as Z,
  square: (x) => mul(x, x),
  reciprocal: (x) => div(re(1), x),
  sin: (x) => math.sin(x) as Z,
  cos: (x) => math.cos(x) as Z,
  tanh: (x) => math.tanh(x) as Z,
  sigmoid: logistic,
  softplus: (x) => log(add(re(1), exp(x))),
  logSigmoid: (x) => log(logistic(x)),
  silu: (x) => mul(x, logistic(x)),
  add,
  sub,
  mul,
  div,
  pow: (x, y) => exp(mul(y, log(x))),
  binaryCrossEntropy: (p, y) => math.unaryMinus(add(mul(y, log(p)), mul(sub(re(1), y), log(sub(re(1), p))))) as Z,
  binaryCrossEntropyWithLogits: (z, y) => sub(log(add(re(1), exp(z))), mul(y, z)),
  meanSquaredError: (p, y) => mul(sub(p, y), sub(p, y)),
  poissonNll: (r, k) => sub(exp(r), mul(k, r)),
};

/**
 * (2) The complex step: Im f(x + ih)/h is the derivative to the last digit, because nothing is subtracted (Squire and
 * Trapp 1998). For functions that are defined over complex numbers; `undefined` for the others.
 */
export function byComplexStep(op: string): number | undefined {
  const f = complexFunctions[op];
  if (f === undefined) return undefined;
  const api = (gt as unknown as Record<string, (...args: unknown[]) => Tensor>)[op];
  const h = 1e-20;
  const isLoss = /crossentropy|squared|poisson/i.test(op);
  const points = isLoss || /^(log|log1p|sqrt|pow|div|reciprocal)$/.test(op) ? [0.1, 0.35, 0.8] : [-2.5, -0.7, 0.1, 1.3];
  const second = [0.2, 0.9];
  return largest(
    points.flatMap((x) =>
      second.flatMap((y) => {
        const g = (a: Tensor, b: Tensor): Tensor => (f.length === 1 ? api(a) : isLoss ? api(a, b, { reduction: "sum" }) : api(a, b));
        const errors = [error(grad(g)(tensor(x), tensor(y)).item(), f(complex(x, h), re(y)).im / h)];
        if (f.length === 2) errors.push(error(grad(g, { argnums: 1 })(tensor(x), tensor(y)).item(), f(re(x), complex(y, h)).im / h));
        return errors;
      }),
    ),
  );
}

const flat = (nested: unknown): number[] =>
  Array.isArray(nested) ? nested.flatMap(flat) : [Number(String(nested).replace("inf", "Infinity"))];

/** (3) Values and gradients from elsewhere, by name of the op: arithmetic with 1,000 digits for elementwise functions, PyTorch for the rest. */
export function byReference(op: string): { source: string; error: number } | undefined {
  const errors: number[] = [];
  const sources = new Set<string>();
  const exact = (pointwise as Record<string, { points: number[]; value: unknown; first: unknown }>)[op];
  if (exact !== undefined) {
    sources.add("mpmath");
    const f = (gt as unknown as Record<string, (x: Tensor) => Tensor>)[op];
    const [value, first] = [flat(exact.value), flat(exact.first)];
    exact.points.forEach((x, i) => {
      errors.push(error(f(tensor(x)).item(), value[i]), error(grad(f)(x).item(), first[i]));
    });
  }
  for (const [name, { inputs, value, cotangent, gradients }] of Object.entries(tensors)) {
    if (name.split(" ")[0] !== op) continue;
    sources.add("PyTorch");
    const [output, pullback] = vjp<Tensor[], Tensor>(functions[name as keyof typeof tensors], ...inputs.map((x) => tensor(x as number[])));
    const found = [output, ...pullback(cotangent as number[])].flatMap((x) => [...x.data]);
    const expected = [...flat(value), ...flat(gradients)];
    if (found.length !== expected.length) throw new Error(`${name}: ${found.length} numbers, but the reference has ${expected.length}`);
    found.forEach((v, i) => {
      errors.push(error(v, expected[i]));
    });
  }
  return errors.length === 0 ? undefined : { source: [...sources].join(", "), error: largest(errors) };
}
