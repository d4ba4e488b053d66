// Products of matrices. All addresses are in bytes, all matrices in row-major order.

import { Instruction, moved } from "./instruction";
import { accumulate } from "./reduce";
import { isLast } from "./region";

/** out = matrix [rows, columns] · vector. `strong` says whose zeros win: {@link letZerosWin}. */
@unmanaged export class RowsTimes extends Instruction {
  out: u32;
  outStride: u32;
  matrix: u32;
  matrixStride: u32;
  rows: u32;
  columns: u32;
  vector: u32;
  vectorStride: u32;
  strong: u32;

  @inline
  run(row: usize, rows: usize): usize {
    const matrix = moved(this.matrix, this.matrixStride, row), vector = moved(this.vector, this.vectorStride, row);
    const out = moved(this.out, this.outStride, row), count = rows * this.rows, columns: usize = this.columns;
    rowsTimes(out, matrix, count, columns, vector);
    if (this.strong) letZerosWin(this.strong, out, matrix, columns << 3, 8, vector, 8, 0, count, columns, 1);
    return changetype<usize>(this) + offsetof<RowsTimes>();
  }
}

/** out = matrixᵀ · vector. In a region `part` is room for one chunk's sum, and `rest` stays from chunk to chunk; outside both are 0. */
@unmanaged export class ColumnsTimes extends Instruction {
  out: u32;
  rest: u32;
  part: u32;
  matrix: u32;
  matrixStride: u32;
  rows: u32;
  columns: u32;
  vector: u32;
  vectorStride: u32;
  strong: u32;

  @inline
  run(row: usize, rows: usize): usize {
    const out: usize = this.out, part: usize = this.part, columns: usize = this.columns;
    const matrix = moved(this.matrix, this.matrixStride, row), vector = moved(this.vector, this.vectorStride, row);
    const to = part != 0 ? part : out, count = rows * this.rows;
    columnsTimes(to, matrix, count, columns, vector);
    if (this.strong) letZerosWin(this.strong, to, matrix, 8, columns << 3, vector, 8, 0, columns, count, 1);
    if (part != 0) accumulate(out, this.rest, part, columns, row == 0, isLast(row, rows));
    return changetype<usize>(this) + offsetof<ColumnsTimes>();
  }
}

/**
 * out [m, n] = a [m, k] · b [k, n], these with any strides: aRow and bRow bytes from row to row, aStep and bStep along one. In a
 * region m or k grows with the rows, by mPerRow or kPerRow; where k does, products of chunks are summed as in {@link ColumnsTimes}.
 * `room` is for {@link matmul}.
 */
@unmanaged export class MatMul extends Instruction {
  out: u32;
  outStride: u32;
  rest: u32;
  part: u32;
  a: u32;
  aStride: u32;
  aRow: u32;
  aStep: u32;
  b: u32;
  bStride: u32;
  bRow: u32;
  bStep: u32;
  m: u32;
  mPerRow: u32;
  k: u32;
  kPerRow: u32;
  n: u32;
  room: u32;
  strong: u32;

  @inline
  run(row: usize, rows: usize): usize {
    const out = moved(this.out, this.outStride, row), part: usize = this.part;
    const m = this.m + rows * this.mPerRow, k = this.k + rows * this.kPerRow, n: usize = this.n;
    const a = moved(this.a, this.aStride, row), b = moved(this.b, this.bStride, row);
    const to = part != 0 ? part : out;
    matmul(to, a, this.aRow, this.aStep, b, this.bRow, this.bStep, m, k, n, this.room);
    if (this.strong) letZerosWin(this.strong, to, a, this.aRow, this.aStep, b, this.bRow, this.bStep, m, k, n);
    if (part != 0) accumulate(out, this.rest, part, m * n, row == 0, isLast(row, rows));
    return changetype<usize>(this) + offsetof<MatMul>();
  }
}

/**
 * Takes those places of a product anew that are NaN, which is rare: without the terms in which a zero of `a` (bit 0 of `strong`) or
 * of `b` (bit 1) meets ∞ or NaN.
 */
