import {
  adam,
  binaryCrossEntropyWithLogits,
  concat,
  crossEntropy,
  eye,
  grad,
  huber,
  meanSquaredError,
  minimize,
  ones,
  poissonNll,
  stack,
  type Tensor,
  type Tree,
  tensor,
  where,
  zeros,
} from "gradtape";
import { numbers, randomTensor } from "../support/random.js";

/** A program as people write it, at a point where they run it, in which nothing is wrong. */
export interface Program {
  readonly title: string;
  readonly f: (p: Params) => Tensor;
  readonly at: Params;
}
type Params = Record<string, Tensor>;

const seeds = [1, 2, 3, 4, 5];

/** Steps of an optimizer, so that the program stands where training leads. */
function trained(f: (p: Params) => Tensor, at: Params, steps: number): Params {
  const optimizer = adam({ learningRate: 0.02 });
  const slope = grad(f);
  let params = at;
  let state = optimizer.init(params as Tree<Params>);
  for (let i = 0; i < steps; i++)
    [params, state] = optimizer.update(slope(params) as never, state, params as never) as [Params, typeof state];
  return params;
}

// Nets. Each is looked at before, during and after training.

const activations: Record<string, (x: Tensor) => Tensor> = {
  tanh: (x) => x.tanh(),
  relu: (x) => x.relu(),
  sigmoid: (x) => x.sigmoid(),
  silu: (x) => x.silu(),
  softplus: (x) => x.softplus(),
  GELU: (x) =>
    x.mul(0.5).mul(
      x
        .add(x.pow(3).mul(0.044715))
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
        .add(1),
    ),
  "leaky relu": (x) => where(x.greater(0), x, x.mul(0.01)),
  relu6: (x) => x.clamp(0, 6),
};

function nets(): Program[] {
  return Object.entries(activations).flatMap(([name, activation], i) => {
    const x = randomTensor(10 + i, [24, 3]);
    const target = x
      .slice([null, 0])
      .mul(x.slice([null, 1]))
      .sin();
    const labels = tensor(Array.from(target.data, (v) => (v > 0 ? 1 : 0)));
    const at = {
      W: randomTensor(20 + i, [3, 8], -0.7, 0.7),
      b: randomTensor(30 + i, [8], -0.2, 0.2),
      v: randomTensor(40 + i, [8], -0.7, 0.7),
      c: tensor(0.1),
    };
    const out = ({ W, b, v, c }: Params): Tensor => activation(x.matmul(W).add(b)).matmul(v).add(c);
    const losses: Record<string, (p: Params) => Tensor> = {
      "least squares": (p) => meanSquaredError(out(p), target),
      "cross entropy": (p) => binaryCrossEntropyWithLogits(out(p), labels),
    };
    return Object.entries(losses).flatMap(([loss, f]) =>
      [0, 20, 200].map((steps) => ({ title: `a net with ${name}, ${loss}, after ${steps} steps`, f, at: trained(f, at, steps) })),
    );
  });
}

function classifiers(): Program[] {
  return seeds.flatMap((seed) => {
    const x = randomTensor(seed, [20, 4]);
    const classes = tensor(Array.from({ length: 20 }, (_, i) => i % 3));
    const at = { W: randomTensor(seed + 50, [4, 3], -0.5, 0.5), b: zeros([3]) };
    const f = ({ W, b }: Params): Tensor => crossEntropy(x.matmul(W).add(b), classes).add(W.square().sum().mul(1e-3));
    return [0, 100].map((steps) => ({ title: `a softmax classifier, ${seed}, after ${steps} steps`, f, at: trained(f, at, steps) }));
  });
}

