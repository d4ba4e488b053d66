import type { AttributesOf, NameOf } from "../../ops/op.js";
import type { Node, Tape } from "../../tape/tape.js";
import type { Graph } from "../graph.js";

/** Writes a tape of an op that holds one: from the names of its inputs to those of its outputs. */
export type Write = (graph: Graph, tape: Tape, inputs: readonly string[]) => readonly string[];

/** Writes one node of a tape as nodes of ONNX: from the names of its inputs to the name of its output. */
export type Form<Attributes = unknown> = (
  graph: Graph,
  inputs: readonly string[],
  node: Pick<Node, "inputs" | "output"> & { readonly attributes: Attributes },
) => string;

/** The same for an op that holds a tape. */
export type BodyForm<Attributes = unknown> = (
  graph: Graph,
  inputs: readonly string[],
  node: Parameters<Form<Attributes>>[2] & Pick<Node, "op">,
  write: Write,
) => string;

/** Why an op has no form: what ONNX lacks, as it stands in the error. */
export interface Refusal {
  readonly refused: string;
}

/** For each op of a family its form, or why it has none. */
export type Forms<Family> = { readonly [N in NameOf<Family>]: BodyForm<AttributesOf<Family[N]>> | Refusal };
