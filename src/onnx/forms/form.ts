import type { AttributesOf, NameOf } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import type { Graph } from "../graph.js";

/** Writes one node of a tape as nodes of ONNX: from the names of its inputs to the name of its output. */
export type Form<Attributes = unknown> = (
  graph: Graph,
  inputs: readonly string[],
  node: Pick<Node, "inputs" | "output"> & { readonly attributes: Attributes },
) => string;

/** Why an op has no form: what ONNX lacks, as it stands in the error. */
export interface Refusal {
  readonly refused: string;
}

/** For each op of a family its form, or why it has none. */
export type Forms<Family> = { readonly [N in NameOf<Family>]: Form<AttributesOf<Family[N]>> | Refusal };
