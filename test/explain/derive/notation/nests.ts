import { type Tensor, tensor } from "gradtape";
import { numbers } from "../../../support/random.js";
import type { Program } from "./programs.js";

type Scalar = (x: Tensor, y: Tensor) => Tensor;
type Next = (low: number, high: number) => number;

const UNARY: readonly ((a: Tensor) => Tensor)[] = [
  (a) => a.neg(),
  (a) => a.exp(),
  (a) => a.square().add(1).log(),
  (a) => a.square().add(0.5).sqrt(),
  (a) => a.square(),
  (a) => a.pow(3),
  (a) => a.square().add(1).pow(-1),
  (a) => a.sigmoid(),
  (a) => a.neg().sigmoid(),
  (a) => a.tanh(),
  (a) => a.softplus(),
  (a) => a.sin(),
  (a) => a.cos(),
  (a) => a.neg().exp().add(1).reciprocal(),
  (a) => a.rsub(1),
  (a) => a.mul(2).exp(),
  (a) => a.mul(0.3).add(1.5),
];
const BINARY: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.mul(b),
  (a, b) => a.div(b.square().add(1)),
];

function nest(next: Next, depth: number, names: string[]): Scalar {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next(0, list.length))];
  if (depth === 0) return pick<Scalar>([(x) => x, (_, y) => y]);
  const [a, b] = [nest(next, depth - 1, names), nest(next, depth - 1, names)];
  const [one, two] = [pick(UNARY), pick(BINARY)];
  const f: Scalar = next(0, 1) < 0.5 ? (x, y) => one(a(x, y)) : (x, y) => two(a(x, y), b(x, y));
  const label = next(0, 1) < 0.3 ? names.pop() : undefined;
  return label === undefined ? f : (x, y) => f(x, y).named(label);
}

/** A random function of two numbers, functions within functions, in which some values have names. */
export function randomNest(seed: number): Program {
  const next = numbers(seed);
  const f = nest(next, 1 + Math.floor(next(0, 3)), ["a", "b", "c", "d"]);
  const inputs = { x: tensor(next(-1, 1)).named("x"), y: tensor(next(-1, 1)).named("y") };
  return { inputs, steps: ["a nest of functions"], f: ({ x, y }) => f(x, y).named("L") };
}
