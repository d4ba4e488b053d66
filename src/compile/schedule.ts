import { sizeOf } from "../base/shape.js";
import { Ints, shapeOf } from "../tape/columns.js";
import { NUMBER } from "./bytes.js";
import type { Calls } from "./calls.js";
import type { Rows } from "./instructions/instruction.js";

/** The order in which a program runs the nodes of a tape. */
export interface Schedule {
  /** The nodes, without those that only rename numbers. */
  readonly order: Int32Array;
  /** Stretches of that order. The nodes outside of them run alone, each over all its numbers at once. */
  readonly regions: readonly Stretch[];
}

/** A region: nodes that run together, on a chunk of rows at a time. */
export interface Stretch {
  /** Where it begins in the order, and where it ends. */
  readonly from: number;
  readonly to: number;
  /** How many rows there are, and how many are worked on at a time. */
  readonly count: number;
  readonly chunk: number;
  /** How each of its nodes works along them. */
  readonly rows: readonly Rows[];
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

/** Goes through the steps of a schedule: nodes alone and regions. */
export function forEachStep({ order, regions }: Schedule, alone: (node: number) => void, together: (region: Stretch) => void): void {
  let at = 0;
  for (const region of regions) {
    while (at < region.from) alone(order[at++]);
    together(region);
    at = region.to;
  }
  while (at < order.length) alone(order[at++]);
}

/** The tape as it is, node by node. */
export function inOrder(calls: Calls): Schedule {
  const { kindOf } = calls.columns;
  const order = new Ints(kindOf.length);
  for (let node = 0; node < kindOf.length; node++) if (calls.kind(node).op.kernel !== null) order.push(node);
  return { order: order.take(), regions: [] };
}

/** A value of a node alone, or a sum that a region has finished; else it is row by row in a region of so many rows. */
const ALONE = -1;
const SUM = -2;
/** A value that is there before the first node. */
const GIVEN = -3;

/** The nodes of one level: those alone, and for each count of rows those of a region. */
interface Level {
  readonly alone: number[];
  readonly regions: Map<number, { readonly nodes: number[]; readonly rows: Rows[] }>;
}

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
export function schedule(calls: Calls): Schedule {
  const { inputs, kindOf, begins, operands, shapes } = calls.columns;
  const levels: Level[] = [];
  const levelOf = new Int32Array(inputs.length + kindOf.length);
  const made = new Int32Array(inputs.length + kindOf.length).fill(GIVEN, 0, inputs.length);
  let hasRegions = false;

  for (let node = 0; node < kindOf.length; node++) {
    const value = inputs.length + node;
    const first = begins[node];
    if (calls.kind(node).op.kernel === null) {
      const source = operands[first];
      made[value] = source < 0 ? GIVEN : made[source];
      if (source < 0 || made[source] === GIVEN) continue;
      levelOf[value] = levelOf[source];
      if (made[source] >= 0 && shapes[node][0] !== made[source]) {
        made[value] = ALONE;
        levelOf[value]++;
      }
      continue;
    }
    const found = calls.rows(node);
    const rows = (found?.count ?? 0) < FEWEST_ROWS ? undefined : found;
    let level = 0;
    for (let j = first; j < begins[node + 1]; j++) {
      const source = operands[j];
      if (source < 0 || made[source] === GIVEN) continue;
      const together = made[source] === ALONE || (made[source] === rows?.count && rows.inputs[j - first]);
      level = Math.max(level, levelOf[source] + (together ? 0 : 1));
    }
    while (levels.length <= level) levels.push({ alone: [], regions: new Map() });
    if (rows === undefined) levels[level].alone.push(node);
    else {
      hasRegions = true;
      const region = levels[level].regions.get(rows.count) ?? { nodes: [], rows: [] };
      levels[level].regions.set(rows.count, region);
      region.nodes.push(node);
      region.rows.push(rows);
    }
    levelOf[value] = level;
    made[value] = rows === undefined ? ALONE : rows.sums ? SUM : rows.count;
  }
  return hasRegions ? levelByLevel(calls, levels) : { order: Int32Array.from(levels[0]?.alone ?? []), regions: [] };
}

function levelByLevel(calls: Calls, levels: readonly Level[]): Schedule {
  const order = new Ints(calls.columns.kindOf.length);
  const stretches: Stretch[] = [];
  for (const { alone, regions } of levels) {
    for (const node of alone) order.push(node);
    for (const [count, { nodes, rows }] of regions) {
      const from = order.length;
      for (const node of nodes) order.push(node);
      const chunk = chunkOf(calls, count, nodes, rows);
      if (chunk < count) stretches.push({ from, to: order.length, count, chunk, rows });
    }
  }
  return { order: order.take(), regions: stretches };
}

/**
 * How many rows fit into the cache: all that comes from outside the region, and some of what the nodes compute, whose buffers
 * are used in turn. All chunks are equally long.
 */
function chunkOf({ columns }: Calls, count: number, nodes: readonly number[], rows: readonly Rows[]): number {
  const { inputs, begins, operands, shapes } = columns;
  const computed = new Set(nodes.map((node) => inputs.length + node));
  const read = new Set<number>();
  let widest = 0;
  nodes.forEach((node, i) => {
    for (let j = begins[node]; j < begins[node + 1]; j++)
      if (rows[i].inputs[j - begins[node]] && !computed.has(operands[j])) read.add(operands[j]);
    if (!rows[i].sums) widest = Math.max(widest, sizeOf(shapes[node]) / count);
  });
  let width = BUFFERS * widest;
  for (const value of read) width += sizeOf(shapeOf(columns, value)) / count;
  const most = Math.max(SHORTEST_CHUNK, Math.floor(CACHE / (NUMBER * width)));
  const chunks = Math.ceil(count / most);
  return Math.ceil(count / chunks / CHUNK_STEP) * CHUNK_STEP;
}
