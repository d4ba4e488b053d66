// How gradient descent and Newton's method go over a plane: computed here, drawn in figures/descent.ts.
import { compile, hessian, type Tensor, tensor, valueAndGrad } from "gradtape";

export type Place = readonly [x: number, y: number];

/** A way over the plane, with the values on it. */
export interface Way {
  readonly places: readonly Place[];
  readonly values: readonly number[];
}

/** How a way of gradient descent went. */
export type Course = "arrives" | "crawls" | "oscillates" | "diverges";

/** A function of two numbers, with its gradient and its Hessian by the tape. */
export class Valley {
  private readonly both: (at: Tensor) => [Tensor, Tensor];
  private readonly curvature: (at: Tensor) => Tensor;

  constructor(f: (at: Tensor) => Tensor) {
    this.both = compile(valueAndGrad(f));
    this.curvature = compile(hessian(f));
  }

  value(x: number, y: number): number {
    return this.both(tensor([x, y]))[0].item();
  }

  gradient([x, y]: Place): Place {
    const [a, b] = this.both(tensor([x, y]))[1].data;
    return [a, b];
  }

  private newtonStep(at: Place): Place {
    const [a, b] = this.gradient(at);
    const [p, q, r, s] = this.curvature(tensor([...at])).data;
    const determinant = p * s - q * r;
    return [(s * a - q * b) / determinant, (p * b - r * a) / determinant];
  }

  descend(start: Place, learningRate: number, steps: number): Way {
    return this.walk(start, steps, (at) => this.gradient(at).map((g) => learningRate * g) as unknown as Place);
  }

  newton(start: Place, steps: number): Way {
    return this.walk(start, steps, (at) => this.newtonStep(at));
  }

  /** Steps until the gradient is almost 0, or a number is not finite any more. */
  private walk(start: Place, steps: number, stepAt: (at: Place) => Place): Way {
    const places: Place[] = [start];
    const values = [this.value(...start)];
    for (let k = 0; k < steps; k++) {
      const at = places[places.length - 1];
      if (Math.hypot(...this.gradient(at)) < 1e-8) break;
      const [dx, dy] = stepAt(at);
      const next: Place = [at[0] - dx, at[1] - dy];
      const value = this.value(...next);
      if (!Number.isFinite(value) || Math.abs(value) > 1e12) break;
      places.push(next);
      values.push(value);
    }
    return { places, values };
  }

  /** What became of a way. */
  courseOf({ places, values }: Way): Course {
    const end = places[places.length - 1];
    if (values[values.length - 1] > 2 * values[0] + 1e-9) return "diverges";
    if (Math.hypot(...this.gradient(end)) < 1e-3) return "arrives";
    const late = values.slice(-20);
    const ups = late.filter((value, k) => k > 0 && value >= late[k - 1]).length;
    return ups > late.length / 4 ? "oscillates" : "crawls";
  }

  /** How many of the last steps turned back against the step before: the zigzag. */
  turnsOf({ places }: Way): number {
    let turns = 0;
    for (let k = 2; k < places.length; k++) {
      const [a, b, c] = [places[k - 2], places[k - 1], places[k]];
      if ((b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0) turns++;
    }
    return turns;
  }
}
