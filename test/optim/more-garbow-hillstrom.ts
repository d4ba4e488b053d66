// The 35 problems of J. J. Moré, B. S. Garbow and K. E. Hillstrom, "Testing unconstrained optimization software", ACM Transactions
// on Mathematical Software 7 (1981) 17–41: sums of squares of m functions of n parameters, with the starting points and the
// minima that are published there. Problem 11 has |yᵢ − x₂|, where the paper has a misprint.
import { concat, defineOp, type Tensor, type TensorLike, tensor, where } from "gradtape";

/** A sum of squares to be minimized. */
export interface Problem {
  /** The number in the paper. */
  readonly number: number;
  readonly name: string;
  /** The standard starting point; its length is n. */
  readonly start: readonly number[];
  /** The m functions whose squares are summed. */
  readonly residuals: (x: Tensor) => Tensor;
  /** The values of all minima that the paper gives, some of them only local or at infinity. */
  readonly minima: readonly number[];
}

/** The function of a problem that is minimized. */
export const sumOfSquares =
  ({ residuals }: Problem) =>
  (x: Tensor): Tensor =>
    residuals(x).square().sum();

/** The numbers from 1 to n. */
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
/** The parameters one by one, as scalars. */
const each = (x: Tensor): Tensor[] => upTo(x.size).map((i) => x.slice([i - 1]));
/** Several scalars and vectors as one vector. */
const list = (...parts: readonly Tensor[]): Tensor => concat(parts.map((part) => (part.rank === 0 ? part.reshape([1]) : part)));
/** Every second parameter, or every fourth, from `first` on. */
const every = (x: Tensor, step: number, first: number): Tensor => x.slice([[first, x.size, step]]);
const repeat = (times: number, values: readonly number[]): number[] => upTo(times).flatMap(() => values);

/** The polynomial Σⱼ cⱼ·tʲ, by Horner's rule. */
const polynomial = (coefficients: readonly Tensor[], t: TensorLike): Tensor =>
  coefficients
    .slice(0, -1)
    .reduceRight<Tensor>((sum, c) => sum.mul(t).add(c), (coefficients.at(-1) as Tensor).add(tensor(t as number[]).mul(0)));

const ROOT_5 = Math.sqrt(5);
const ROOT_10 = Math.sqrt(10);
const ROOT_90 = Math.sqrt(90);

const extendedRosenbrock = (x: Tensor): Tensor => {
  const [odd, even] = [every(x, 2, 0), every(x, 2, 1)];
  return list(even.sub(odd.square()).mul(10), odd.rsub(1));
};

const extendedPowellSingular = (x: Tensor): Tensor => {
  const [a, b, c, d] = [0, 1, 2, 3].map((first) => every(x, 4, first));
  return list(a.add(b.mul(10)), c.sub(d).mul(ROOT_5), b.sub(c.mul(2)).square(), a.sub(d).square().mul(ROOT_10));
};

/** The angle of (x₁, x₂) in turns, from −¼ to ¾, with a jump where x₁ = 0. */
function turns(x1: Tensor, x2: Tensor): Tensor {
  const angle = arctan(x2.div(x1)).div(2 * Math.PI);
  return where(x1.less(0), angle.add(0.5), angle);
}

const arctan = defineOp({
  name: "ArcTan",
  forward: (out, x) => {
    for (let i = 0; i < out.data.length; i++) out.data[i] = Math.atan(x.data[i]);
  },
  vjp: (g, _, x) => [g.div(x.square().add(1))],
  jvp: ([dx], _, x) => dx.div(x.square().add(1)),
});

const bardY = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];
const bardU = tensor(upTo(15));
const bardV = tensor(upTo(15).map((i) => 16 - i));
const bardW = tensor(upTo(15).map((i) => Math.min(i, 16 - i)));

const gaussianY = [9e-4, 44e-4, 175e-4, 54e-3, 1295e-4, 242e-3, 3521e-4, 3989e-4];
const gaussianT = tensor(upTo(15).map((i) => (8 - i) / 2));

const meyerY = [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872];
const meyerT = tensor(upTo(16).map((i) => 45 + 5 * i));

const gulfT = upTo(99).map((i) => i / 100);
const gulfY = tensor(gulfT.map((t) => 25 + (-50 * Math.log(t)) ** (2 / 3)));

/** The data of Kowalik and Osborne. */
export const kowalikY = [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
export const kowalikU = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];