function letZerosWin(
  strong: u32, out: usize, a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize, bStep: usize, m: usize, k: usize, n: usize,
): void {
  for (let i: usize = 0; i < m; i++) {
    for (let j: usize = 0; j < n; j++, out += 8) {
      const found = load<f64>(out);
      if (found == found) continue;
      let sum: f64 = 0;
      for (let p: usize = 0; p < k; p++) {
        const x = load<f64>(a + i * aRow + p * aStep), y = load<f64>(b + p * bRow + j * bStep);
        if ((x != 0 || !(strong & 1)) && (y != 0 || !(strong & 2))) sum += x * y;
      }
      store<f64>(out, sum);
    }
  }
}

/** Rows of so many numbers are worked on in {@link longRowsTimes}. */
const LONG: usize = 256;

/** out[r] = row r of A · x, four rows at a time, so that each x[j] is read once for four products. */
function rowsTimes(out: usize, a: usize, rows: usize, columns: usize, x: usize): void {
  if (columns >= LONG) return longRowsTimes(out, a, rows, columns, x);
  const row = columns << 3;
  const many = (columns & ~3) << 3;
  const two = (columns & ~1) << 3;
  const end = out + (rows << 3);
  const fours = out + ((rows & ~3) << 3);
  for (; out < fours; out += 32, a += 4 * row) {
    let a1 = a + row, a2 = a1 + row, a3 = a2 + row, a0 = a;
    // Four sums and no more: the compiler moves all loads of a round to its beginning, and with eight sums the registers would
    // not suffice.
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let p = x;
    const stop = x + many;
    for (; p < stop; p += 32, a0 += 32, a1 += 32, a2 += 32, a3 += 32) {
      const v = v128.load(p), w = v128.load(p, 16);
      s0 = f64x2.add(s0, f64x2.add(f64x2.mul(v128.load(a0), v), f64x2.mul(v128.load(a0, 16), w)));
      s1 = f64x2.add(s1, f64x2.add(f64x2.mul(v128.load(a1), v), f64x2.mul(v128.load(a1, 16), w)));
      s2 = f64x2.add(s2, f64x2.add(f64x2.mul(v128.load(a2), v), f64x2.mul(v128.load(a2, 16), w)));
      s3 = f64x2.add(s3, f64x2.add(f64x2.mul(v128.load(a3), v), f64x2.mul(v128.load(a3, 16), w)));
    }
    if (many < two) {
      const v = v128.load(p);
      s0 = f64x2.add(s0, f64x2.mul(v128.load(a0), v));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(a1), v));
      s2 = f64x2.add(s2, f64x2.mul(v128.load(a2), v));
      s3 = f64x2.add(s3, f64x2.mul(v128.load(a3), v));
      p += 16; a0 += 16; a1 += 16; a2 += 16; a3 += 16;
    }
    if (two < row) {
      const v = v128.load64_zero(p);
      s0 = f64x2.add(s0, f64x2.mul(v128.load64_zero(a0), v));
      s1 = f64x2.add(s1, f64x2.mul(v128.load64_zero(a1), v));
      s2 = f64x2.add(s2, f64x2.mul(v128.load64_zero(a2), v));
      s3 = f64x2.add(s3, f64x2.mul(v128.load64_zero(a3), v));
    }
    v128.store(out, f64x2.add(v128.shuffle<f64>(s0, s1, 0, 2), v128.shuffle<f64>(s0, s1, 1, 3)));
    v128.store(out, f64x2.add(v128.shuffle<f64>(s2, s3, 0, 2), v128.shuffle<f64>(s2, s3, 1, 3)), 16);
  }
  for (; out < end; out += 8, a += row) store<f64>(out, dot(a, x, columns));
}

