import { type Body, runSeveral } from "../../ops/body.js";
import type * as ops from "../../ops/control.js";
import { Checkpoint, type CheckpointAttributes, Scan, type ScanAttributes } from "../../ops/control.js";
import type { Tape } from "../../tape/tape.js";
import { recording } from "../../tape/under-way.js";
import type { Tensor } from "../../tensor/tensor.js";
import { replayTape } from "../body.js";
import { inFront, moved, type SeveralCall, type Table } from "./rule.js";

/** Which inputs and outputs of a function differ from example to example. */
interface Varying {
  readonly inputs: readonly boolean[];
  readonly outputs: readonly boolean[];
}

/** Follows what differs through a tape, and around a loop: of the carry, also what differs after some steps. */
function varyingOn({ inputs, nodes, outputs }: Tape, given: readonly boolean[], carries: number): Varying {
  const vary = [...given];
  for (;;) {
    const found = new Set(inputs.filter((_, i) => vary[i]));
    for (const node of nodes) if (node.inputs.some((x) => found.has(x))) found.add(node.output);
    const after = outputs.map((x) => found.has(x));
    const grown = vary.findIndex((differs, i) => i < carries && !differs && after[i]);
    if (grown < 0) return { inputs: vary, outputs: after };
    vary[grown] = true;
  }
}

/** The body of an op, for all examples at once, recorded on tensors of the shapes of these. */
function batchedBody<A extends { readonly body: Body }>(
  call: SeveralCall<A>,
  varying: Varying,
  at: readonly Tensor[],
  carries: number,
): Body {
  const { attributes, size, overBatch } = call;
  const { body } = attributes;
  const pattern = varying.inputs.map((differs) => (differs ? "+" : "-")).join("");
  return body.derived(`batch ${size} ${pattern}`, at, (inputs) => {
    const operands = inputs.map((value, i) => ({ value, isBatched: varying.inputs[i], shape: body.tape.inputs[i].shape }));
    const results = overBatch((example) => replayTape(body.tape, example), operands);
    return results.map((result, i) =>
      i < carries && varying.inputs[i] ? inFront({ ...result, shape: body.tape.outputs[i].shape }, size) : result.value,
    );
  });
}

/**
 * A loop for each example is a loop over batches, with the body for an axis more. In what runs along the steps, their axis stays in front of
 * that of the examples.
 */
function scan(call: SeveralCall<ScanAttributes>): Tensor[] {
  const { operands, attributes, size, read } = call;
  const { body, carries, xs } = attributes;
  const varying = varyingOn(
    body.tape,
    operands.map(({ isBatched }) => isBatched),
    carries,
  );
  const isSeries = (i: number): boolean => i >= carries && i < carries + xs;
  const inputs = operands.map((operand, i) => {
    if (!varying.inputs[i]) return operand.value;
    return isSeries(i) ? moved(operand.value, 1, 0) : inFront(operand, size);
  });
  const at = inputs.map((x, i) => (isSeries(i) ? x.withShape(x.shape.slice(1)) : x));
  // The kept carries are for derivatives, if not of the examples then of what is recorded around them.
  const kept = recording === undefined && read <= body.tape.outputs.length ? [] : attributes.kept;
  const results = runSeveral(Scan, inputs, { ...attributes, kept, body: batchedBody(call, varying, at, carries) });
  const differs = [...varying.outputs.map((after, i) => (i < carries ? varying.inputs[i] : after)), ...kept.map((i) => varying.inputs[i])];
  return results.map((x, i) => (differs[i] ? moved(x, i < carries ? 0 : 1, 0) : x.broadcastTo([size, ...x.shape])));
}

function checkpoint(call: SeveralCall<CheckpointAttributes>): Tensor[] {
  const { operands, attributes, size } = call;
  const varying = varyingOn(
    attributes.body.tape,
    operands.map(({ isBatched }) => isBatched),
    0,
  );
  const inputs = operands.map(({ value }) => value);
  const results = runSeveral(Checkpoint, inputs, { body: batchedBody(call, varying, inputs, 0) });
  return results.map((x, i) => (varying.outputs[i] ? x : x.broadcastTo([size, ...x.shape])));
}

/** Loops, and functions that run again when their gradient is wanted. */
export const control: Table<typeof ops> = { Scan: scan, Checkpoint: checkpoint };
