// jax-js: traced and compiled to WebAssembly by its `jit`, in float32 or float64.
import type { Tensor } from "gradtape";
import type { LogisticProblem, Perceptron, PerceptronProblem } from "../problems.js";
import { load, versionOf } from "./installed.js";
import { type Side, waitedFor } from "./side.js";

type Precision = Side["precision"];
/** Its exp is a polynomial with seven digits, in float64 too. */
const FLOAT64_AT_MOST = 1e-6;

export const jaxName = (precision: Precision): string => `jax-js, jit, ${precision}`;

/** As much of it as is used here. A function takes its arguments away; `ref` is one more share of an array. */
interface JaxArray {
  readonly ref: JaxArray;
  add(y: JaxArray): JaxArray;
  sub(y: JaxArray): JaxArray;
  mul(y: JaxArray | number): JaxArray;
  neg(): JaxArray;
  sum(axis?: number): JaxArray;
  mean(): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}
type Logistic = (w: JaxArray, b: JaxArray, x: JaxArray, y: JaxArray) => JaxArray;
type LogisticGradient = (...primals: Parameters<Logistic>) => [JaxArray, [JaxArray, JaxArray]];
type Network = (p: Perceptron<JaxArray>, x: JaxArray, y: JaxArray) => JaxArray;
type Step = (...primals: Parameters<Network>) => Perceptron<JaxArray>;
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): unknown;
  blockUntilReady(arrays: unknown): Promise<unknown>;
  jit<F>(f: F): F & { dispose(): void };
  valueAndGrad(f: Logistic, options: { argnums: number[] }): LogisticGradient;
  grad(f: Network): Step;
  readonly nn: Readonly<Record<"relu" | "softplus" | "logSoftmax", (x: JaxArray) => JaxArray>>;
  readonly numpy: {
    array(data: Float32Array | Float64Array, options: { dtype: unknown }): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    readonly float32: unknown;
    readonly float64: unknown;
  };
}

let loaded: Promise<Jax> | undefined;
async function ready(): Promise<Jax> {
  // Each array of doubles is asked whether it is one of half floats, which Node has from version 24 on.
  if (!("Float16Array" in globalThis)) Object.assign(globalThis, { Float16Array: class {} });
  const jax = await load<Jax>("@jax-js/jax");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return jax;
}

function arrayOf({ numpy }: Jax, x: Tensor, precision: Precision): JaxArray {
  const data = precision === "float32" ? Float32Array.from(x.data) : Float64Array.from(x.data);
  return numpy.array(data, { dtype: numpy[precision] }).reshape(x.shape);
}

/** A side of a function that gives arrays; `call` hands out shares of the inputs. */
function sideOf(jax: Jax, precision: Precision, call: () => JaxArray[], inputs: readonly JaxArray[], f: { dispose(): void }): Side {
  return {
    name: jaxName(precision),
    precision,
    ...(precision === "float64" ? { atMost: FLOAT64_AT_MOST } : {}),
    results: () => Promise.all(call().map((x) => x.data())),
    batch: waitedFor(async () => {
      const outputs = call();
      // What returns may only be promised.
      await jax.blockUntilReady(outputs);
      for (const output of outputs) output.dispose();
    }),
    close: () => {
      for (const input of inputs) input.dispose();
      f.dispose();
    },
  };
}

export async function logisticSide(problem: LogisticProblem, precision: Precision): Promise<Side[]> {
  if (versionOf("@jax-js/jax") === undefined) return [];
  loaded ??= ready();
  const jax = await loaded;
  const { nn, numpy } = jax;
  // The form of the loss that jax-js is fastest with, of three.
  const loss: Logistic = (w, b, x, y) => {
    const z = numpy.matmul(x, w).add(b);
    return nn.softplus(z.ref).sub(y.mul(z)).mean();
  };
  const f = jax.jit(jax.valueAndGrad(loss, { argnums: [0, 1] }));
  const [w, b, x, y] = [problem.w, problem.b, problem.x, problem.y].map((x) => arrayOf(jax, x, precision));
  const call = (): JaxArray[] => {
    const [value, [dw, db]] = f(w.ref, b.ref, x.ref, y.ref);
    return [value, dw, db];
  };
  const side = sideOf(jax, precision, call, [w, b, x, y], f);
  const results = async (): Promise<ArrayLike<number>[]> => {
    const [value, dw, db] = await side.results();
    return [value, [...Array.from(dw), db[0]]];
  };
  return [{ ...side, results }];
}

export async function perceptronSide(problem: PerceptronProblem, precision: Precision): Promise<Side[]> {
  if (versionOf("@jax-js/jax") === undefined) return [];
  loaded ??= ready();
  const jax = await loaded;
  const { nn, numpy } = jax;
  const gradient = jax.grad((p, x, y) => {
    const hidden = nn.relu(numpy.matmul(x, p.W1).add(p.b1));
    return nn.logSoftmax(numpy.matmul(hidden, p.W2).add(p.b2)).mul(y).sum(-1).mean().neg();
  });
  const share = ({ W1, b1, W2, b2 }: Perceptron<JaxArray>): Perceptron<JaxArray> => ({ W1: W1.ref, b1: b1.ref, W2: W2.ref, b2: b2.ref });
  const step: Step = (p, x, y) => {
    const g = gradient(share(p), x, y);
    const less = (w: JaxArray, dw: JaxArray): JaxArray => w.sub(dw.mul(problem.rate));
    return { W1: less(p.W1, g.W1), b1: less(p.b1, g.b1), W2: less(p.W2, g.W2), b2: less(p.b2, g.b2) };
  };
  const f = jax.jit(step);
  const { W1, b1, W2, b2 } = problem.parameters;
  const inputs = [W1, b1, W2, b2, problem.x, problem.y].map((x) => arrayOf(jax, x, precision));
  const p = { W1: inputs[0], b1: inputs[1], W2: inputs[2], b2: inputs[3] };
  const call = (): JaxArray[] => {
    const next = f(share(p), inputs[4].ref, inputs[5].ref);
    return [next.W1, next.b1, next.W2, next.b2];
  };
  return [sideOf(jax, precision, call, inputs, f)];
}