function regressions(): Program[] {
  return seeds.flatMap((seed) => {
    const x = randomTensor(seed, [30, 3]);
    const noise = randomTensor(seed + 9, [30], -0.1, 0.1);
    const y = x.matmul([1, -2, 0.5]).add(noise);
    const linear = ({ w, b }: Params): Tensor => meanSquaredError(x.matmul(w).add(b), y);
    const robust = ({ w, b }: Params): Tensor => huber(x.matmul(w).add(b), y);
    const counts = tensor(Array.from(x.matmul([0.5, -0.3, 0.2]).exp().data, Math.round));
    const poisson = ({ w, b }: Params): Tensor => poissonNll(x.matmul(w).add(b), counts);
    const at = { w: zeros([3]), b: tensor(0) };
    return Object.entries({ linear, robust, poisson }).flatMap(([name, f]) => [
      { title: `a ${name} regression, ${seed}, at the start`, f, at },
      { title: `a ${name} regression, ${seed}, at the optimum`, f, at: minimize(f, at as never).params as never as Params },
    ]);
  });
}

// Statistics.

function gaussianProcesses(): Program[] {
  return seeds.map((seed) => {
    const x = randomTensor(seed, [5]);
    const y = x.sin();
    // A Cholesky factor column by column, of a kernel with noise on its diagonal.
    const f = ({ scale, length, noise }: Params): Tensor => {
      const d = x.expandDims(1).sub(x.expandDims(0)).div(length.exp());
      const k = d
        .square()
        .mul(-0.5)
        .exp()
        .mul(scale.mul(2).exp())
        .add(eye(5).mul(noise.mul(2).exp()));
      const columns: Tensor[][] = [];
      for (let j = 0; j < 5; j++) {
        let diagonal = k.slice([j, j]);
        for (let m = 0; m < j; m++) diagonal = diagonal.sub(columns[m][j].square());
        const root = diagonal.sqrt();
        columns.push(
          Array.from({ length: 5 }, (_, i) => {
            if (i < j) return tensor(0);
            if (i === j) return root;
            let entry = k.slice([i, j]);
            for (let m = 0; m < j; m++) entry = entry.sub(columns[m][i].mul(columns[m][j]));
            return entry.div(root);
          }),
        );
      }
      const solved: Tensor[] = [];
      for (let i = 0; i < 5; i++) {
        let rest = y.slice([i]);
        for (let j = 0; j < i; j++) rest = rest.sub(columns[j][i].mul(solved[j]));
        solved.push(rest.div(columns[i][i]));
      }
      const fit = stack(solved).square().sum().mul(0.5);
      return columns.reduce((sum, column, i) => sum.add(column[i].log()), fit);
    };
    return { title: `a Gaussian process, ${seed}`, f, at: { scale: tensor(0.1 * seed), length: tensor(-0.2), noise: tensor(-1) } };
  });
}

function kalmanFilters(): Program[] {
  return seeds.map((seed) => {
    const observed = Array.from(randomTensor(seed, [12]).data);
    const f = ({ drift, q, r }: Params): Tensor => {
      let [mean, variance, loss]: Tensor[] = [tensor(0), tensor(1), tensor(0)];
      for (const y of observed) {
        mean = mean.mul(drift);
        variance = variance.mul(drift.square()).add(q.exp());
        const spread = variance.add(r.exp());
        const residual = mean.rsub(y);
        loss = loss.add(spread.log().add(residual.square().div(spread)).mul(0.5));
        const gain = variance.div(spread);
        mean = mean.add(gain.mul(residual));
        variance = variance.mul(gain.rsub(1));
      }
      return loss;
    };
    return { title: `a Kalman filter, ${seed}`, f, at: { drift: tensor(0.8), q: tensor(-1.2), r: tensor(-0.5) } };
  });
}

function hiddenMarkovModels(): Program[] {
  return seeds.map((seed) => {
    const next = numbers(seed);
    const symbols = Array.from({ length: 15 }, () => Math.floor(next(0, 3)));
    const f = ({ A, B }: Params): Tensor => {
      const moves = A.logSoftmax(1);
      const emits = B.logSoftmax(1);
      let alpha = emits.slice([null, symbols[0]]).sub(Math.log(2));
      for (const symbol of symbols.slice(1))
        alpha = alpha
          .expandDims(1)
          .add(moves)
          .logSumExp(0)
          .add(emits.slice([null, symbol]));
      return alpha.logSumExp().neg();
    };
    return { title: `a hidden Markov model, ${seed}`, f, at: { A: randomTensor(seed + 5, [2, 2]), B: randomTensor(seed + 6, [2, 3]) } };
  });
}

