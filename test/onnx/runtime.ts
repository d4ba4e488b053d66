import { fromBinary } from "@bufbuild/protobuf";
import { type Tape, type Tensor, tensor } from "gradtape";
import { type OnnxOptions, toOnnx } from "gradtape/onnx";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1;

/** A model as onnxruntime runs it, from tensors in the order of its inputs to tensors in the order of its outputs. */
export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(...inputs: readonly Tensor[]): Promise<Tensor[]>;
}

export async function load(bytes: Uint8Array): Promise<Session> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: 3 });
  const { inputNames, outputNames, inputMetadata } = session;
  const types = inputMetadata.map((input) => (input.isTensor ? input.type : undefined));
  return {
    inputs: inputNames,
    outputs: outputNames,
    run: async (...inputs) => {
      const feeds = inputs.map(({ data, shape }, i) => {
        const values = types[i] === "float32" ? Float32Array.from(data) : Float64Array.from(data);
        return [inputNames[i], new ort.Tensor(values, shape)] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      return outputNames.map((name) => tensor(Float64Array.from(results[name].data as Float64Array), results[name].dims));
    },
  };
}

/** Exports a tape and runs it on its own inputs. */
export const replay = async (tape: Tape, options?: OnnxOptions): Promise<Tensor[]> =>
  (await load(toOnnx(tape, options))).run(...tape.inputs);

export const decode = (bytes: Uint8Array): ModelProto => fromBinary(ModelProtoSchema, bytes);

/** The names of the operators in a model, each once, in alphabetical order. */
export const operatorsOf = (bytes: Uint8Array): string[] =>
  [...new Set(decode(bytes).graph?.node.map(({ opType }) => opType))].filter((name) => name !== "Identity").sort();

/** The largest difference of several tensors, relative where the numbers exceed 1; ∞ where shapes differ. */
export function difference(found: readonly Tensor[], expected: readonly Tensor[]): number {
  let largest = found.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  expected.forEach(({ data, shape }, i) => {
    if (String(found[i]?.shape) !== String(shape)) largest = Number.POSITIVE_INFINITY;
    data.forEach((v, j) => {
      const w = found[i]?.data[j];
      const isSame = Object.is(v, w) || v === w;
      const error = isSame ? 0 : Math.abs(v - w) / Math.max(1, Math.abs(v));
      if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    });
  });
  return largest;
}