const tenths = (m: number): Tensor => tensor(upTo(m).map((i) => i / 10));
const boxT = tenths(10);
const biggsT = tenths(13);
const biggsY = biggsT.neg().exp().sub(biggsT.mul(-10).exp().mul(5)).add(biggsT.mul(-4).exp().mul(3));

const brownDennisT = tensor(upTo(20).map((i) => i / 5));

// biome-ignore format: a table of data
const osborne1Y = [
  0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.58,
  0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414, 0.411, 0.406,
];
const osborne1T = tensor(upTo(33).map((i) => 10 * (i - 1)));

// biome-ignore format: a table of data
const osborne2Y = [
  1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602,
  0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.5, 0.423, 0.395, 0.375,
  0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591,
  0.559, 0.597, 0.625, 0.739, 0.71, 0.729, 0.72, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
];
const osborne2T = tensor(upTo(65).map((i) => (i - 1) / 10));

function watson(x: Tensor): Tensor {
  const t = upTo(29).map((i) => i / 29);
  const c = each(x);
  const derivative = polynomial(
    c.slice(1).map((cj, j) => cj.mul(j + 1)),
    t,
  );
  return list(derivative.sub(polynomial(c, t).square()).sub(1), c[0], c[1].sub(c[0].square()).sub(1));
}

const PENALTY = Math.sqrt(1e-5);

const penalty1 = (x: Tensor): Tensor => list(x.sub(1).mul(PENALTY), x.square().sum().sub(0.25));

function penalty2(x: Tensor): Tensor {
  const n = x.size;
  const e = x.div(10).exp();
  const y = upTo(n - 1).map((i) => Math.exp((i + 1) / 10) + Math.exp(i / 10));
  return list(
    x.slice([0]).sub(0.2),
    e
      .slice([[1, n]])
      .add(e.slice([[0, n - 1]]))
      .sub(y)
      .mul(PENALTY),
    e
      .slice([[1, n]])
      .sub(Math.exp(-0.1))
      .mul(PENALTY),
    x.square().mul(upTo(n).reverse()).sum().sub(1),
  );
}

function variablyDimensioned(x: Tensor): Tensor {
  const sum = x.sub(1).mul(upTo(x.size)).sum();
  return list(x.sub(1), sum, sum.square());
}

const trigonometric = (x: Tensor): Tensor =>
  x
    .cos()
    .sum()
    .rsub(x.size)
    .add(x.cos().rsub(1).mul(upTo(x.size)))
    .sub(x.sin());

const brownAlmostLinear = (x: Tensor): Tensor => {
  const n = x.size;
  return list(
    x
      .add(x.sum())
      .sub(n + 1)
      .slice([[0, n - 1]]),
    x.prod().sub(1),
  );
};

/** The neighbors of each parameter, with 0 beyond the ends. */
const before = (x: Tensor): Tensor => x.slice([[0, x.size - 1]]).pad([[1, 0]]);
const after = (x: Tensor): Tensor => x.slice([[1, x.size]]).pad([[0, 1]]);

/** The points t between 0 and 1 at which a discrete equation holds. */
const grid = (n: number): number[] => upTo(n).map((i) => i / (n + 1));

const discreteBoundaryValue = (x: Tensor): Tensor => {
  const h = 1 / (x.size + 1);
  return x
    .mul(2)
    .sub(before(x))
    .sub(after(x))
    .add(
      x
        .add(grid(x.size).map((t) => t + 1))
        .pow(3)
        .mul(h ** 2 / 2),
    );
};

const discreteIntegral = (x: Tensor): Tensor => {
  const t = grid(x.size);
  const cubes = x.add(t.map((v) => v + 1)).pow(3);
  const left = cubes.mul(t).cumsum(0);
  const weighted = cubes.mul(t.map((v) => 1 - v));
  const right = weighted.sum().sub(weighted.cumsum(0));
  return x.add(
    left
      .mul(t.map((v) => 1 - v))
      .add(right.mul(t))
      .div(2 * (x.size + 1)),
  );
};

const broydenTridiagonal = (x: Tensor): Tensor => x.mul(-2).add(3).mul(x).sub(before(x)).sub(after(x).mul(2)).add(1);

