import { inv, scan, type Tensor, tensor } from "gradtape";
import { randomTensor } from "../support/random.js";

// Programs whose loops are long, each as a scan and written out step by step. All return one number.

/** A loss with its arguments: as a scan, and unrolled. */
export interface Program {
  readonly title: string;
  readonly byScan: (...x: Tensor[]) => Tensor;
  readonly unrolled: (...x: Tensor[]) => Tensor;
  readonly inputs: readonly Tensor[];
}

type Step<Carry> = (carry: Carry, x: Tensor) => readonly [Carry, Tensor];

/** The sum of the squares of all y, by a scan and by a loop. */
const bothWays = <Carry extends object>(step: Step<Carry>, start: Carry, xs: Tensor) => ({
  byScan: () => {
    const [, ys] = scan<Carry, Tensor, Tensor>((carry, x) => step(carry, x as Tensor), start, xs);
    return (ys as Tensor).square().sum();
  },
  unrolled: () => {
    let carry = start;
    let sum = tensor(0);
    for (let i = 0; i < xs.shape[0]; i++) {
      const [next, y] = step(carry, xs.slice([i]));
      carry = next;
      sum = sum.add(y.square().sum());
    }
    return sum;
  },
});

function program<Carry extends object>(
  title: string,
  inputs: readonly Tensor[],
  of: (...x: Tensor[]) => readonly [step: Step<Carry>, start: Carry, xs: Tensor],
): Program {
  const made = (...x: Tensor[]) => bothWays(...of(...x));
  return { title, inputs, byScan: (...x) => made(...x).byScan(), unrolled: (...x) => made(...x).unrolled() };
}

/** h' = tanh(h·W + x·U), a batch of 16, 32 units. */
export const recurrent = (steps: number): Program => {
  const xs = randomTensor(3, [steps, 16, 8]);
  return program(
    `recurrent network, ${steps} steps`,
    [randomTensor(1, [32, 32], -0.2, 0.2), randomTensor(2, [8, 32], -0.5, 0.5)],
    (w, u) => [
      (h: Tensor, x) => {
        const next = h.matmul(w).add(x.matmul(u)).tanh();
        return [next, next];
      },
      tensor(new Float64Array(16 * 32), [16, 32]),
      xs,
    ],
  );
};

/** Long short-term memory (Hochreiter and Schmidhuber 1997), a batch of 16, 24 units. */
export const memoryCells = (steps: number): Program => {
  const units = 24;
  const xs = randomTensor(5, [steps, 16, 8]);
  const zero = tensor(new Float64Array(16 * units), [16, units]);
  return program(
    `LSTM, ${steps} steps`,
    [randomTensor(6, [units, 4 * units], -0.2, 0.2), randomTensor(7, [8, 4 * units], -0.5, 0.5), randomTensor(8, [4 * units], -0.5, 0.5)],
    (w, u, b) => [
      ([h, c]: readonly [Tensor, Tensor], x): readonly [readonly [Tensor, Tensor], Tensor] => {
        const [input, forget, output, cell] = h.matmul(w).add(x.matmul(u)).add(b).split(4, 1);
        const next = forget.sigmoid().mul(c).add(input.sigmoid().mul(cell.tanh()));
        const h2 = output.sigmoid().mul(next.tanh());
        return [[h2, next], h2];
      },
      [zero, zero] as const,
      xs,
    ],
  );
};

/** A Kalman filter of position and speed (Kalman 1960): the squared innovations, by the logarithms of both noises. */
export const kalman = (steps: number): Program => {
  const motion = tensor([[1, 0.1], [0, 1]]); // biome-ignore format: one line
  const seen = tensor([[1, 0]]);
  return program(`Kalman filter, ${steps} steps`, [tensor(-2), tensor(-1)], (process, noise) => [
    ([mean, covariance]: readonly [Tensor, Tensor], z): readonly [readonly [Tensor, Tensor], Tensor] => {
      const predicted = motion.matmul(mean);
      const spread = motion.matmul(covariance).matmul(motion, { transposeB: true }).add(tensor([[1, 0], [0, 1]]).mul(process.exp())); // biome-ignore format: one line
      const innovation = z.sub(seen.matmul(predicted));
      const variance = seen.matmul(spread).matmul(seen, { transposeB: true }).add(noise.exp());
      const gain = spread.matmul(seen, { transposeB: true }).matmul(inv(variance));
      const left = tensor([[1, 0], [0, 1]]).sub(gain.matmul(seen)); // biome-ignore format: one line
      return [[predicted.add(gain.matmul(innovation)), left.matmul(spread)], innovation];
    },
    [tensor([[0], [0]]), tensor([[1, 0], [0, 1]])] as const, // biome-ignore format: one line
    randomTensor(9, [steps, 1, 1]),
  ]);
};

/** The forward algorithm of a hidden Markov model with 8 states, in logarithms. */
export const markov = (steps: number): Program =>
  program(`HMM forward, ${steps} steps`, [randomTensor(10, [8, 8]), randomTensor(11, [8, 5])], (transition, emission) => {
    const moves = transition.logSoftmax(1);
    const signs = emission.logSoftmax(1);
    return [
      (alpha: Tensor, seen) => {
        const next = alpha.expandDims(1).add(moves).logSumExp(0).add(signs.matmul(seen));
        return [next, next.logSumExp()];
      },
      tensor(new Float64Array(8)),
      randomTensor(12, [steps, 5], 0, 1),
    ];
  });

/** A square of cloth of 12 × 12 points that hangs at its first row, by the method of Euler; the parameters are stiffness and damping. */
export const cloth = (steps: number): Program => {
  const size = 12;
  const grid = Float64Array.from(
    { length: size * size * 3 },
    (_, i) => (i % 3 === 0 ? Math.floor(i / 3 / size) : i % 3 === 1 ? Math.floor(i / 3) % size : 0) * 0.1,
  );
  const free = tensor(
    Float64Array.from({ length: size }, (_, i) => (i === 0 ? 0 : 1)),
    [size, 1, 1],
  );
  const rest = tensor(grid, [size, size, 3]);
  const gravity = tensor([0, 0, -9.81]);
  return program(`cloth, ${steps} steps`, [tensor(40), tensor(0.5)], (stiffness, damping) => {
    const pull = (d: Tensor): Tensor => {
      const length = d.square().sum(2, true).sqrt();
      return d.mul(length.sub(0.1).div(length)).mul(stiffness);
    };
    return [
      ([x, v]: readonly [Tensor, Tensor]): readonly [readonly [Tensor, Tensor], Tensor] => {
        const down = pull(x.slice([[1, size]]).sub(x.slice([[0, size - 1]])));
        const across = pull(x.slice([null, [1, size]]).sub(x.slice([null, [0, size - 1]])));
        const none = [0, 0] as const;
        const force = down
          .pad([[0, 1], none, none])
          .sub(down.pad([[1, 0], none, none]))
          .add(across.pad([none, [0, 1], none]))
          .sub(across.pad([none, [1, 0], none]));
        const next = v.add(force.sub(v.mul(damping)).add(gravity).mul(free).mul(0.01));
        const moved = x.add(next.mul(0.01));
        return [[moved, next], moved.slice([size - 1, size - 1])];
      },
      [rest, rest.mul(0)] as const,
      tensor(new Float64Array(steps)),
    ];
  });
};
