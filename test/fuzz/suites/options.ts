// Settings, sizes, axes and shapes of any kind.
import fc from "fast-check";
import * as g from "gradtape";
import { refusing, type Suite } from "../suite.js";

const odd = fc.oneof(
  fc.constantFrom<unknown>(0, -0, 1, 2, 3, -1, -2, 0.5, 1e15, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, 5e-324),
  fc.constantFrom<unknown>(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    null,
    undefined,
    "1",
    "",
    true,
    [],
    {},
    () => 1,
    1n,
    Symbol("s"),
    "a\u202e\u001b[31m",
  ),
  fc.double(),
);
const list = fc.oneof(
  odd,
  fc.array(odd, { maxLength: 5 }),
  fc.array(fc.integer({ min: -3, max: 4 }), { maxLength: 4 }),
  fc.constantFrom(10, 1000).map((n) => new Array(n).fill(1)),
  fc.array(fc.array(odd, { maxLength: 3 }), { maxLength: 3 }),
);
const key = fc.constantFrom(
  "axis",
  "correction",
  "keepDims",
  "reduction",
  "weight",
  "posWeight",
  "labelSmoothing",
  "delta",
  "argnums",
  "hasAux",
  "mode",
  "method",
  "maxIterations",
  "gradientTolerance",
  "learningRate",
  "momentum",
  "nesterov",
  "bounds",
  "tolerance",
  "limits",
  "longest",
  "backend",
  "lower",
  "transpose",
  "__proto__",
  "constructor",
  "toString",
  "learningrate",
  "x".repeat(1000),
);
const options = fc.oneof(odd, fc.dictionary(key, list, { maxKeys: 3 }));

const x = g.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const square = (v: g.Tensor): g.Tensor => g.sum(g.square(v));

/** A list cut to a hundred: a check of gradients takes the square of how many numbers there are, as its comment says. */
const short = (p: never): never => (Array.isArray(p) ? (p as unknown[]).slice(0, 100) : p) as never;

export const suite: Suite<readonly [unknown, unknown, unknown]> = {
  runs: 60,
  input: fc.tuple(list, list, options),
  check: ([a, b, o]) => {
    const [p, q, s] = [a, b, o] as never[];
    const bodies: readonly (() => unknown)[] = [
      ...[() => g.zeros(p), () => g.ones(p), () => g.full(p, q), () => g.eye(p), () => g.linspace(p, q, p), () => g.oneHot(p, q)],
      ...[() => g.tensor(p, q), () => x.reshape(p), () => x.broadcastTo(p), () => x.sumTo(p), () => x.transpose(p), () => x.expandDims(p)],
      ...[
        () => x.squeeze(p),
        () => x.slice(p),
        () => x.take(p, q),
        () => x.split(p, q),
        () => x.pad(p, q),
        () => g.concat(p, q),
        () => g.stack(p, q),
      ],
      ...[
        () => x.sum(p, q),
        () => x.max(p, q),
        () => x.cumsum(p),
        () => x.argmax(p),
        () => x.softmax(p),
        () => g.variance(x, p, s),
        () => g.std(x, p, s),
      ],
      ...[
        () => g.sort(x, p),
        () => g.topK(x, p, q),
        () => g.quantile(x, p, q),
        () => g.segmentSum(x, p, q),
        () => g.einsum(p, x, q),
        () => g.norm(x, p, q),
      ],
      ...[() => g.solve(p, q), () => g.inv(p), () => g.eigh(p), () => g.diag(p), () => g.clamp(x, p, q), () => g.where(p, x, q)],
      ...[
        () => g.binaryCrossEntropy([0.5, 0.2], [1, 0], s),
        () => g.binaryCrossEntropyWithLogits([1, 2], [1, 0], s),
        () => g.crossEntropy(x, p, s),
      ],
      ...[() => g.huber([1, 2], [2, 1], s), () => g.meanSquaredError(p, q, s), () => g.poissonNll(p, q, s)],
      ...[
        () => g.grad(square, s)(x),
        () => g.jacobian(square)(p),
        () => g.checkGradients(square, short(p), s),
        () => g.compile(square, s)(x),
      ],
      ...[
        () => g.sgd(s),
        () => g.adam(s),
        () => g.minimize(square, x, { maxIterations: 3, ...(o as object) }),
        () => g.random(p).uniform(q),
      ],
      ...[() => g.random(p).choice(q, s), () => g.toDot(g.record(square, x), s), () => g.defineOp(s), () => g.derive(square, p)],
    ];
    for (const body of bodies) refusing(() => void body());
  },
};
