export { type OnnxOptions, toOnnx } from "./onnx/to-onnx.js";
