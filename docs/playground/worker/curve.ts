import { type Tensor, tensor } from "gradtape";
import type { Run } from "../run.js";
import { reachOf } from "../text.js";

/** The loss against one number of the variable that it is differentiated with respect to. */
export interface Curve {
  /** The place of the number within the variable. */
  readonly place: number;
  readonly points: readonly (readonly [x: number, loss: number])[];
}

const POINTS = 80;

export function curveOf({ f, inputs }: Run, wanted: number): Curve | undefined {
  const [variable, ...others] = inputs;
  const place = wanted < variable.size ? wanted : 0;
  const reach = reachOf(variable.data[place]);
  const at = (x: number): number => {
    const data = Float64Array.from(variable.data);
    data[place] = x;
    return f(labeled(tensor(data, [...variable.shape]), variable), ...others).item();
  };
  try {
    return {
      place,
      points: Array.from({ length: POINTS + 1 }, (_, i) => (2 * i) / POINTS - 1).map((t) => [t * reach, at(t * reach)] as const),
    };
  } catch {
    return undefined;
  }
}

const labeled = (x: Tensor, like: Tensor): Tensor => (like.label === undefined ? x : x.named(like.label));
