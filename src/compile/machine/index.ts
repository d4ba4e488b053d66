// The machine: reads the instructions of a program one after the other and runs them. A program, its constants and all its
// numbers are in one memory; `run` works through the words from `at` up to `end`. The encoder that writes them is ../encode.ts,
// with a table for each family of ops in ../instructions/.

import { Code } from "../codes";
import * as e from "./elementwise";
import { broadcast, elements, lone1, lone2, lone3 } from "./elementwise";
import { columnsTimes, matmul, rowsTimes } from "./linalg";
import { copy, fill } from "./movement";
import { accumulate, exceptLargest, extremum, softmax, sum } from "./reduce";

/** Where a program may begin: what is before it is the machine's own. */
export const firstFree: usize = __heap_base;

/** How many rows the region under way has. */
let total: usize = 0;

/** Word i of an instruction. */
// @ts-ignore: decorator
@inline
function word(at: usize, i: usize): usize {
  return load<u32>(at + (i << 2));
}

/** The address in words i and i + 1: a base, and how many bytes it moves with each row of the region. */
// @ts-ignore: decorator
@inline
function address(at: usize, i: usize, row: usize): usize {
  return <usize>load<u32>(at + (i << 2)) + row * <usize>load<u32>(at + (i << 2), 4);
}

// @ts-ignore: decorator
@inline
function one1<Op>(at: usize): usize {
  v128.store64_lane(load<u32>(at, 4), lone1<Op>(v128.load64_splat(load<u32>(at, 8))), 0);
  return at + 12;
}

// @ts-ignore: decorator
@inline
function one2<Op>(at: usize): usize {
  const x = v128.load64_splat(load<u32>(at, 8));
  const y = v128.load64_splat(load<u32>(at, 12));
  v128.store64_lane(load<u32>(at, 4), lone2<Op>(x, y), 0);
  return at + 16;
}

// @ts-ignore: decorator
@inline
function one3<Op>(at: usize): usize {
  const x = v128.load64_splat(load<u32>(at, 8));
  const y = v128.load64_splat(load<u32>(at, 12));
  const z = v128.load64_splat(load<u32>(at, 16));
  v128.store64_lane(load<u32>(at, 4), lone3<Op>(x, y, z), 0);
  return at + 20;
}

/** Runs the instructions from `at` up to `end`. Within a region: on `rows` rows from `row` on; otherwise 1 and 0. */
export function run(at: usize, end: usize, row: usize, rows: usize): void {
  while (at < end) {
    switch (load<u32>(at)) {
      case Code.Neg: at = one1<e.Neg>(at); break;
      case Code.Exp: at = one1<e.Exp>(at); break;
      case Code.Expm1: at = one1<e.Expm1>(at); break;
      case Code.Log: at = one1<e.Log>(at); break;
      case Code.Log1p: at = one1<e.Log1p>(at); break;
      case Code.Sqrt: at = one1<e.Sqrt>(at); break;
      case Code.Reciprocal: at = one1<e.Reciprocal>(at); break;
      case Code.Abs: at = one1<e.Abs>(at); break;
      case Code.Sign: at = one1<e.Sign>(at); break;
      case Code.Sin: at = one1<e.Sin>(at); break;
      case Code.Cos: at = one1<e.Cos>(at); break;
      case Code.Tanh: at = one1<e.Tanh>(at); break;
      case Code.Sigmoid: at = one1<e.Sigmoid>(at); break;
      case Code.Softplus: at = one1<e.Softplus>(at); break;
      case Code.Relu: at = one1<e.Relu>(at); break;
      case Code.ExpNegAbs: at = one1<e.ExpNegAbs>(at); break;
      case Code.Add: at = one2<e.Add>(at); break;
      case Code.Sub: at = one2<e.Sub>(at); break;
      case Code.Mul: at = one2<e.Mul>(at); break;
      case Code.Div: at = one2<e.Div>(at); break;
      case Code.Pow: at = one2<e.Pow>(at); break;
      case Code.Maximum: at = one2<e.Maximum>(at); break;
      case Code.Minimum: at = one2<e.Minimum>(at); break;
      case Code.Equal: at = one2<e.Equal>(at); break;
      case Code.NotEqual: at = one2<e.NotEqual>(at); break;
      case Code.Less: at = one2<e.Less>(at); break;
      case Code.LessEqual: at = one2<e.LessEqual>(at); break;
      case Code.SigmoidFromExp: at = one2<e.SigmoidFromExp>(at); break;
      case Code.Guard: at = one2<e.Guard>(at); break;
      case Code.Where: at = one3<e.Where>(at); break;
      case Code.LogisticLossFromExp: at = one3<e.LogisticLossFromExp>(at); break;
      case Code.LogisticResidualFromExp: at = one3<e.LogisticResidualFromExp>(at); break;
      default: at = runMany(at, row, rows);
    }
  }
}

/**
 * Runs one instruction over many numbers and returns where the next one begins. The comments name the words after the code;
 * a star marks an address with its stride, two words. Sizes along the rows of a region are those of one row.
 */
