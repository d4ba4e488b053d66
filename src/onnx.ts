/**
 * Recorded tapes as ONNX models.
 *
 * @module gradtape/onnx
 */
export type { Precision } from "./onnx/graph.js";
export { type OnnxOptions, toOnnx } from "./onnx/to-onnx.js";