const broydenBanded = (x: Tensor): Tensor => {
  const n = x.size;
  const terms = x.mul(x.add(1));
  let band = after(terms);
  for (let shift = 1; shift <= 5; shift++) band = band.add(terms.slice([[0, n - shift]]).pad([[shift, 0]]));
  return x.mul(x.square().mul(5).add(2)).add(1).sub(band);
};

/** The functions of the three linear problems have m = 2n. */
const linearFullRank = (x: Tensor): Tensor => {
  const n = x.size;
  const mean = x.sum().div(n); // 2/m times the sum
  return list(x.sub(mean).sub(1), mean.neg().sub(1).broadcastTo([n]));
};
const linearRank1 = (x: Tensor): Tensor =>
  x
    .mul(upTo(x.size))
    .sum()
    .mul(upTo(2 * x.size))
    .sub(1);
const linearRank1WithZeros = (x: Tensor): Tensor => {
  const n = x.size;
  const m = 2 * n;
  const inner = upTo(n).map((j) => (j === 1 || j === n ? 0 : j));
  const outer = upTo(m).map((i) => (i === 1 || i === m ? 0 : i - 1));
  return x.mul(inner).sum().mul(outer).sub(1);
};
const linearMinimum = {
  fullRank: (n: number, m: number): number => m - n,
  rank1: (m: number): number => (m * (m - 1)) / (2 * (2 * m + 1)),
  rank1WithZeros: (m: number): number => (m ** 2 + 3 * m - 6) / (2 * (2 * m - 3)),
};

/** Means of Chebyshev's polynomials on [0, 1] over the points x, without their integrals. */
function chebyquad(x: Tensor): Tensor {
  const n = x.size;
  const u = x.mul(2).sub(1);
  let [previous, current] = [u.mul(0).add(1), u];
  const parts: Tensor[] = [];
  for (let i = 1; i <= n; i++) {
    parts.push(current.mean().sub(i % 2 === 1 ? 0 : -1 / (i ** 2 - 1)));
    [previous, current] = [current, u.mul(2).mul(current).sub(previous)];
  }
  return list(...parts);
}
const chebyquadProblem = (n: number, minima: readonly number[]): Problem => ({
  number: 35,
  name: `Chebyquad, n = ${n}`,
  start: grid(n),
  residuals: chebyquad,
  minima,
});

const penaltyProblems = (
  number: number,
  name: string,
  residuals: Problem["residuals"],
  start: (n: number) => number[],
  minima: Readonly<Record<number, number>>,
): Problem[] =>
  Object.entries(minima).map(([n, minimum]) => ({
    number,
    name: `${name}, n = ${n}`,
    start: start(Number(n)),
    residuals,
    minima: [minimum],
  }));

