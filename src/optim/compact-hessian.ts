import { eliminate } from "./dense.js";
import { addTo, dot, norm } from "./vector.js";

/** How many pairs of changes are remembered. */
const MEMORY = 10;

/**
 * The approximation of the Hessian that L-BFGS makes of the last k changes s of the parameters and y of the gradient, in the
 * compact form of Byrd, Nocedal and Schnabel (1994):
 *
 *     B = θI − W·M·Wᵀ   with   W = [Y, θS]   and   M = [[−D, Lᵀ], [L, θSᵀS]]⁻¹
 *
 * where S and Y have the changes as their columns, D is the diagonal of SᵀY, and L the part of it below the diagonal. Each pair
 * is scaled so that sᵀy = 1, which leaves B as it is.
 */
export class CompactHessian {
  /** θ: the curvature in all directions of which nothing is known. */
  theta = 1;
  private s: Float64Array[] = [];
  private y: Float64Array[] = [];
  /** sᵢᵀsⱼ, sᵢᵀyⱼ and yᵢᵀyⱼ. */
  private ss: number[][] = [];
  private sy: number[][] = [];
  private yy: number[][] = [];
  private scratch = new Float64Array(0);
  private solve: ((b: Float64Array) => Float64Array) | undefined;

  /** The columns of W: 2k. */
  get width(): number {
    return 2 * this.s.length;
  }

  /** Forgets all pairs. */
  clear(): void {
    this.s = [];
    this.y = [];
    this.ss = [];
    this.sy = [];
    this.yy = [];
    this.solve = undefined;
  }

  /** Takes a pair of changes into account, if f curves upward between its ends. */
  update(s: Float64Array, y: Float64Array): void {
    const product = dot(s, y);
    // Only with sᵀy > 0 does B stay positive definite; the Wolfe conditions give that except for rounding and at bounds.
    if (!(product > Number.EPSILON * norm(s) * norm(y))) return;
    this.theta = (norm(y) / product) * norm(y);
    const scale = 1 / Math.sqrt(product);
    for (let i = 0; i < s.length; i++) {
      s[i] *= scale;
      y[i] *= scale;
    }
    if (this.s.length === MEMORY) {
      for (const list of [this.s, this.y, this.ss, this.sy, this.yy]) list.shift();
      for (const row of [...this.ss, ...this.sy, ...this.yy]) row.shift();
    }
    this.s.push(s);
    this.y.push(y);
    const k = this.s.length;
    this.ss.push([]);
    this.sy.push([]);
    this.yy.push([]);
    for (let i = 0; i < k; i++) {
      this.ss[i][k - 1] = this.ss[k - 1][i] = dot(this.s[i], s);
      this.yy[i][k - 1] = this.yy[k - 1][i] = dot(this.y[i], y);
      this.sy[i][k - 1] = dot(this.s[i], y);
      this.sy[k - 1][i] = dot(s, this.y[i]);
    }
    this.solve = eliminate(this.middle(), 2 * k);
    if (this.solve === undefined) this.clear();
  }

  /** The inverse of M. */
  private middle(): Float64Array {
    const k = this.s.length;
    const m = new Float64Array(4 * k * k);
    for (let i = 0; i < k; i++) {
      m[i * 2 * k + i] = -1; // D, by the scale of the pairs
      for (let j = 0; j < k; j++) {
        m[(k + i) * 2 * k + k + j] = this.theta * this.ss[i][j];
        if (i > j) m[(k + i) * 2 * k + j] = m[j * 2 * k + k + i] = this.sy[i][j];
      }
    }
    return m;
  }

  /** M·v. */
  timesM(v: Float64Array): Float64Array {
    return this.solve === undefined ? v : this.solve(v);
  }

  /** Row i of W. */
  row(i: number): Float64Array {
    const k = this.s.length;
    const row = new Float64Array(2 * k);
    for (let j = 0; j < k; j++) {
      row[j] = this.y[j][i];
      row[k + j] = this.theta * this.s[j][i];
    }
    return row;
  }

  /** Wᵀv. */
  transposeTimes(v: Float64Array): Float64Array {
    const k = this.s.length;
    const product = new Float64Array(2 * k);
    for (let j = 0; j < k; j++) {
      product[j] = dot(this.y[j], v);
      product[k + j] = this.theta * dot(this.s[j], v);
    }
    return product;
  }

  /** v ← v + factor·W·c. */
  addTimes(v: Float64Array, factor: number, c: Float64Array): void {
    const k = this.s.length;
    for (let j = 0; j < k; j++) {
      addTo(v, factor * c[j], this.y[j]);
      addTo(v, factor * this.theta * c[k + j], this.s[j]);
    }
  }

  /** WᵀW over the rows that are marked, 2k × 2k. */
  gram(marked: Uint8Array): Float64Array {
    let count = 0;
    for (let i = 0; i < marked.length; i++) count += marked[i];
    // Over all rows it is known: so the sum goes over the fewer rows, those that are marked or the others.
    const fewer = 2 * count > marked.length ? 0 : 1;
    const rows = new Uint32Array(fewer === 1 ? count : marked.length - count);
    for (let i = 0, at = 0; i < marked.length; i++) if (marked[i] === fewer) rows[at++] = i;
    const part = gramOf(this.columns(rows));
    if (fewer === 1) return part;
    const gram = this.fullGram();
    addTo(gram, -1, part);
    return gram;
  }

  /** Some rows of W, column by column. */
  private columns(rows: Uint32Array): Float64Array[] {
    const { length } = rows;
    if (this.scratch.length < length * this.width) this.scratch = new Float64Array(length * this.width);
    return [...this.y, ...this.s].map((column, j) => {
      const picked = this.scratch.subarray(j * length, (j + 1) * length);
      const factor = j < this.y.length ? 1 : this.theta;
      for (let i = 0; i < length; i++) picked[i] = factor * column[rows[i]];
      return picked;
    });
  }

  private fullGram(): Float64Array {
    const k = this.s.length;
    const gram = new Float64Array(4 * k * k);
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++) {
        gram[i * 2 * k + j] = this.yy[i][j];
        gram[(k + i) * 2 * k + k + j] = this.theta ** 2 * this.ss[i][j];
        gram[(k + i) * 2 * k + j] = gram[j * 2 * k + k + i] = this.theta * this.sy[i][j];
      }
    return gram;
  }
}

/** The products of all columns with each other. */
function gramOf(columns: readonly Float64Array[]): Float64Array {
  const n = columns.length;
  const gram = new Float64Array(n * n);
  for (let a = 0; a < n; a++) for (let b = 0; b <= a; b++) gram[a * n + b] = gram[b * n + a] = dot(columns[a], columns[b]);
  return gram;
}
