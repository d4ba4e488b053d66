import fc from "fast-check";
import {
  checkpoint,
  cholesky,
  eye,
  grad,
  jvp,
  matmul,
  scan,
  segmentSum,
  slogdet,
  solve,
  solveTriangular,
  stack,
  type Tensor,
  take,
  vmap,
} from "gradtape";
import { type Expression, expression } from "./expressions.js";

// Random programs: what expressions are not, loops, batches, functions that run again, gradients within, matrices and indices, one in
// the other. Each takes inputs of the shapes that expressions take and returns a matrix of 2×3 with numbers between −1 and 1.

const SHAPE = [2, 3] as const;

/** Any tensor as a matrix of 2×3: repeated where it fits, else its sum. */
function settled(x: Tensor): Tensor {
  const fits = x.rank <= 2 && x.shape.every((size, i) => size === 1 || size === SHAPE[i + 2 - x.rank]);
  return (fits ? x : x.sum()).tanh().broadcastTo(SHAPE);
}

/** A symmetric, positive definite matrix of 2×2 from one of 2×3. */
const definite = (x: Tensor): Tensor => x.matmul(x, { transposeB: true }).add(eye(2).mul(1.5));

/** What makes a program of others, f and g; each function that it hands on takes what it needs from around it as well. */
// biome-ignore format: one line each
const forms: readonly ((f: Expression, g: Expression, at: readonly Tensor[]) => Tensor)[] = [
  // Loops: with a carry of one tensor, over rows, of pairs, by the number of the step.
  (f, g, [x, y, z]) => { const [end, all] = scan((c: Tensor) => [f([c, y, z]), g([x, y, z]).mul(c).sum()], x, 3); return end.add(all.sum()); },
  (f, g, [x, y, z]) => scan((c: Tensor, row: Tensor) => [f([x.mul(c), row, z]).mean(0), g([x, c, z])], y, x)[1].mean(0),
  (f, g, [x, y, z]) => { const [[p, q]] = scan(([p, q], i) => [[q, f([p, y, z.add(i)])], undefined], [x, g([x, y, z])] as [Tensor, Tensor], 2); return p.sub(q); },
  // Batches: of rows, of columns, of gradients, in a loop.
  (f, g, [x, y, z]) => vmap((row: Tensor) => f([x.mul(row), row, z]).mean(0))(x).mul(g([x, y, z])),
  (f, _g, [x, y, z]) => vmap((column: Tensor, k: Tensor) => f([x.mul(k), y, column.sum().mul(z)]).sum(), { inAxes: [1, 0] })(x, y),
  (f, _g, [x, , z]) => vmap((row: Tensor) => grad((t: Tensor) => f([x.mul(t), t, z]).sum())(row))(x),
  (f, _g, [x, y, z]) => scan((c: Tensor) => [vmap((row: Tensor) => f([c.mul(row), y, z]).mean(0))(c), undefined], x, 2)[0],
  // Functions that run again, and derivatives within.
  (f, g, [x, y, z]) => checkpoint((t: Tensor, u: Tensor) => f([t, u, z]).mul(g([t, y, z])))(x, y),
  (f, _g, [x, y, z]) => grad((t: Tensor) => f([t, y, z]).mul(x).sum())(x),
  (f, g, [x, y, z]) => jvp((t: Tensor) => f([t, y, z]), [x], [g([x, y, z])])[1],
  (f, _g, [x, y, z]) => grad((t: Tensor) => scan((c: Tensor) => [f([c, y, t]), c.sum()], x, 2)[1].sum())(z).mul(x),
  // Matrices.
  (f, g, [x, y, z]) => solve(definite(f([x, y, z])), g([x, y, z])),
  (f, g, [x, y, z]) => { const l = cholesky(definite(f([x, y, z]))); return solveTriangular(l, g([x, y, z])).add(matmul(l, x)); },
  (f, g, [x, y, z]) => slogdet(definite(f([x, y, z])))[1].mul(g([x, y, z])),
  // Indices.
  (f, g, [x, y, z]) => take(f([x, y, z]), [[1, 0, 1], [-1, -2, 0]], 1).mul(g([x, y, z])).sum(0),
  (f, g, [x, y, z]) => segmentSum(stack([f([x, y, z]), g([x, y, z]), x]).reshape([6, 3]), [0, 1, 1, 0, 1, 1], 2),
];

/** Programs with expressions, and programs, in the places of their parts, up to three deep. */
export const { program } = fc.letrec<{ program: Expression }>((tie) => ({
  program: fc.oneof(
    { maxDepth: 3, depthIdentifier: "program" },
    expression.map(
      (e): Expression =>
        (at) =>
          settled(e(at)),
    ),
    ...[0, 1, 2].map(() =>
      fc.tuple(fc.constantFrom(...forms), tie("program"), tie("program")).map(
        ([form, f, g]): Expression =>
          (at) =>
            settled(form(f, g, at)),
      ),
    ),
  ),
}));