/** Σ a[j]·x[j]. */
function dot(a: usize, x: usize, n: usize): f64 {
  const bytes = n << 3;
  const two = (n & ~1) << 3;
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let j: usize = 0;
  for (const eights = bytes & ~63; j < eights; j += 64) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a + j), v128.load(x + j)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a + j, 16), v128.load(x + j, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(a + j, 32), v128.load(x + j, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(a + j, 48), v128.load(x + j, 48)));
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  for (; j < two; j += 16) s0 = f64x2.add(s0, f64x2.mul(v128.load(a + j), v128.load(x + j)));
  if (j < bytes) s0 = f64x2.add(s0, f64x2.mul(v128.load64_zero(a + j), v128.load64_zero(x + j)));
  return f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
}

/** Writes the sum of a row: of two numbers, and of the last product where the row is odd. */
// @ts-ignore: decorator
@inline
function endRow(out: usize, sums: v128, isOdd: bool, a: usize, x: usize): void {
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  store<f64>(out, isOdd ? sum + load<f64>(a) * load<f64>(x) : sum);
}

/**
 * The same for long rows, which mostly come from far away. A processor fetches ahead where it is read straight on, and from several
 * places at once. So the rows are taken as eight blocks, and one row of each is read at the same time: from the end of a row each of
 * the eight goes on with the next one, without a jump.
 */
function longRowsTimes(out: usize, a: usize, rows: usize, columns: usize, x: usize): void {
  const row = columns << 3, two = (columns & ~1) << 3;
  const block = rows >> 3, far = block * row, next = block << 3;
  const end = out + (rows << 3);
  const rest = end - ((rows & 7) << 3);
  let last = a + 8 * far;
  for (const stop = out + next; out < stop; out += 8, a += row) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    for (let j: usize = 0; j < two; j += 16) {
      const v = v128.load(x + j);
      let p = a + j;
      s0 = f64x2.add(s0, f64x2.mul(v128.load(p), v));
      p += far;
      s1 = f64x2.add(s1, f64x2.mul(v128.load(p), v));
      p += far;
      s2 = f64x2.add(s2, f64x2.mul(v128.load(p), v));
      p += far;
      s3 = f64x2.add(s3, f64x2.mul(v128.load(p), v));
      p += far;
      s4 = f64x2.add(s4, f64x2.mul(v128.load(p), v));
      p += far;
      s5 = f64x2.add(s5, f64x2.mul(v128.load(p), v));
      p += far;
      s6 = f64x2.add(s6, f64x2.mul(v128.load(p), v));
      p += far;
      s7 = f64x2.add(s7, f64x2.mul(v128.load(p), v));
    }
    const isOdd = two < row;
    let to = out, p = a + two;
    endRow(to, s0, isOdd, p, x + two);
    to += next; p += far;
    endRow(to, s1, isOdd, p, x + two);
    to += next; p += far;
    endRow(to, s2, isOdd, p, x + two);
    to += next; p += far;
    endRow(to, s3, isOdd, p, x + two);
    to += next; p += far;
    endRow(to, s4, isOdd, p, x + two);
    to += next; p += far;
    endRow(to, s5, isOdd, p, x + two);
    to += next; p += far;
    endRow(to, s6, isOdd, p, x + two);
    to += next; p += far;
    endRow(to, s7, isOdd, p, x + two);
  }
  for (out = rest; out < end; out += 8, last += row) store<f64>(out, dot(last, x, columns));
}

/**
 * out = Σ x[r] · row r of A, which is Aᵀ·x without a transpose; eight rows at a time, so that out is read and written once
 * for eight.
 */
