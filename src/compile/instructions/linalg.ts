import { type Shape, sizeOf } from "../../base/shape.js";
import { broadcastStrides, forEachRow, stridesOf } from "../../base/walk.js";
import type { MatMulAttributes } from "../../kernels/linalg.js";
import type * as ops from "../../ops/linalg.js";
import { NUMBER } from "../bytes.js";
import { STRETCH, TILE } from "../machine-words.js";
import { type Address, type Call, type Instruction, type Region, type Site, type Sized, type Table, wordsOf } from "./instruction.js";

/** A product with more columns is worked on whole: it is long enough to be limited by arithmetic, not by memory. */
const NARROW = 16;

/** A sum over rows that are so many times more than its numbers is limited by memory all the same. */
const TALL = 16;

/** More products than this in one batch are left to the kernel, which walks over them without an instruction each. */
const MOST_PRODUCTS = 1024;

type Product = Call<MatMulAttributes>;

/** The sizes of C [m, n] = A [m, k]·B [k, n], and of A and B as they are stored. */
function sizesOf({ inputs: [a, b], attributes: { transposeA, transposeB } }: Product) {
  const columnsA = a.shape[a.rank - 1];
  const rowsA = a.rank === 1 ? 1 : a.shape[a.rank - 2];
  const columnsB = b.rank === 1 ? 1 : b.shape[b.rank - 1];
  const rowsB = b.rank === 1 ? b.shape[0] : b.shape[b.rank - 2];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  return { rowsA, columnsA, rowsB, columnsB, m, k, n: transposeB ? rowsB : columnsB };
}

const isBatch = ({ inputs: [a, b] }: Product): boolean => a.rank > 2 || b.rank > 2;

/** The axes before the last two, along which there is a product each. */
const batchOf = ({ inputs: [a, b], output }: Product): Shape => output.shape.slice(0, Math.max(a.rank, b.rank) - 2);

/** A product with a vector: the matrix, by rows or by columns. */
interface Vector {
  readonly byRows: boolean;
  readonly matrix: 0 | 1;
  readonly rows: number;
  readonly columns: number;
}

function asVector(product: Product, region: Region | undefined): Vector | undefined {
  const {
    inputs: [a, b],
    attributes: { transposeA, transposeB },
  } = product;
  // In a region each row of two vectors is one number, and their product is summed.
  if (region !== undefined && a.rank === 1 && b.rank === 1) return { byRows: false, matrix: 0, rows: region.count, columns: 1 };
  const { rowsA, columnsA, rowsB, columnsB, m, n } = sizesOf(product);
  if (n === 1) return { byRows: !transposeA, matrix: 0, rows: rowsA, columns: columnsA };
  if (m === 1) return { byRows: transposeB, matrix: 1, rows: rowsB, columns: columnsB };
  return undefined;
}

