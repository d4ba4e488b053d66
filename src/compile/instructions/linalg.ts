import type { Shape } from "../../base/shape.js";
import { broadcastStrides, forEachRow, stridesOf } from "../../base/walk.js";
import type { MatMulAttributes } from "../../kernels/linalg.js";
import { MatMul } from "../../ops/linalg.js";
import type { AnyOp } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Code, Limit } from "../codes.js";
import { type Instruction, moving, type Rows, type Site } from "./instruction.js";

/** A product with more columns is worked on whole: it is long enough to be limited by arithmetic, not by memory. */
const NARROW = 16;

/** More products than this in one batch are left to the kernel, which walks over them without an instruction each. */
const MOST_PRODUCTS = 1024;

/** The sizes of C [m, n] = A [m, k]·B [k, n], and of A and B as they are stored. */
function sizes({ inputs: [a, b], attributes }: Node) {
  const { transposeA, transposeB } = attributes as MatMulAttributes;
  const columnsA = a.shape[a.rank - 1];
  const rowsA = a.rank === 1 ? 1 : a.shape[a.rank - 2];
  const columnsB = b.rank === 1 ? 1 : b.shape[b.rank - 1];
  const rowsB = b.rank === 1 ? b.shape[0] : b.shape[b.rank - 2];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  return { transposeA, transposeB, rowsA, columnsA, rowsB, columnsB, m, k, n: transposeB ? rowsB : columnsB };
}

/** A product with a vector: the matrix, by rows or by columns. */
interface Vector {
  readonly byRows: boolean;
  readonly matrix: 0 | 1;
  readonly rows: number;
  readonly columns: number;
}

function asVector(node: Node): Vector | undefined {
  const { transposeA, transposeB, rowsA, columnsA, rowsB, columnsB, m, n } = sizes(node);
  if (n === 1) return { byRows: !transposeA, matrix: 0, rows: rowsA, columns: columnsA };
  if (m === 1) return { byRows: transposeB, matrix: 1, rows: rowsB, columns: columnsB };
  return undefined;
}

function rows(node: Node): Rows | undefined {
  const { inputs, output } = node;
  const [a, b] = inputs;
  if (a.rank > 2 || b.rank > 2) return undefined;
  if (a.rank === 1 && b.rank === 1) return { count: a.shape[0], sums: true, inputs: [true, true] };
  const vector = asVector(node);
  if (vector !== undefined) {
    const matrix = inputs[vector.matrix];
    const other = inputs[1 - vector.matrix];
    const [count] = matrix.shape;
    if (matrix.rank !== 2 || (vector.byRows ? output : other).shape[0] !== count) return undefined;
    return { count, sums: !vector.byRows, inputs: [0, 1].map((i) => i === vector.matrix || !vector.byRows) };
  }
  const { transposeA, transposeB, n } = sizes(node);
  if (n > NARROW || (transposeA && transposeB)) return undefined;
  return { count: a.shape[0], sums: transposeA, inputs: [true, transposeA] };
}

function encode(node: Node, site: Site): number[] | undefined {
  const { inputs, output } = node;
  const [a, b] = inputs;
  const { m, k, n, rowsA, columnsA, rowsB, columnsB } = sizes(node);
  if (a.rank <= 2 && b.rank <= 2) return product(node, site, 0, 0, 0);
  const batch = output.shape.slice(0, Math.max(a.rank, b.rank) - 2);
  if (batch.reduce((x, y) => x * y, 1) > MOST_PRODUCTS || m * k * n === 0) return undefined;
  const steps = ({ shape }: Tensor, matrix: number): number[] =>
    broadcastStrides(shape.slice(0, -2) as Shape, batch).map((stride) => stride * matrix);
  const walk = {
    sizes: [...batch, 1],
    strides: [stridesOf(batch).map((stride) => stride * m * n), steps(a, rowsA * columnsA), steps(b, rowsB * columnsB)],
  };
  const words: number[] = [];
  forEachRow(walk, [0, 0, 0], ([c, i, j]) => words.push(...product(node, site, 8 * c, 8 * i, 8 * j)));
  return words;
}

/** One product, so many bytes from the beginning of each operand. */
function product(node: Node, site: Site, fromOut: number, fromA: number, fromB: number): number[] {
  const { inputs, output } = node;
  const [a, b] = inputs;
  const region = site.rows;
  const isDot = region !== undefined && a.rank === 1 && b.rank === 1;
  const vector: Vector | undefined = isDot ? { byRows: false, matrix: 0, rows: region.count, columns: 1 } : asVector(node);
  if (vector !== undefined) {
    const [matrix, stride] = moving(inputs[vector.matrix], true, site);
    const [other, strideOther] = moving(inputs[1 - vector.matrix], !vector.byRows, site);
    const count = region === undefined ? vector.rows : 1;
    const [from, fromOther] = vector.matrix === 0 ? [fromA, fromB] : [fromB, fromA];
    if (vector.byRows) {
      const [out, strideOut] = moving(output, true, site);
      return [Code.RowsTimes, out + fromOut, strideOut, matrix + from, stride, count, vector.columns, other + fromOther, strideOther];
    }
    const [rest, part] = region === undefined ? [0, 0] : [site.keep(vector.columns), site.room(vector.columns)];
    const place = site.at(output) + fromOut;
    return [Code.ColumnsTimes, place, rest, matrix + from, stride, count, vector.columns, part, other + fromOther, strideOther];
  }

  const { transposeA, transposeB, m, k, n } = sizes(node);
  const [atA, strideA] = moving(a, true, site);
  const [atB, strideB] = moving(b, transposeA, site);
  const [out, strideOut] = moving(output, !transposeA, site);
  const stepsA = transposeA ? [8, 8 * m] : [8 * k, 8];
  const stepsB = transposeB ? [8, 8 * k] : [8 * n, 8];
  const [rest, part] = region?.sums === true ? [site.keep(m * n), site.room(m * n)] : [0, 0];
  const longest = region?.sums === true ? site.chunk : k;
  const room = site.room(4 * Limit.Stretch + 4 * Math.ceil(n / 4) * Math.min(longest, Limit.Stretch));
  const [perRow, grows] = region === undefined ? [[m, k], 0] : region.sums ? [[m, 1], 2] : [[1, k], 1];
  // biome-ignore format: the words as the machine reads them
  return [
    Code.MatMul, out + fromOut, strideOut, rest, part, atA + fromA, strideA, ...stepsA, atB + fromB, strideB, ...stepsB,
    ...perRow, n, grows, room,
  ];
}

/** The instructions of products. */
export const matmul: readonly (readonly [AnyOp, Instruction])[] = [[MatMul, { rows, encode }]];
