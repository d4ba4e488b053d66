import type { Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { NUMBER } from "./bytes.js";
import type { Region, Rows } from "./instructions/instruction.js";

/** One node, or a region: nodes that run together, on a chunk of rows at a time. */
export interface Step {
  readonly nodes: readonly Node[];
  /** The region as each node sees it; `undefined` for a node alone. */
  readonly regions: readonly (Region | undefined)[];
  /** How many rows there are, and how many are worked on at a time; 0 for a node alone. */
  readonly count: number;
  readonly chunk: number;
}

/** So many bytes of one chunk stay in the second-level cache between one node and the next. */
const CACHE = 320 * 1024;
const SHORTEST_CHUNK = 16;
/** The length of a chunk is a multiple of this. */
const CHUNK_STEP = 8;
/** No region has fewer rows: there would be nothing to gain. */
const FEWEST_ROWS = 16;
/** About so many values of a region are in use at a time. */
const BUFFERS = 6;

/** A node alone, over all its numbers at once. */
const alone = (node: Node): Step => ({ nodes: [node], regions: [undefined], count: 0, chunk: 0 });

/** The tape as it is, node by node; nodes that only rename numbers need no step. */
export const inOrder = (tape: Tape): Step[] => tape.nodes.filter(({ op }) => op.kernel !== null).map(alone);

/**
 * Brings nodes together that work along the same rows, so that a chunk of rows goes through all of them while it is in the
 * cache. Such a region may end in sums over the rows; what reads a sum comes after the region.
 *
 *     X [n, k] ── MatMul ── Add ── LogisticLoss ── Sum          a chunk of rows from left to right, then the next chunk
 *        │                            │
 *        └───────── MatMul (Xᵀr) ── LogisticGradient
 *
 * Each node gets a level: that of its inputs, and one more where it reads what a region has finished. Within a level the
 * nodes alone come first, then one region for each count of rows.
 */
export function schedule(tape: Tape, rowsOf: (node: Node) => Rows | undefined): Step[] {
  interface Level {
    readonly alone: Node[];
    readonly regions: Map<number, { nodes: Node[]; rows: Rows[] }>;
  }
  const levels: Level[] = [];
  /** Of each value its level, and whether it is of a node alone, a sum of a region, or row by row in a region of so many rows. */
  const known = new Map<Tensor, { readonly level: number; readonly made: "alone" | "sum" | number }>();

  for (const node of tape.nodes) {
    const { op, inputs, output } = node;
    if (op.kernel === null) {
      const source = known.get(inputs[0]);
      if (source === undefined) continue;
      const losesRows = typeof source.made === "number" && (output.rank === 0 || output.shape[0] !== source.made);
      known.set(output, losesRows ? { level: source.level + 1, made: "alone" } : source);
      continue;
    }
    const found = rowsOf(node);
    const rows = (found?.count ?? 0) < FEWEST_ROWS ? undefined : found;
    let level = 0;
    inputs.forEach((x, i) => {
      const source = known.get(x);
      if (source === undefined) return;
      const together = source.made === "alone" || (source.made === rows?.count && rows.inputs[i]);
      level = Math.max(level, source.level + (together ? 0 : 1));
    });
    while (levels.length <= level) levels.push({ alone: [], regions: new Map() });
    if (rows === undefined) levels[level].alone.push(node);
    else {
      const region = levels[level].regions.get(rows.count) ?? { nodes: [], rows: [] };
      levels[level].regions.set(rows.count, region);
      region.nodes.push(node);
      region.rows.push(rows);
    }
    known.set(output, { level, made: rows === undefined ? "alone" : rows.sums ? "sum" : rows.count });
  }

  return levels.flatMap(({ alone: singles, regions }) => [
    ...singles.map(alone),
    ...[...regions].flatMap(([count, { nodes, rows }]) => {
      const chunk = chunkOf(count, nodes, rows);
      return chunk < count ? [{ nodes, regions: rows.map((row) => ({ ...row, chunk })), count, chunk }] : nodes.map(alone);
    }),
  ]);
}

/**
 * How many rows fit into the cache: all that comes from outside the region, and some of what the nodes compute, whose buffers
 * are used in turn. All chunks are equally long.
 */
function chunkOf(count: number, nodes: readonly Node[], rows: readonly Rows[]): number {
  const computed = new Set(nodes.map(({ output }) => output));
  const read = new Set<Tensor>();
  let widest = 0;
  nodes.forEach(({ inputs, output }, i) => {
    inputs.forEach((x, j) => {
      if (rows[i].inputs[j] && !computed.has(x)) read.add(x);
    });
    if (!rows[i].sums) widest = Math.max(widest, output.size / count);
  });
  let width = BUFFERS * widest;
  for (const x of read) width += x.size / count;
  const most = Math.max(SHORTEST_CHUNK, Math.floor(CACHE / (NUMBER * width)));
  const chunks = Math.ceil(count / most);
  return Math.ceil(count / chunks / CHUNK_STEP) * CHUNK_STEP;
}
