import { scan, type Tensor, tensor } from "gradtape";

// Hares x and foxes y: x' = αx − βxy, y' = δxy − γy, by the classic method of Runge and Kutta. The loss is the mean of (x − 1)² over all
// steps, and its gradient with respect to the four parameters.

const STEP = 0.01;
const START = [1, 0.5] as const;
export const PARAMETERS = [1.1, 0.4, 0.4, 0.1] as const;

type Pair = readonly [x: Tensor, y: Tensor];

const slope = ([x, y]: Pair, [alpha, beta, gamma, delta]: readonly Tensor[]): Pair => {
  const met = x.mul(y);
  return [alpha.mul(x).sub(beta.mul(met)), delta.mul(met).sub(gamma.mul(y))];
};
const along = ([x, y]: Pair, [dx, dy]: Pair, h: number): Pair => [x.add(dx.mul(h)), y.add(dy.mul(h))];

function rungeKutta(at: Pair, parameters: readonly Tensor[]): Pair {
  const k1 = slope(at, parameters);
  const k2 = slope(along(at, k1, STEP / 2), parameters);
  const k3 = slope(along(at, k2, STEP / 2), parameters);
  const k4 = slope(along(at, k3, STEP), parameters);
  const mean = (i: 0 | 1): Tensor => k1[i].add(k2[i].add(k3[i]).mul(2)).add(k4[i]);
  return along(at, [mean(0), mean(1)], STEP / 6);
}

export const lossByScan =
  (steps: number) =>
  (parameters: Tensor[]): Tensor => {
    const [, xs] = scan(
      ([x, y]) => {
        const next = rungeKutta([x, y], parameters);
        return [[next[0], next[1]], next[0]];
      },
      [tensor(START[0]), tensor(START[1])],
      steps,
    );
    return xs.sub(1).square().mean();
  };

/** The same, written out step by step. */
export const lossUnrolled =
  (steps: number) =>
  (parameters: Tensor[]): Tensor => {
    let at: Pair = [tensor(START[0]), tensor(START[1])];
    let sum = tensor(0);
    for (let i = 0; i < steps; i++) {
      at = rungeKutta(at, parameters);
      sum = sum.add(at[0].sub(1).square());
    }
    return sum.div(steps);
  };

/** By hand: the value and the four derivatives, by a loop forward and its adjoint backward. All states are kept, and nothing else. */
export function byHand(steps: number): (parameters: readonly number[]) => Float64Array {
  const xs = new Float64Array(steps + 1);
  const ys = new Float64Array(steps + 1);
  const found = new Float64Array(5);
  const h = STEP;
  return ([a, b, c, d]) => {
    let x = START[0];
    let y = START[1];
    let value = 0;
    xs[0] = x;
    ys[0] = y;
    for (let i = 0; i < steps; i++) {
      const m1 = x * y;
      const p1 = a * x - b * m1;
      const q1 = d * m1 - c * y;
      const x2 = x + (h / 2) * p1;
      const y2 = y + (h / 2) * q1;
      const m2 = x2 * y2;
      const p2 = a * x2 - b * m2;
      const q2 = d * m2 - c * y2;
      const x3 = x + (h / 2) * p2;
      const y3 = y + (h / 2) * q2;
      const m3 = x3 * y3;
      const p3 = a * x3 - b * m3;
      const q3 = d * m3 - c * y3;
      const x4 = x + h * p3;
      const y4 = y + h * q3;
      const m4 = x4 * y4;
      const p4 = a * x4 - b * m4;
      const q4 = d * m4 - c * y4;
      x += (h / 6) * (p1 + 2 * (p2 + p3) + p4);
      y += (h / 6) * (q1 + 2 * (q2 + q3) + q4);
      xs[i + 1] = x;
      ys[i + 1] = y;
      value += (x - 1) * (x - 1);
    }
    let gx = 0;
    let gy = 0;
    let ga = 0;
    let gb = 0;
    let gc = 0;
    let gd = 0;
    for (let i = steps - 1; i >= 0; i--) {
      gx += (2 / steps) * (xs[i + 1] - 1);
      const x1 = xs[i];
      const y1 = ys[i];
      const m1 = x1 * y1;
      const x2 = x1 + (h / 2) * (a * x1 - b * m1);
      const y2 = y1 + (h / 2) * (d * m1 - c * y1);
      const m2 = x2 * y2;
      const x3 = x1 + (h / 2) * (a * x2 - b * m2);
      const y3 = y1 + (h / 2) * (d * m2 - c * y2);
      const m3 = x3 * y3;
      const x4 = x1 + h * (a * x3 - b * m3);
      const y4 = y1 + h * (d * m3 - c * y3);
      const m4 = x4 * y4;
      // From the last slope to the first: P and Q are the cotangents of a slope, gm that of x·y, and those of its point follow.
      let P = (h / 6) * gx;
      let Q = (h / 6) * gy;
      ga += P * x4;
      gb -= P * m4;
      gc -= Q * y4;
      gd += Q * m4;
      let gm = d * Q - b * P;
      const gx4 = a * P + gm * y4;
      const gy4 = gm * x4 - c * Q;
      P = (h / 3) * gx + h * gx4;
      Q = (h / 3) * gy + h * gy4;
      ga += P * x3;
      gb -= P * m3;
      gc -= Q * y3;
      gd += Q * m3;
      gm = d * Q - b * P;
      const gx3 = a * P + gm * y3;
      const gy3 = gm * x3 - c * Q;
      P = (h / 3) * gx + (h / 2) * gx3;
      Q = (h / 3) * gy + (h / 2) * gy3;
      ga += P * x2;
      gb -= P * m2;
      gc -= Q * y2;
      gd += Q * m2;
      gm = d * Q - b * P;
      const gx2 = a * P + gm * y2;
      const gy2 = gm * x2 - c * Q;
      P = (h / 6) * gx + (h / 2) * gx2;
      Q = (h / 6) * gy + (h / 2) * gy2;
      ga += P * x1;
      gb -= P * m1;
      gc -= Q * y1;
      gd += Q * m1;
      gm = d * Q - b * P;
      const gx1 = a * P + gm * y1;
      const gy1 = gm * x1 - c * Q;
      gx += gx1 + gx2 + gx3 + gx4;
      gy += gy1 + gy2 + gy3 + gy4;
    }
    found[0] = value / steps;
    found[1] = ga;
    found[2] = gb;
    found[3] = gc;
    found[4] = gd;
    return found;
  };
}
