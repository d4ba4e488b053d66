// TensorFlow.js on its WebAssembly backend, float32, one thread, with SIMD where the processor has it.
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import type { Tensor } from "gradtape";
import type { LogisticProblem, PerceptronProblem } from "../problems.js";
import { benchmarks, versionOf } from "./installed.js";
import { inTurn, type Side } from "./side.js";

export const TFJS = "TensorFlow.js, wasm, float32";

/** As much of it as is used here. */
interface TfTensor {
  dataSync(): ArrayLike<number>;
  dispose(): void;
}
type Function = (...x: TfTensor[]) => TfTensor;
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  sub(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor | number): TfTensor;
  mean(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  softplus(x: TfTensor): TfTensor;
  tidy<T>(f: () => T): T;
  grads(f: Function): (x: TfTensor[]) => TfTensor[];
  valueAndGrads(f: Function): (x: TfTensor[]) => { value: TfTensor; grads: TfTensor[] };
  readonly losses: { softmaxCrossEntropy(y: TfTensor, logits: TfTensor): TfTensor };
}
interface Backend {
  setThreadsCount(threads: number): void;
  setWasmPaths(prefix: string): void;
}

let loaded: Promise<TensorFlow> | undefined;
/** Its rules for gradients are modules that only a bundler can load, so it is bundled, as for a browser. */
async function ready(directory: string): Promise<TensorFlow> {
  const outfile = join(directory, "tfjs.cjs");
  const contents = `import "@tensorflow/tfjs-core/dist/register_all_gradients";
    export * as tensorFlow from "@tensorflow/tfjs-core";
    export * as backend from "@tensorflow/tfjs-backend-wasm";`;
  await build({
    stdin: { contents, resolveDir: benchmarks },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    mainFields: ["module", "main"],
    logLevel: "error",
  });
  const { tensorFlow, backend } = createRequire(import.meta.url)(outfile) as { tensorFlow: TensorFlow; backend: Backend };
  backend.setWasmPaths(`${benchmarks}node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  backend.setThreadsCount(1);
  if (!(await tensorFlow.setBackend("wasm"))) throw new Error("bench: the WebAssembly backend of TensorFlow.js does not start");
  return tensorFlow;
}

async function tensorFlowIn(directory: string): Promise<TensorFlow | undefined> {
  if ((["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"] as const).some((peer) => versionOf(peer) === undefined)) return;
  loaded ??= ready(directory);
  return loaded;
}

/** The backend computes while it is called, so what returns is done. */
function sideOf(call: () => TfTensor[], inputs: readonly TfTensor[]): Side {
  const disposed = <T>(f: (x: TfTensor) => T): T[] =>
    call().map((output) => {
      const result = f(output);
      output.dispose();
      return result;
    });
  return {
    name: TFJS,
    precision: "float32",
    results: () => disposed((x) => x.dataSync()),
    batch: inTurn(() => disposed(() => {})),
    close: () => {
      for (const input of inputs) input.dispose();
    },
  };
}

export async function logisticSide(problem: LogisticProblem, directory: string): Promise<Side[]> {
  const tf = await tensorFlowIn(directory);
  if (tf === undefined) return [];
  const [rows, columns] = problem.x.shape;
  const inputs = [problem.w, problem.b, problem.x, problem.y].map((x) => tensorOf(tf, x));
  const [w, b, x, y] = inputs;
  // The form of the loss that TensorFlow.js is fastest with, of six.
  const gradient = tf.valueAndGrads((w, b) => {
    const z = tf.add(tf.reshape(tf.matMul(x, tf.reshape(w, [columns, 1])), [rows]), b);
    return tf.mean(tf.sub(tf.softplus(z), tf.mul(y, z)));
  });
  const side = sideOf(() => {
    const { value, grads } = gradient([w, b]);
    return [value, ...grads];
  }, inputs);
  const results = async (): Promise<ArrayLike<number>[]> => {
    const [value, dw, db] = await side.results();
    return [value, [...Array.from(dw), db[0]]];
  };
  return [{ ...side, results }];
}

export async function perceptronSide({ parameters, x: images, y: labels, rate }: PerceptronProblem, directory: string): Promise<Side[]> {
  const tf = await tensorFlowIn(directory);
  if (tf === undefined) return [];
  const p = [parameters.W1, parameters.b1, parameters.W2, parameters.b2].map((x) => tensorOf(tf, x));
  const [x, y] = [images, labels].map((x) => tensorOf(tf, x));
  const gradient = tf.grads((W1, b1, W2, b2) => {
    const hidden = tf.relu(tf.add(tf.matMul(x, W1), b1));
    return tf.losses.softmaxCrossEntropy(y, tf.add(tf.matMul(hidden, W2), b2));
  });
  const step = (): TfTensor[] => {
    const g = gradient(p);
    return p.map((w, i) => tf.sub(w, tf.mul(g[i], rate)));
  };
  return [sideOf(() => tf.tidy(step), [...p, x, y])];
}

const tensorOf = (tf: TensorFlow, x: Tensor): TfTensor => tf.tensor(Float32Array.from(x.data), x.shape);