function mixtures(): Program[] {
  return seeds.flatMap((seed) => {
    const x = concat([randomTensor(seed, [15], -3, -1), randomTensor(seed + 1, [15], 1, 3)]).expandDims(1);
    const f = ({ logits, means, logSpread }: Params): Tensor => {
      const z = x.sub(means).div(logSpread.exp());
      return z.square().mul(-0.5).sub(logSpread).add(logits.logSoftmax()).logSumExp(1).mean().neg();
    };
    const at = { logits: zeros([2]), means: tensor([-0.5, 0.7]), logSpread: zeros([2]) };
    return [0, 150].map((steps) => ({ title: `a mixture of normals, ${seed}, after ${steps} steps`, f, at: trained(f, at, steps) }));
  });
}

function variational(): Program[] {
  return seeds.map((seed) => {
    const x = randomTensor(seed, [10, 4], 0, 1);
    const epsilon = randomTensor(seed + 3, [10, 2]);
    const f = ({ E, S, D }: Params): Tensor => {
      const mean = x.matmul(E);
      const logSpread = x.matmul(S);
      const code = mean.add(logSpread.exp().mul(epsilon));
      const fit = binaryCrossEntropyWithLogits(code.matmul(D), x.greater(0.5), { reduction: "sum" });
      const divergence = mean.square().add(logSpread.mul(2).exp()).sub(1).sub(logSpread.mul(2)).sum().mul(0.5);
      return fit.add(divergence);
    };
    const at = { E: randomTensor(seed + 4, [4, 2]), S: randomTensor(seed + 5, [4, 2], -0.3, 0.3), D: randomTensor(seed + 6, [2, 4]) };
    return { title: `a variational autoencoder, ${seed}`, f, at };
  });
}

// Simulations.

function simulations(): Program[] {
  return seeds.flatMap((seed) => {
    const pendulum = ({ angle, speed, length }: Params): Tensor => {
      let [a, v] = [angle, speed];
      for (let i = 0; i < 40; i++) {
        v = v.sub(
          a
            .sin()
            .mul(9.81 * 0.02)
            .div(length),
        );
        a = a.add(v.mul(0.02));
      }
      return a.square().add(v.square());
    };
    const prey = ({ rates, start }: Params): Tensor => {
      let [x, y] = [start.slice([0]), start.slice([1])];
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => rates.slice([i]));
      for (let i = 0; i < 40; i++) {
        const [dx, dy] = [x.mul(a.sub(y.mul(b))), y.mul(x.mul(d).sub(c))];
        x = x.add(dx.mul(0.02));
        y = y.add(dy.mul(0.02));
      }
      return x.sub(1).square().add(y.sub(1).square());
    };
    const heat = ({ u, k }: Params): Tensor => {
      let t = u;
      for (let i = 0; i < 20; i++) {
        const left = concat([t.slice([[0, 1]]), t.slice([[0, 9]])]);
        const right = concat([t.slice([[1, 10]]), t.slice([[9, 10]])]);
        t = t.add(left.add(right).sub(t.mul(2)).mul(k));
      }
      return t.square().mean();
    };
    const planets = ({ q, p }: Params): Tensor => {
      let [position, momentum] = [q, p];
      for (let i = 0; i < 20; i++) {
        const distance = position.square().sum().add(1e-4).sqrt();
        momentum = momentum.sub(position.div(distance.pow(3)).mul(0.01));
        position = position.add(momentum.mul(0.01));
      }
      return momentum.square().sum().mul(0.5).sub(position.square().sum().sqrt().rdiv(1));
    };
    return [
      { title: `a pendulum, ${seed}`, f: pendulum, at: { angle: tensor(0.3 * seed), speed: tensor(0.1), length: tensor(1.2) } },
      {
        title: `predator and prey, ${seed}`,
        f: prey,
        at: { rates: randomTensor(seed, [4], 0.4, 1.2), start: randomTensor(seed + 1, [2], 0.7, 1.6) },
      },
      { title: `heat in a rod, ${seed}`, f: heat, at: { u: randomTensor(seed, [10]), k: tensor(0.2) } },
      { title: `a planet, ${seed}`, f: planets, at: { q: randomTensor(seed, [2], 0.8, 1.2), p: randomTensor(seed + 2, [2], -0.7, 0.7) } },
    ];
  });
}

