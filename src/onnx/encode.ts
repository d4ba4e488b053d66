import { create, toBinary } from "@bufbuild/protobuf";
import { AttributeProto_AttributeType, GraphProtoSchema, ModelProtoSchema, type NodeProto, NodeProtoSchema } from "onnx-buf";
import { GradtapeError } from "../base/errors.js";
import { ElementType, type Initializer, type OnnxAttributes, type OnnxGraph, type OnnxNode, type Port, type Precision } from "./graph.js";

/** A whole model, before it is bytes. */
export interface Model extends OnnxGraph {
  readonly name: string;
  readonly precision: Precision;
  readonly opset: number;
  readonly irVersion: number;
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
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(model.irVersion),
      producerName: "gradtape",
      opsetImport: [{ domain: "", version: BigInt(model.opset) }],
      graph: {
        name: model.name,
        ...encodeGraph(model),
        initializer: model.initializers.map(({ name, shape, data }) => ({
          name,
          dims: shape.map(BigInt),
          dataType: data instanceof BigInt64Array ? ElementType.int64 : ElementType[model.precision],
          rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
        })),
      },
    }),
  );
}

const encodeGraph = ({ inputs, outputs, nodes }: OnnxGraph) => ({
  input: inputs.map(encodePort),
  output: outputs.map(encodePort),
  node: nodes.map(encodeNode),
});

const encodeNode = ({ operator, inputs, outputs, attributes, body }: OnnxNode): NodeProto =>
  create(NodeProtoSchema, {
    name: outputs[0],
    opType: operator,
    input: [...inputs],
    output: [...outputs],
    attribute: [...encodeAttributes(attributes), ...(body === undefined ? [] : [encodeBody(body)])],
  });

/** Within a graph all names differ from those around it, so that of an output names the graph as well. */
const encodeBody = (body: OnnxGraph) => ({
  name: "body",
  type: AttributeProto_AttributeType.GRAPH,
  g: create(GraphProtoSchema, { name: body.outputs[0].name, ...encodeGraph(body) }),
});

const encodePort = ({ name, type, shape }: Port) => ({
  name,
  type: { value: { case: "tensorType" as const, value: { elemType: ElementType[type], shape: { dim: shape.map(dimension) } } } },
});

const dimension = (size: number) => ({ value: { case: "dimValue" as const, value: BigInt(size) } });

const encodeAttributes = (attributes: OnnxAttributes) =>
  Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "number") return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
    if (typeof value === "string")
      return { name, type: AttributeProto_AttributeType.STRING, s: Uint8Array.from(value, (c) => c.charCodeAt(0)) };
    return { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) };
  });