function columnsTimes(out: usize, a: usize, rows: usize, columns: usize, x: usize): void {
  if (columns == 1) return rowsTimes(out, a, 1, rows, x); // a column is a row: numbers one after the other
  const row = columns << 3;
  const two = (columns & ~1) << 3;
  memory.fill(out, 0, row);
  const end = x + (rows << 3);
  const eights = x + ((rows & ~7) << 3);
  for (; x < eights; x += 64, a += 8 * row) {
    const x0 = v128.load64_splat(x), x1 = v128.load64_splat(x, 8), x2 = v128.load64_splat(x, 16), x3 = v128.load64_splat(x, 24);
    const x4 = v128.load64_splat(x, 32), x5 = v128.load64_splat(x, 40), x6 = v128.load64_splat(x, 48), x7 = v128.load64_splat(x, 56);
    let p = a;
    let o = out;
    for (const stop = out + two; o < stop; o += 16, p += 16) {
      let q = p;
      let s = f64x2.mul(v128.load(q), x0);
      q += row;
      let t = f64x2.mul(v128.load(q), x1);
      q += row;
      s = f64x2.add(s, f64x2.mul(v128.load(q), x2));
      q += row;
      t = f64x2.add(t, f64x2.mul(v128.load(q), x3));
      q += row;
      s = f64x2.add(s, f64x2.mul(v128.load(q), x4));
      q += row;
      t = f64x2.add(t, f64x2.mul(v128.load(q), x5));
      q += row;
      s = f64x2.add(s, f64x2.mul(v128.load(q), x6));
      q += row;
      t = f64x2.add(t, f64x2.mul(v128.load(q), x7));
      v128.store(o, f64x2.add(v128.load(o), f64x2.add(s, t)));
    }
    if (two < row) {
      let s: f64 = 0;
      for (let r: usize = 0; r < 8; r++) s += load<f64>(p + r * row) * load<f64>(x + (r << 3));
      store<f64>(o, load<f64>(o) + s);
    }
  }
  for (; x < end; x += 8, a += row) {
    const v = v128.load64_splat(x);
    let j: usize = 0;
    for (; j < two; j += 16) v128.store(out + j, f64x2.add(v128.load(out + j), f64x2.mul(v128.load(a + j), v)));
    if (j < row) store<f64>(out + j, load<f64>(out + j) + load<f64>(a + j) * load<f64>(x));
  }
}

/** How long a stretch of k is packed at a time: eight lines of it fit into the cache. */
export const STRETCH: usize = 256;

/** The rows and the columns of a tile. */
export const TILE: usize = 4;

/**
 * C [m, n] = A·B with any strides (bytes from row to row, and from place to place within a row), in tiles of 4×4 that stay in
 * registers. Four rows of A, and four columns of B, are packed so that the inner loop reads straight ahead:
 *
 *     panel of A:  a₀₀ a₁₀ a₂₀ a₃₀ │ a₀₁ a₁₁ a₂₁ a₃₁ │ …
 *
 * `room` has place for TILE lines of A and for n lines of B, rounded up to whole tiles, each of at most STRETCH numbers.
 */
function matmul(
  c: usize, a: usize, rowA: usize, stepA: usize, b: usize, rowB: usize, stepB: usize, m: usize, k: usize, n: usize, room: usize,
): void {
  const panelA = room;
  const panelsB = room + ((TILE * STRETCH) << 3);
  if (k == 0) memory.fill(c, 0, (m * n) << 3);
  for (let from: usize = 0; from < k; from += STRETCH) {
    const length = min(STRETCH, k - from);
    const panel = length << 5;
    for (let j: usize = 0; j < n; j += 4)
      pack(panelsB + (j >> 2) * panel, b + from * rowB + j * stepB, min<usize>(4, n - j), stepB, length, rowB);
    for (let i: usize = 0; i < m; i += 4) {
      const rows = min<usize>(4, m - i);
      let at = a + i * rowA + from * stepA;
      let across = rowA, along = stepA;
      if (rows < 4 || stepA != 8) {
        pack(panelA, at, rows, rowA, length, stepA);
        at = panelA;
        across = 8;
        along = 32;
      }
      for (let j: usize = 0; j < n; j += 4)
        tile(c + ((i * n + j) << 3), n << 3, rows, min<usize>(4, n - j), at, across, along, panelsB + (j >> 2) * panel, length, from > 0);
    }
  }
}

