import { concat, cumsum, scan, type Tensor, take, tensor, where } from "gradtape";
import { numbers } from "../../../support/random.js";

/** A random scalar function of named arguments. */
export interface Program {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly f: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
  /** What each step does, for whom it fails. */
  readonly steps: readonly string[];
}

type Unary = readonly [name: string, make: (x: Tensor, pick: (n: number) => number) => ((x: Tensor) => Tensor) | undefined];
type Binary = readonly [name: string, make: (x: Tensor, y: Tensor) => ((x: Tensor, y: Tensor) => Tensor) | undefined];

const places: readonly Unary[] = [
  ["square", () => (x) => x.square()],
  ["sigmoid", () => (x) => x.sigmoid()],
  ["tanh", () => (x) => x.tanh()],
  ["exp", () => (x) => x.exp()],
  ["log", () => (x) => x.square().add(1).log()],
  ["root", () => (x) => x.square().add(2).sqrt()],
  ["reciprocal", () => (x) => x.square().add(1).reciprocal()],
  ["sine", () => (x) => x.sin()],
  ["softplus", () => (x) => x.softplus()],
  ["relu", () => (x) => x.relu()],
  ["abs", () => (x) => x.abs()],
  ["less from 1", () => (x) => x.rsub(1)],
  ["times", () => (x) => x.mul(0.3)],
  ["plus", () => (x) => x.add(2)],
];
const shapes: readonly Unary[] = [
  ["transpose", ({ rank }) => (rank === 2 ? (x) => x.transpose() : undefined)],
  ["sum along", ({ rank }, pick) => (rank > 0 ? along(pick(rank), (x, axis) => x.sum(axis)) : undefined)],
  ["mean along", ({ rank }, pick) => (rank > 0 ? along(pick(rank), (x, axis) => x.mean(axis)) : undefined)],
  ["mean kept", ({ rank }, pick) => (rank > 0 ? along(pick(rank), (x, axis) => x.sub(x.mean(axis, true))) : undefined)],
  ["max along", ({ rank }, pick) => (rank > 0 ? along(pick(rank), (x, axis) => x.max(axis)) : undefined)],
  ["softmax", ({ rank }, pick) => (rank > 0 ? along(pick(rank), (x, axis) => x.softmax(axis)) : undefined)],
  ["log-sum-exp", ({ rank }, pick) => (rank > 0 ? along(pick(rank), (x, axis) => x.logSumExp(axis)) : undefined)],
  ["cumulated", ({ rank }, pick) => (rank > 0 ? along(pick(rank), (x, axis) => cumsum(x, axis)) : undefined)],
  ["part", ({ rank, shape }, pick) => (rank > 0 && shape[0] > 1 ? partOf(shape[0], pick) : undefined)],
  ["column", ({ rank, shape }, pick) => (rank === 2 ? columnOf(shape[1], pick) : undefined)],
  ["taken", ({ rank, shape }, pick) => (rank > 0 ? takenOf(shape[0], pick) : undefined)],
  ["normed", ({ rank }) => (rank > 0 ? (x) => x.div(x.square().sum().add(1).sqrt()) : undefined)],
];
const along =
  (axis: number, f: (x: Tensor, axis: number) => Tensor) =>
  (x: Tensor): Tensor =>
    f(x, axis);
const partOf = (size: number, pick: (n: number) => number): ((x: Tensor) => Tensor) => {
  const from = pick(size - 1);
  const to = from + 1 + pick(size - from);
  return (x) => x.slice([[from, to]]);
};
const columnOf = (columns: number, pick: (n: number) => number): ((x: Tensor) => Tensor) => {
  const at = pick(columns);
  return (x) => x.slice([null, at]);
};
const takenOf = (size: number, pick: (n: number) => number): ((x: Tensor) => Tensor) => {
  const rows = tensor([pick(size), pick(size)]);
  return (x) => take(x, rows);
};

const isBroadcast = ({ shape: a }: Tensor, { shape: b }: Tensor): boolean =>
  a.length <= b.length && a.every((size, k) => size === b[k + b.length - a.length] || size === 1);
