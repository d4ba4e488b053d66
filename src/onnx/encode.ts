import { create, toBinary } from "@bufbuild/protobuf";
import { AttributeProto_AttributeType, ModelProtoSchema } from "onnx-buf";
import { GradtapeError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import { ElementType, type Initializer, type OnnxAttributes, type OnnxNode, type Precision } from "./graph.js";

/** The name and shape of an input or output. */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
}

/** A whole model, before it is bytes. */
export interface Model {
  readonly name: string;
  readonly precision: Precision;
  readonly opset: number;
  readonly irVersion: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
}

/** A message of protocol buffers cannot be longer. */
const LONGEST = 2 ** 31 - 1;

/** A model as the bytes of a `.onnx` file. */
export function encode(model: Model): Uint8Array {
  const size = model.initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > LONGEST)
    throw new GradtapeError(
      `toOnnx: expected constants of at most 2 GiB, the limit of the format, got ${size} bytes; make the largest ones arguments of the function`,
    );
  const elemType = ElementType[model.precision];
  const port = ({ name, shape }: Port) => ({
    name,
    type: { value: { case: "tensorType" as const, value: { elemType, shape: { dim: shape.map(dimension) } } } },
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(model.irVersion),
      producerName: "gradtape",
      opsetImport: [{ domain: "", version: BigInt(model.opset) }],
      graph: {
        name: model.name,
        input: model.inputs.map(port),
        output: model.outputs.map(port),
        node: model.nodes.map(({ operator, inputs, output, attributes }) => ({
          name: output,
          opType: operator,
          input: [...inputs],
          output: [output],
          attribute: encodeAttributes(attributes),
        })),
        initializer: model.initializers.map(({ name, shape, data }) => ({
          name,
          dims: shape.map(BigInt),
          dataType: data instanceof BigInt64Array ? ElementType.int64 : elemType,
          rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
        })),
      },
    }),
  );
}

const dimension = (size: number) => ({ value: { case: "dimValue" as const, value: BigInt(size) } });

const encodeAttributes = (attributes: OnnxAttributes) =>
  Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "number") return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
    if (typeof value === "string")
      return { name, type: AttributeProto_AttributeType.STRING, s: Uint8Array.from(value, (c) => c.charCodeAt(0)) };
    return { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) };
  });
