import type { AnyOp } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import type { Graph } from "../graph.js";

/** Writes one node of a tape as nodes of ONNX: from the names of its inputs to the name of its output. */
export type Form = (graph: Graph, inputs: readonly string[], node: Node) => string;

/** Ops with their forms. */
export type Forms = readonly (readonly [op: AnyOp, form: Form])[];