/** Copies up to four lines of `length` numbers into groups of four; missing lines are zeros. */
function pack(to: usize, from: usize, lines: usize, line: usize, length: usize, step: usize): void {
  const end = to + (length << 5);
  if (lines == 4 && line == 8) {
    // The four are neighbors.
    for (; to < end; from += step, to += 32) {
      const left = v128.load(from), right = v128.load(from, 16);
      v128.store(to, left);
      v128.store(to, right, 16);
    }
    return;
  }
  if (lines == 4) {
    const second = from + line, third = second + line, fourth = third + line;
    let at: usize = 0;
    if (step == 8) {
      // Each line is in one piece: two places of all four at a time.
      for (const many = to + ((length & ~1) << 5); to < many; at += 16, to += 64) {
        const v0 = v128.load(from + at), v1 = v128.load(second + at), v2 = v128.load(third + at), v3 = v128.load(fourth + at);
        v128.store(to, v128.shuffle<f64>(v0, v1, 0, 2));
        v128.store(to, v128.shuffle<f64>(v2, v3, 0, 2), 16);
        v128.store(to, v128.shuffle<f64>(v0, v1, 1, 3), 32);
        v128.store(to, v128.shuffle<f64>(v2, v3, 1, 3), 48);
      }
    }
    for (; to < end; at += step, to += 32) {
      store<f64>(to, load<f64>(from + at));
      store<f64>(to, load<f64>(second + at), 8);
      store<f64>(to, load<f64>(third + at), 16);
      store<f64>(to, load<f64>(fourth + at), 24);
    }
    return;
  }
  for (; to < end; from += step, to += 32)
    for (let l: usize = 0; l < 4; l++) store<f64>(to + (l << 3), l < lines ? load<f64>(from + l * line) : 0);
}

/** One tile of 4×4: Σ over `length` places of a column of A times a row of B. */
function tile(
  c: usize, rowC: usize, rows: usize, columns: usize, a: usize, across: usize, along: usize, b: usize, length: usize, add: bool,
): void {
  let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  let a1 = a + across, a2 = a1 + across, a3 = a2 + across;
  for (const end = b + (length << 5); b < end; b += 32, a += along, a1 += along, a2 += along, a3 += along) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let v = v128.load64_splat(a);
    s00 = f64x2.add(s00, f64x2.mul(v, b0));
    s01 = f64x2.add(s01, f64x2.mul(v, b1));
    v = v128.load64_splat(a1);
    s10 = f64x2.add(s10, f64x2.mul(v, b0));
    s11 = f64x2.add(s11, f64x2.mul(v, b1));
    v = v128.load64_splat(a2);
    s20 = f64x2.add(s20, f64x2.mul(v, b0));
    s21 = f64x2.add(s21, f64x2.mul(v, b1));
    v = v128.load64_splat(a3);
    s30 = f64x2.add(s30, f64x2.mul(v, b0));
    s31 = f64x2.add(s31, f64x2.mul(v, b1));
  }
  put(c, columns, s00, s01, add);
  if (rows > 1) put(c + rowC, columns, s10, s11, add);
  if (rows > 2) put(c + 2 * rowC, columns, s20, s21, add);
  if (rows > 3) put(c + 3 * rowC, columns, s30, s31, add);
}

/** Writes, or adds, up to four numbers of a row. */
// @ts-ignore: decorator
@inline
function put(c: usize, columns: usize, left: v128, right: v128, add: bool): void {
  if (columns == 4) {
    v128.store(c, add ? f64x2.add(v128.load(c), left) : left);
    v128.store(c, add ? f64x2.add(v128.load(c, 16), right) : right, 16);
    return;
  }
  putLane(c, f64x2.extract_lane(left, 0), add);
  if (columns > 1) putLane(c + 8, f64x2.extract_lane(left, 1), add);
  if (columns > 2) putLane(c + 16, f64x2.extract_lane(right, 0), add);
}

// @ts-ignore: decorator
@inline
function putLane(c: usize, v: f64, add: bool): void {
  store<f64>(c, add ? load<f64>(c) + v : v);
}