/** All problems. Where the paper lets n vary, with n = 10 or what its table of minima has. */
export const problems: readonly Problem[] = [
  {
    number: 1,
    name: "Rosenbrock",
    start: [-1.2, 1],
    residuals: extendedRosenbrock,
    minima: [0],
  },
  {
    number: 2,
    name: "Freudenstein and Roth",
    start: [0.5, -2],
    residuals: (x) => {
      const [x1, x2] = each(x);
      return list(x1.sub(13).add(x2.rsub(5).mul(x2).sub(2).mul(x2)), x1.sub(29).add(x2.add(1).mul(x2).sub(14).mul(x2)));
    },
    minima: [0, 48.9842],
  },
  {
    number: 3,
    name: "Powell, badly scaled",
    start: [0, 1],
    residuals: (x) => {
      const [x1, x2] = each(x);
      return list(x1.mul(x2).mul(1e4).sub(1), x.neg().exp().sum().sub(1.0001));
    },
    minima: [0],
  },
  {
    number: 4,
    name: "Brown, badly scaled",
    start: [1, 1],
    residuals: (x) => {
      const [x1, x2] = each(x);
      return list(x1.sub(1e6), x2.sub(2e-6), x1.mul(x2).sub(2));
    },
    minima: [0],
  },
  {
    number: 5,
    name: "Beale",
    start: [1, 1],
    residuals: (x) => {
      const [x1, x2] = each(x);
      return list(
        ...[1.5, 2.25, 2.625].map((y, i) =>
          x2
            .pow(i + 1)
            .rsub(1)
            .mul(x1)
            .rsub(y),
        ),
      );
    },
    minima: [0],
  },
  {
    number: 6,
    name: "Jennrich and Sampson",
    start: [0.3, 0.4],
    residuals: (x) => {
      const i = tensor(upTo(10));
      const [x1, x2] = each(x);
      return i
        .mul(2)
        .add(2)
        .sub(i.mul(x1).exp().add(i.mul(x2).exp()));
    },
    minima: [124.362],
  },
  {
    number: 7,
    name: "Helical valley",
    start: [-1, 0, 0],
    residuals: (x) => {
      const [x1, x2, x3] = each(x);
      return list(x3.sub(turns(x1, x2).mul(10)).mul(10), x1.square().add(x2.square()).sqrt().sub(1).mul(10), x3);
    },
    minima: [0],
  },
  {
    number: 8,
    name: "Bard",
    start: [1, 1, 1],
    residuals: (x) => {
      const [x1, x2, x3] = each(x);
      return bardU
        .div(bardV.mul(x2).add(bardW.mul(x3)))
        .add(x1)
        .rsub(bardY);
    },
    minima: [8.21487e-3, 17.4286],
  },
  {
    number: 9,
    name: "Gaussian",
    start: [0.4, 1, 0],
    residuals: (x) => {
      const [x1, x2, x3] = each(x);
      return x2
        .mul(gaussianT.sub(x3).square())
        .div(-2)
        .exp()
        .mul(x1)
        .sub([...gaussianY, ...gaussianY.slice(0, -1).reverse()]);
    },
    minima: [1.12793e-8],
  },
  {
    number: 10,
    name: "Meyer",
    start: [0.02, 4000, 250],
    residuals: (x) => {
      const [x1, x2, x3] = each(x);
      return x2.div(meyerT.add(x3)).exp().mul(x1).sub(meyerY);
    },
    minima: [87.9458],
  },
  {
    number: 11,
    name: "Gulf research and development",
    start: [5, 2.5, 0.15],
    residuals: (x) => {
      const [x1, x2, x3] = each(x);
      return gulfY.sub(x2).abs().pow(x3).div(x1).neg().exp().sub(gulfT);
    },
    // The paper has the first only; with x₂ beyond all yᵢ the functions tend to constants, and with x₁ → ∞, too.
    minima: [0],
  },
  {
    number: 12,
    name: "Box, three-dimensional",
    start: [0, 10, 20],
    residuals: (x) => {
      const [x1, x2, x3] = each(x);
      const term = (rate: TensorLike): Tensor => boxT.mul(rate).neg().exp();
      return term(x1)
        .sub(term(x2))
        .sub(term(1).sub(term(10)).mul(x3));
    },
    minima: [0],
  },
  {
    number: 13,
    name: "Powell, singular",
    start: [3, -1, 0, 1],
    residuals: extendedPowellSingular,
    minima: [0],
  },
  {
    number: 14,
    name: "Wood",
    start: [-3, -1, -3, -1],
    residuals: (x) => {
      const [x1, x2, x3, x4] = each(x);
      return list(
        x2.sub(x1.square()).mul(10),
        x1.rsub(1),
        x4.sub(x3.square()).mul(ROOT_90),
        x3.rsub(1),
        x2.add(x4).sub(2).mul(ROOT_10),
        x2.sub(x4).div(ROOT_10),
      );
    },
    minima: [0],
  },
  {
    number: 15,
    name: "Kowalik and Osborne",
    start: [0.25, 0.39, 0.415, 0.39],
    residuals: (x) => {
      const [x1, x2, x3, x4] = each(x);
      const u = tensor(kowalikU);
      return x1
        .mul(u.square().add(u.mul(x2)))
        .div(u.square().add(u.mul(x3)).add(x4))
        .rsub(kowalikY);
    },
    minima: [3.07505e-4, 1.02734e-3],
  },
  {
    number: 16,
    name: "Brown and Dennis",
    start: [25, 5, -5, -1],
    residuals: (x) => {
      const [x1, x2, x3, x4] = each(x);
      const t = brownDennisT;
      return x1
        .add(t.mul(x2))
        .sub(t.exp())
        .square()
        .add(x3.add(x4.mul(t.sin())).sub(t.cos()).square());
    },
    minima: [85822.2],
  },
  {
    number: 17,
    name: "Osborne 1",
    start: [0.5, 1.5, -1, 0.01, 0.02],
    residuals: (x) => {
      const [x1, x2, x3, x4, x5] = each(x);
      const term = (factor: Tensor, rate: Tensor): Tensor => osborne1T.mul(rate).neg().exp().mul(factor);
      return x1.add(term(x2, x4)).add(term(x3, x5)).rsub(osborne1Y);
    },
    minima: [5.46489e-5],
  },
  {
    number: 18,
    name: "Biggs EXP6",
    start: [1, 2, 1, 1, 1, 1],
    residuals: (x) => {
      const [x1, x2, x3, x4, x5, x6] = each(x);
      const term = (factor: Tensor, rate: Tensor): Tensor => biggsT.mul(rate).neg().exp().mul(factor);
      return term(x3, x1).sub(term(x4, x2)).add(term(x6, x5)).sub(biggsY);
    },
    minima: [0, 5.65565e-3],
  },
  {
    number: 19,
    name: "Osborne 2",
    start: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
    residuals: (x) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11] = each(x);
      const peak = (height: Tensor, width: Tensor, center: Tensor): Tensor =>
        osborne2T.sub(center).square().mul(width).neg().exp().mul(height);
      return osborne2T
        .mul(x5)
        .neg()
        .exp()
        .mul(x1)
        .add(peak(x2, x6, x9))
        .add(peak(x3, x7, x10))
        .add(peak(x4, x8, x11))
        .rsub(osborne2Y);
    },
    minima: [4.01377e-2],
  },
  ...penaltyProblems(20, "Watson", watson, (n) => new Array(n).fill(0), { 6: 2.28767e-3, 9: 1.39976e-6, 12: 4.72238e-10 }),
  {
    number: 21,
    name: "Rosenbrock, extended",
    start: repeat(5, [-1.2, 1]),
    residuals: extendedRosenbrock,
    minima: [0],
  },
  {
    number: 22,
    name: "Powell, singular, extended",
    start: repeat(3, [3, -1, 0, 1]),
    residuals: extendedPowellSingular,
    minima: [0],
  },
  ...penaltyProblems(23, "Penalty I", penalty1, upTo, { 4: 2.24997e-5, 10: 7.08765e-5 }),
  ...penaltyProblems(24, "Penalty II", penalty2, (n) => new Array(n).fill(0.5), { 4: 9.37629e-6, 10: 2.9366e-4 }),
  {
    number: 25,
    name: "Variably dimensioned",
    start: upTo(10).map((j) => 1 - j / 10),
    residuals: variablyDimensioned,
    minima: [0],
  },
  {
    number: 26,
    name: "Trigonometric",
    start: new Array(10).fill(1 / 10),
    residuals: trigonometric,
    // The paper has the first only. The second is a local minimum, known from later papers.
    minima: [0, 2.79506e-5],
  },
  {
    number: 27,
    name: "Brown, almost linear",
    start: new Array(10).fill(0.5),
    residuals: brownAlmostLinear,
    minima: [0, 1],
  },
  {
    number: 28,
    name: "Discrete boundary value",
    start: grid(10).map((t) => t * (t - 1)),
    residuals: discreteBoundaryValue,
    minima: [0],
  },
  {
    number: 29,
    name: "Discrete integral equation",
    start: grid(10).map((t) => t * (t - 1)),
    residuals: discreteIntegral,
    minima: [0],
  },
  {
    number: 30,
    name: "Broyden, tridiagonal",
    start: new Array(10).fill(-1),
    residuals: broydenTridiagonal,
    minima: [0],
  },
  {
    number: 31,
    name: "Broyden, banded",
    start: new Array(10).fill(-1),
    residuals: broydenBanded,
    minima: [0],
  },
  {
    number: 32,
    name: "Linear, full rank",
    start: new Array(10).fill(1),
    residuals: linearFullRank,
    minima: [linearMinimum.fullRank(10, 20)],
  },
  {
    number: 33,
    name: "Linear, rank 1",
    start: new Array(10).fill(1),
    residuals: linearRank1,
    minima: [linearMinimum.rank1(20)],
  },
  {
    number: 34,
    name: "Linear, rank 1 with zero columns and rows",
    start: new Array(10).fill(1),
    residuals: linearRank1WithZeros,
    minima: [linearMinimum.rank1WithZeros(20)],
  },
  chebyquadProblem(7, [0]),
  chebyquadProblem(8, [3.51687e-3]),
  chebyquadProblem(9, [0]),
  chebyquadProblem(10, [6.50395e-3]),
];