function runMany(at: usize, row: usize, rows: usize): usize {
  switch (load<u32>(at)) {
    case Code.Elements: {
      // op, width, out*, a*, step, b*, step, c*, step
      const a = address(at, 5, row), b = address(at, 8, row), c = address(at, 11, row);
      elements(<Code>word(at, 1), rows * word(at, 2), address(at, 3, row), a, word(at, 7), b, word(at, 10), c, word(at, 13));
      return at + 56;
    }
    case Code.Broadcast: {
      // as Elements; the bytes from row to row in a, b and c; how many outer axes, and four words for each
      let out = address(at, 3, row), a = address(at, 5, row), b = address(at, 8, row), c = address(at, 11, row);
      const count = word(at, 17);
      for (let r: usize = 0; r < rows; r++) {
        out = broadcast(<Code>word(at, 1), at + 72, <u32>count, word(at, 2), out, a, word(at, 7), b, word(at, 10), c, word(at, 13));
        a += word(at, 14);
        b += word(at, 15);
        c += word(at, 16);
      }
      return at + 72 + (count << 4);
    }
    case Code.Sum: {
      // out*, x*, outer, n, inner
      sum(address(at, 1, row), address(at, 3, row), rows * word(at, 5), word(at, 6), word(at, 7));
      return at + 32;
    }
    case Code.SumRows: {
      // out, rest, x*, n, inner, part
      const inner = word(at, 6);
      sum(word(at, 7), address(at, 3, row), 1, rows * word(at, 5), inner);
      accumulate(word(at, 1), word(at, 2), word(at, 7), inner, row == 0, row + rows == total);
      return at + 32;
    }
    case Code.Max: {
      // as Sum
      extremum(true, address(at, 1, row), address(at, 3, row), rows * word(at, 5), word(at, 6), word(at, 7));
      return at + 32;
    }
    case Code.Min: {
      // as Sum
      extremum(false, address(at, 1, row), address(at, 3, row), rows * word(at, 5), word(at, 6), word(at, 7));
      return at + 32;
    }
    case Code.Softmax: {
      // out*, x*, rows, n
      softmax(address(at, 1, row), address(at, 3, row), rows * word(at, 5), word(at, 6));
      return at + 28;
    }
    case Code.LogSumExp: {
      // out*, x*, rows, n, room for the maxima
      const count = rows * word(at, 5);
      const out = address(at, 1, row);
      const top = word(at, 7);
      exceptLargest(out, address(at, 3, row), count, word(at, 6), top);
      elements(Code.Log1p, count, out, out, 1, 0, 0, 0, 0);
      elements(Code.Add, count, out, out, 1, top, 1, 0, 0);
      return at + 32;
    }
    case Code.RowsTimes: {
      // out*, matrix*, rows, columns, vector*
      rowsTimes(address(at, 1, row), address(at, 3, row), rows * word(at, 5), word(at, 6), address(at, 7, row));
      return at + 36;
    }
    case Code.ColumnsTimes: {
      // out, rest, matrix*, rows, columns, part, vector*
      const part = word(at, 7);
      const out = word(at, 1);
      columnsTimes(part != 0 ? part : out, address(at, 3, row), rows * word(at, 5), word(at, 6), address(at, 8, row));
      if (part != 0) accumulate(out, word(at, 2), part, word(at, 6), row == 0, row + rows == total);
      return at + 40;
    }
    case Code.MatMul: {
      // out*, rest, part, A*, bytes from row to row and along one, B* and the same, m, k, n, which of m (1) and k (2) is rows, room
      const part = word(at, 4);
      const out = address(at, 1, row);
      const role = word(at, 16);
      const m = role == 1 ? rows * word(at, 13) : word(at, 13);
      const k = role == 2 ? rows * word(at, 14) : word(at, 14);
      const n = word(at, 15);
      matmul(
        part != 0 ? part : out, address(at, 5, row), word(at, 7), word(at, 8), address(at, 9, row), word(at, 11), word(at, 12),
        m, k, n, word(at, 17),
      );
      if (part != 0) accumulate(out, word(at, 3), part, m * n, row == 0, row + rows == total);
      return at + 72;
    }
    case Code.Fill: {
      // out, n, the number in two words
      fill(word(at, 1), word(at, 2), load<f64>(at + 12));
      return at + 20;
    }
    case Code.Copy: {
      // out, x, how many axes, and three words for each
      const count = word(at, 3);
      copy(at + 16, <u32>count, word(at, 1), word(at, 2));
      return at + 16 + count * 12;
    }
    default: {
      // Region: its length in bytes, rows, rows at a time. Chunks of rows go through all instructions up to its end.
      const last = at + word(at, 1);
      total = word(at, 2);
      const chunk = word(at, 3);
      for (let r: usize = 0; r < total; r += chunk) run(at + 16, last, r, min(chunk, total - r));
      return last;
    }
  }
}
