// Fits the equations of Lotka and Volterra to the pelts of hares and lynxes that the Hudson's Bay Company bought from 1900 to 1920: a
// simulation of 1,000 steps as one node of the tape, its gradient beside that of the variational equations, and the fit.
import { compile, minimize, scan, stack, type Tensor, tensor, valueAndGrad } from "gradtape";

// Thousands of pelts a year (Hewitt, The Conservation of the Wild Life of Canada, 1921).
const hares = [30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7];
const lynxes = [4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6];
const seen = [hares, lynxes].map((pelts) => pelts.slice(1).map(Math.log));

const STEPS_A_YEAR = 50;
const STEP = 1 / STEPS_A_YEAR;
const STEPS = STEPS_A_YEAR * (hares.length - 1);
const NAMES = ["α", "β", "γ", "δ", "hares in 1900", "lynxes in 1900"];
/** Parameters are positive: their logarithms are fitted. */
const start = [0.5, 0.03, 0.8, 0.03, 30, 4].map(Math.log);

type Pair = [hares: Tensor, lynxes: Tensor];
type Rates = readonly [alpha: Tensor, beta: Tensor, gamma: Tensor, delta: Tensor];

/** x' = αx − βxy, y' = δxy − γy. */
const slope = ([x, y]: Pair, [alpha, beta, gamma, delta]: Rates): Pair => {
  const met = x.mul(y);
  return [alpha.mul(x).sub(beta.mul(met)), delta.mul(met).sub(gamma.mul(y))];
};
const along = ([x, y]: Pair, [dx, dy]: Pair, h: number): Pair => [x.add(dx.mul(h)), y.add(dy.mul(h))];

/** One step of the classic method of Runge and Kutta. */
function step(at: Pair, rates: Rates): Pair {
  const k1 = slope(at, rates);
  const k2 = slope(along(at, k1, STEP / 2), rates);
  const k3 = slope(along(at, k2, STEP / 2), rates);
  const k4 = slope(along(at, k3, STEP), rates);
  const mean = (i: 0 | 1): Tensor => k1[i].add(k2[i].add(k3[i]).mul(2)).add(k4[i]);
  return along(at, [mean(0), mean(1)], STEP / 6);
}

/** The mean squared difference of the logarithms of the pelts, at the end of each year. */
function loss(logarithms: Tensor): Tensor {
  const [alpha, beta, gamma, delta, x0, y0] = logarithms.exp().split(6);
  const [, states] = scan(
    (at) => {
      const next = step(at, [alpha, beta, gamma, delta]);
      return [next, next];
    },
    [x0, y0] as Pair,
    STEPS,
  );
  const ends = stack(states.map((all) => all.slice([[STEPS_A_YEAR - 1, STEPS, STEPS_A_YEAR], 0])));
  return ends.log().sub(seen).square().mean();
}

/**
 * The same loss and its gradient without the library: beside x and y runs their derivative with respect to each logarithm, by the equations
 * that one gets by differentiating the slopes.
 */
function byVariationalEquations(logarithms: readonly number[]): number[] {
  const p = logarithms.map(Math.exp);
  const size = 2 + 2 * p.length;
  const rates = (s: readonly number[]): number[] => {
    const [x = 0, y = 0] = s;
    const [a = 0, b = 0, c = 0, d = 0] = p;
    const own = [[a * x, 0], [-b * x * y, 0], [0, -c * y], [0, d * x * y], [0, 0], [0, 0]]; // biome-ignore format: what each logarithm does itself
    const variations = own.flatMap(([ox = 0, oy = 0], j) => {
      const [u = 0, v = 0] = s.slice(2 + 2 * j);
      return [(a - b * y) * u - b * x * v + ox, d * y * u + (d * x - c) * v + oy];
    });
    return [a * x - b * x * y, d * x * y - c * y, ...variations];
  };
  let s = [p[4] ?? 0, p[5] ?? 0, ...new Array<number>(size - 2).fill(0)];
  s[2 + 2 * 4] = p[4] ?? 0;
  s[2 + 2 * 5 + 1] = p[5] ?? 0;
  const moved = (k: readonly number[], h: number): number[] => s.map((value, i) => value + h * (k[i] ?? 0));
  const found = new Array<number>(1 + p.length).fill(0);
  for (let i = 1; i <= STEPS; i++) {
    const k1 = rates(s);
    const k2 = rates(moved(k1, STEP / 2));
    const k3 = rates(moved(k2, STEP / 2));
    const k4 = rates(moved(k3, STEP));
    s = moved(k1.map((k, j) => k + 2 * ((k2[j] ?? 0) + (k3[j] ?? 0)) + (k4[j] ?? 0)), STEP / 6); // biome-ignore format: one line
    if (i % STEPS_A_YEAR !== 0) continue;
    seen.forEach((logs, who) => {
      const value = s[who] ?? 0;
      const difference = Math.log(value) - (logs[i / STEPS_A_YEAR - 1] ?? 0);
      const weight = 1 / (2 * logs.length);
      found[0] = (found[0] ?? 0) + weight * difference ** 2;
      for (let j = 0; j < p.length; j++) found[1 + j] = (found[1 + j] ?? 0) + (2 * weight * difference * (s[2 + 2 * j + who] ?? 0)) / value;
    });
  }
  return found;
}

const [value, gradient] = compile(valueAndGrad(loss))(tensor(start));
const expected = byVariationalEquations(start);
const differences = [value.item(), ...gradient.data].map(
  (number, i) => Math.abs(number - (expected[i] ?? 0)) / Math.max(1, Math.abs(expected[i] ?? 0)),
);
console.log(`At the start the loss is ${value.item().toFixed(6)}. It and its gradient beside the variational equations:`);
console.log(`the largest relative difference is ${Math.max(...differences).toExponential(1)}.`);

const fit = minimize(compile(loss), tensor(start), { maxIterations: 200 });
console.log(`\n${fit.status} after ${fit.iterations} iterations, the loss is ${fit.value.toFixed(6)}`);
fit.params.data.forEach((logarithm, i) => {
  console.log(`${(NAMES[i] ?? "").padEnd(15)}${Math.exp(logarithm).toFixed(4).padStart(9)}`);
});