const binary: readonly Binary[] = [
  ["sum of", (x, y) => (isBroadcast(x, y) ? (x, y) => y.add(x) : undefined)],
  ["difference of", (x, y) => (isBroadcast(x, y) ? (x, y) => x.sub(y) : undefined)],
  ["product of", (x, y) => (isBroadcast(x, y) ? (x, y) => x.mul(y) : undefined)],
  ["quotient of", (x, y) => (isBroadcast(x, y) ? (x, y) => x.div(y.square().add(1)) : undefined)],
  ["greater of", (x, y) => (isBroadcast(x, y) ? (x, y) => x.maximum(y) : undefined)],
  ["choice of", (x, y) => (isBroadcast(x, y) ? (x, y) => where(y.greater(0), x, y) : undefined)],
  ["all pairs of", (x, y) => (x.rank === 1 && y.rank === 1 ? (x, y) => x.expandDims(1).sub(y.expandDims(0)) : undefined)],
  ["rows of", (x, y) => (x.rank === 1 && y.rank === 2 && x.shape[0] === y.shape[0] ? (x, y) => y.mul(x.expandDims(1)) : undefined)],
  [
    "matrix product of",
    (x, y) => (x.rank > 0 && y.rank > 0 && x.shape[x.rank - 1] === y.shape[Math.max(0, y.rank - 2)] ? (x, y) => x.matmul(y) : undefined),
  ],
  ["joined", (x, y) => (x.rank === 1 && y.rank === 1 ? (x, y) => concat([x, y]) : undefined)],
  ["power of", (x, y) => (isBroadcast(x, y) ? (x, y) => x.square().add(1).pow(y) : undefined)],
];
/** Loops over the rows of a value: what they hand on and what they collect, added up. */
const loops: readonly [string, (x: Tensor, a: Tensor) => Tensor][] = [
  [
    "filtered",
    (x, a) => {
      const [s, all] = scan((s: Tensor, v: Tensor) => [s.mul(a).add(v).tanh(), s.mul(v)], x.slice([0]).mul(0.1), x);
      return s.sum().add(all.square().sum());
    },
  ],
  [
    "with two states",
    (x, a) => {
      const step = ([p, q]: readonly [Tensor, Tensor], v: Tensor): [[Tensor, Tensor], undefined] => {
        const next = q.sub(p.sin().mul(0.3)).add(v.mul(a));
        return [[p.add(next.mul(0.2)).named("p"), next.named("q")], undefined];
      };
      const start: [Tensor, Tensor] = [x.slice([0]).mul(0.5), x.slice([0]).square()];
      const [[p, q]] = scan(step as never, start, x) as unknown as [[Tensor, Tensor]];
      return p.square().sum().add(q.sum());
    },
  ],
  ["a product of rows", (x, a) => scan((s: Tensor, v: Tensor) => [s.mul(v.mul(0.4).add(1)), undefined], a.add(x.slice([0])), x)[0].sum()],
  [
    "handed on and collected",
    (x, a) => {
      const [, hs] = scan(
        (h: Tensor, v: Tensor) => {
          const next = h.mul(0.5).add(v.mul(a)).sigmoid().named("h");
          return [next, next];
        },
        x.slice([0]).mul(0),
        x,
      );
      return hs.mul(x).mean();
    },
  ],
];
/** One program in so many has a loop. */
const LOOPS_IN = 9;

const ends: readonly [string, (x: Tensor) => Tensor][] = [
  ["sum", (x) => x.sum()],
  ["mean", (x) => x.mean()],
  ["mean of squares", (x) => x.square().mean()],
  ["squares", (x) => x.square().sum()],
];

const LABELS = ["h", "g", "u", "v", "Z", "ŷ", "out", "β"];
const LARGEST = 24;

/** A program of up to eight steps: what comes later reads what came before, and some values get names. */
export function randomProgram(seed: number): Program {
  const next = numbers(seed);
  const pick = (n: number): number => Math.min(n - 1, Math.floor(next(0, n)));
  const size = (): number => [1, 2, 2, 3, 3, 4][pick(6)];
  const [n, d] = [size(), size()];
  const random = (shape: readonly number[]): Tensor =>
    tensor(
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next(-1.5, 1.5)),
      shape,
    );
  const inputs: Record<string, Tensor> = { w: random([d]), X: random([n, d]), b: random([pick(2) === 0 ? n : d]), a: random([]) };
  if (pick(3) === 0) inputs["M"] = random([d, d]);
  const values: Tensor[] = Object.values(inputs);
  const moves: ((known: readonly Tensor[]) => Tensor)[] = [];
  const steps: string[] = [];
  const count = 3 + pick(6);
  const labels = [...LABELS];
  for (let tries = 0; moves.length < count && tries < 60; tries++) {
    const i = pick(3) === 0 ? values.length - 1 : pick(values.length);
    const j = pick(2) === 0 ? values.length - 1 : pick(values.length);
    const kind = next(0, 1);
    const [name, op] =
      kind < 0.45
        ? withName(binary[pick(binary.length)], (make) => make(values[i], values[j]))
        : withName(kind < 0.75 ? places[pick(places.length)] : shapes[pick(shapes.length)], (make) => make(values[i], pick));
    if (op === undefined) continue;
    const value = (op as (...xs: Tensor[]) => Tensor)(values[i], values[j]);
    if (value.size > LARGEST || value.rank > 2 || value.data.some((x) => !(Math.abs(x) < 30))) continue;
    const label = next(0, 1) < 0.45 ? labels.splice(pick(labels.length), 1)[0] : undefined;
    moves.push((known) => {
      const found = (op as (...xs: Tensor[]) => Tensor)(known[i], known[j]);
      return label === undefined ? found : found.named(label);
    });
    steps.push(`${label ?? values.length} = ${name} ${i}, ${j}`);
    values.push(value);
  }
  const [name, end] = ends[pick(ends.length)];
  steps.push(name);
  const looped = [...values].reverse().find(({ rank, shape }) => rank > 0 && shape[0] > 1);
  const [kind, loop] = loops[Math.floor(seed / LOOPS_IN) % loops.length];
  const hasLoop = seed % LOOPS_IN === 0 && looped !== undefined;
  const place = looped === undefined ? -1 : values.indexOf(looped);
  if (hasLoop) steps.push(`${kind} ${place}`);
  const names = Object.keys(inputs);
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(([key, x]) => [key, x.named(key)])),
    steps,
    f: (given) => {
      const known = names.map((key) => given[key]);
      for (const move of moves) known.push(move(known));
      const last = known[known.length - 1];
      const before = known[known.length - 2];
      const sum = end(last).add(before.rank === 0 ? before : before.sum().mul(0.5));
      return (hasLoop ? sum.add(loop(known[place], given["a"])) : sum).named("L");
    },
  };
}

const withName = <M, R>([name, make]: readonly [string, M], apply: (make: M) => R): readonly [string, R] => [name, apply(make)];