// Attention and other parts of language models.

function attentions(): Program[] {
  const mask = Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (__, j) => (j <= i ? 0 : Number.NEGATIVE_INFINITY)));
  const large = mask.map((row) => row.map((x) => (x === 0 ? 0 : -1e9)));
  return seeds.flatMap((seed) => {
    const x = randomTensor(seed, [6, 4]);
    const classes = tensor([0, 1, 2, 3, 0, 1]);
    const attend =
      (added: number[][]) =>
      ({ Q, K, V }: Params): Tensor => {
        const scores = x.matmul(Q).matmul(x.matmul(K), { transposeB: true }).div(2).add(added);
        return crossEntropy(scores.softmax(-1).matmul(x.matmul(V)), classes);
      };
    const norm = ({ V, gain }: Params): Tensor => {
      const h = x.matmul(V);
      const centered = h.sub(h.mean(-1, true));
      return centered
        .div(h.variance(-1, { keepDims: true }).add(1e-5).sqrt())
        .mul(gain)
        .square()
        .mean();
    };
    const at = { Q: randomTensor(seed + 1, [4, 4]), K: randomTensor(seed + 2, [4, 4]), V: randomTensor(seed + 3, [4, 4]), gain: ones([4]) };
    return [
      { title: `masked attention with −∞, ${seed}`, f: attend(mask), at },
      { title: `masked attention with −10⁹, ${seed}`, f: attend(large), at },
      { title: `a layer norm, ${seed}`, f: norm, at },
    ];
  });
}

function others(): Program[] {
  return seeds.flatMap((seed) => {
    const x = randomTensor(seed, [8, 3]);
    const sign = tensor(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 1 : -1)));
    const hinge = ({ w, b }: Params): Tensor => x.matmul(w).add(b).mul(sign).rsub(1).maximum(0).mean().add(w.square().sum().mul(0.01));
    const survival = ({ w, b }: Params): Tensor => {
      const rate = x.matmul(w).add(b).softplus();
      return rate
        .log()
        .sub(rate.mul(x.square().sum(1)))
        .mean()
        .neg();
    };
    const policy = ({ w, b }: Params): Tensor => {
      const ratio = x.matmul(w).add(b).mul(0.3).exp();
      return ratio.mul(sign).minimum(ratio.clamp(0.8, 1.2).mul(sign)).mean().neg();
    };
    const contrast = ({ w, b }: Params): Tensor => {
      const h = x.mul(w).add(b);
      const unit = h.div(h.square().sum(1, true).sqrt());
      return unit.matmul(unit, { transposeB: true }).div(0.5).logSoftmax(1).mul(eye(8)).sum().neg();
    };
    const at = { w: randomTensor(seed + 7, [3], -1, 1), b: tensor(0.2) };
    return Object.entries({ hinge, survival, policy, contrast }).map(([name, f]) => ({ title: `a ${name} loss, ${seed}`, f, at }));
  });
}

/** All programs. */
export const healthy = (): Program[] => [
  ...nets(),
  ...classifiers(),
  ...regressions(),
  ...gaussianProcesses(),
  ...kalmanFilters(),
  ...hiddenMarkovModels(),
  ...mixtures(),
  ...variational(),
  ...simulations(),
  ...attentions(),
  ...others(),
];
