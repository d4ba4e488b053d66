import { type Body, bodyOf, loopOf } from "../ops/body.js";
import { Result } from "../ops/movement.js";
import { isOf, type SeveralOp } from "../ops/op.js";
import { COMPILE } from "../tape/hollow.js";
import { type Node, Tape } from "../tape/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { routineOf } from "../transforms/routine.js";
import { RunningBody } from "./running-body.js";

/** What is known of an op with several results: which of them somebody reads. */
type Reads = ReadonlyMap<Tensor, ReadonlySet<number>>;

/**
 * Makes the bodies of loops and checkpoints ready to run. Each goes through the passes of a tape of its own, without the results that
 * nobody reads. What is the same at each step is computed once, before the loop; that, and constants, become inputs.
 */
export function prepareBodies(tape: Tape, passes: (body: Tape) => Tape): Tape {
  if (!tape.columns.kinds.some(({ attributes }) => bodyOf(attributes) !== undefined)) return tape;
  const reads = readsOf(tape);
  const nodes: Node[] = [];
  /** What is prepared, in the place of what was recorded, and which results it has still got. */
  const prepared = new Map<Tensor, { readonly node: Node; readonly kept: readonly number[] }>();
  for (const node of tape.nodes) {
    const from = isOf(node, Result) ? prepared.get(node.inputs[0]) : undefined;
    if (bodyOf(node.attributes) !== undefined) {
      const { before, ...found } = prepare(node, reads.get(node.output), passes);
      prepared.set(node.output, found);
      nodes.push(...before, found.node);
    } else if (from !== undefined && isOf(node, Result)) nodes.push(moved(node, from.node, from.kept));
    else nodes.push(node);
  }
  return new Tape(nodes, tape.inputs, tape.outputs);
}

/** Which results are read of each op that has several; nothing of one that is read as a whole. */
function readsOf({ nodes, outputs }: Tape): Reads {
  const reads = new Map<Tensor, Set<number>>();
  const whole = new Set<Tensor>(outputs);
  for (const node of nodes) {
    const [x] = node.inputs;
    if (!isOf(node, Result)) for (const y of node.inputs) whole.add(y);
    else if (reads.has(x)) reads.get(x)?.add(node.attributes.index);
    else reads.set(x, new Set([node.attributes.index]));
  }
  for (const x of whole) reads.delete(x);
  return reads;
}

/** A result at its new place. */
function moved(node: Node, from: Node, kept: readonly number[]): Node {
  const { index: before, shape } = node.attributes as { readonly index: number; readonly shape: readonly number[] };
  const index = kept.indexOf(before);
  const { results } = from.op as SeveralOp<readonly Tensor[], unknown>;
  const offset = results(from.attributes)
    .slice(0, index)
    .reduce((sum, own) => sum + own.reduce((a, b) => a * b, 1), 0);
  return { ...node, inputs: [from.output], attributes: { index, offset, shape } };
}

function prepare(
  node: Node,
  read: ReadonlySet<number> | undefined,
  passes: (body: Tape) => Tape,
): { readonly before: readonly Node[]; readonly node: Node; readonly kept: readonly number[] } {
  const loop = loopOf(node.attributes);
  const { tape } = bodyOf(node.attributes) as Body;
  const carries = loop?.carries ?? 0;
  // The carry goes on from step to step; of other results there are those that are read.
  const isWanted = (result: number): boolean => result < carries || (read?.has(result) ?? true);
  const count = tape.outputs.length;
  const kept = [...tape.outputs.keys(), ...(loop?.kept ?? []).map((_, i) => count + i)].filter(isWanted);
  const short = passes(
    new Tape(
      tape.nodes,
      tape.inputs,
      tape.outputs.filter((_, i) => isWanted(i)),
    ),
  );

  const varying = new Set<Tensor>(short.inputs.slice(0, carries + (loop?.xs ?? 0)));
  const outside = new Map<Tensor, Tensor>(short.inputs.map((x, i) => [x, node.inputs[i]]));
  const before: Node[] = [];
  const inner: Node[] = [];
  const outsideOf = (x: Tensor): Tensor => outside.get(x) ?? x;
  for (const own of short.nodes) {
    if (loop === undefined || own.inputs.some((x) => varying.has(x))) {
      varying.add(own.output);
      inner.push(own);
    } else {
      const output = Tensor.wrap(own.output.shape, COMPILE);
      before.push({ ...own, inputs: own.inputs.map(outsideOf), output, backward: node.backward });
      outside.set(own.output, output);
    }
  }
  const used = new Set<Tensor>(short.outputs);
  for (const { inputs } of inner) for (const x of inputs) used.add(x);
  const rows = short.inputs.slice(carries, carries + (loop?.xs ?? 0)).filter((x) => used.has(x));
  const fixed = [...used].filter((x) => !varying.has(x));
  const inputs = [...short.inputs.slice(0, carries), ...rows, ...fixed];

  const body = new Tape(inner, inputs, short.outputs);
  const running = new RunningBody(body, routineOf(body));
  const attributes =
    loop === undefined
      ? { body: running }
      : { ...loop, xs: rows.length, kept: loop.kept.filter((_, i) => isWanted(count + i)), body: running };
  const op = node.op as SeveralOp<readonly Tensor[], unknown>;
  const shape = op.shape?.([], attributes) ?? [];
  const output = Tensor.wrap(Object.freeze([...shape]), COMPILE);
  return { before, node: { ...node, inputs: inputs.map(outsideOf), output, attributes }, kept };
}