const matmul: Instruction<MatMulAttributes> = {
  accepts(product) {
    if (!isBatch(product)) return true;
    const { m, k, n } = sizesOf(product);
    return sizeOf(batchOf(product)) <= MOST_PRODUCTS && m * k * n > 0;
  },

  rows(product) {
    const {
      inputs,
      output,
      attributes: { transposeA, transposeB },
    } = product;
    const [a, b] = inputs;
    if (isBatch(product)) return undefined;
    if (a.rank === 1 && b.rank === 1) return { count: a.shape[0], sums: true, inputs: [true, true] };
    const vector = asVector(product, undefined);
    if (vector !== undefined) {
      const matrix = inputs[vector.matrix];
      const other = inputs[1 - vector.matrix];
      const [count] = matrix.shape;
      if (matrix.rank !== 2 || (vector.byRows ? output : other).shape[0] !== count) return undefined;
      return { count, sums: !vector.byRows, inputs: [0, 1].map((i) => i === vector.matrix || !vector.byRows) };
    }
    const { m, k, n } = sizesOf(product);
    const isNarrow = n <= NARROW || (transposeA && k >= TALL * m * n);
    if (!isNarrow || (transposeA && transposeB)) return undefined;
    return { count: a.shape[0], sums: transposeA, inputs: [true, transposeA] };
  },

  needs(product, region) {
    const vector = asVector(product, region);
    const sums = region?.sums === true;
    if (vector !== undefined) return sums ? { kept: [vector.columns], passing: [vector.columns] } : undefined;
    const { m, k, n } = sizesOf(product);
    const stretch = Math.min(sums ? region.chunk : k, STRETCH);
    const panels = TILE * STRETCH + TILE * Math.ceil(n / TILE) * stretch;
    return sums ? { kept: [m * n], passing: [panels, m * n] } : { kept: [], passing: [panels] };
  },

  encode(product, site) {
    if (!isBatch(product)) return encodeOne(product, site);
    const {
      inputs: [a, b],
    } = product;
    const { m, n, rowsA, columnsA, rowsB, columnsB } = sizesOf(product);
    const batch = batchOf(product);
    const along = ({ shape }: Sized, matrix: number): number[] =>
      broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * matrix);
    const walk = {
      sizes: [...batch, 1],
      strides: [stridesOf(batch).map((stride) => stride * m * n), along(a, rowsA * columnsA), along(b, rowsB * columnsB)],
    };
    const words: number[] = [];
    forEachRow(walk, [0, 0, 0], ([c, i, j]) => {
      const further = ({ at, stride }: Address, numbers: number): Address => ({ at: at + NUMBER * numbers, stride });
      const [atA, atB] = site.inputs;
      words.push(...encodeOne(product, { ...site, output: further(site.output, c), inputs: [further(atA, i), further(atB, j)] }));
    });
    return words;
  },
};

/** One product, of the matrices at these addresses. */
function encodeOne(product: Product, { region, inputs, output: out, kept: [rest = 0], passing }: Site): number[] {
  const vector = asVector(product, region);
  if (vector !== undefined) {
    const [part = 0] = passing;
    const { columns } = vector;
    const rows = region === undefined ? vector.rows : 1;
    const [matrix, other] = [inputs[vector.matrix], inputs[1 - vector.matrix]];
    const strong = bitsOf(product.attributes.strong, vector.matrix === 1);
    return vector.byRows
      ? wordsOf("RowsTimes", { out, matrix, rows, columns, vector: other, strong })
      : wordsOf("ColumnsTimes", { out: out.at, rest, part, matrix, rows, columns, vector: other, strong });
  }
  const { transposeA, transposeB } = product.attributes;
  const { m, k, n } = sizesOf(product);
  const [a, b] = inputs;
  const [aRow, aStep] = steps(transposeA, m, k);
  const [bRow, bStep] = steps(transposeB, k, n);
  const [panels, part = 0] = passing;
  const whole = { m, mPerRow: 0, k, kPerRow: 0 };
  const grown = region === undefined ? whole : region.sums ? { ...whole, k: 0, kPerRow: 1 } : { ...whole, m: 0, mPerRow: 1 };
  return wordsOf("MatMul", {
    out,
    rest,
    part,
    a,
    aRow,
    aStep,
    b,
    bRow,
    bStep,
    ...grown,
    n,
    room: panels,
    strong: bitsOf(product.attributes.strong),
  });
}

/** Whose zeros win, in two bits: of the first operand of the instruction and of the second. */
function bitsOf(strong: MatMulAttributes["strong"], swapped = false): number {
  const bits = strong === undefined ? 0 : strong === "a" ? 1 : strong === "b" ? 2 : 3;
  return swapped ? (bits >> 1) | ((bits & 1) << 1) : bits;
}

/** The bytes from row to row, and along a row, of a matrix that may be stored transposed. */
const steps = (transposed: boolean, rows: number, columns: number): [row: number, step: number] =>
  transposed ? [NUMBER, NUMBER * rows] : [NUMBER * columns, NUMBER];

/** The instructions of products, and of parts of matrices. */
export const linalg: Table<typeof ops> = { MatMul: matmul, Triangle: "kernel" };
