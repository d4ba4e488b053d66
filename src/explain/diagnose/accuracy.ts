import { GradtapeError } from "../../base/errors.js";
import type { AnyOp } from "../../ops/op.js";
import { share } from "../../passes/share.js";
import type { Node } from "../../tape/tape.js";
import { applyAgain } from "../../tensor/apply.js";
import { ones } from "../../tensor/create.js";
import { Tensor } from "../../tensor/tensor.js";
import { jvp } from "../../transforms/forward.js";
import { vjp } from "../../transforms/reverse.js";
import type { Loss } from "../facts/facts.js";
import { numericFactsOf } from "../facts/numerics.js";
import { shownValues } from "../places.js";
import { Roundings, UNIT_ROUNDOFF, type Uncertainty } from "./conditions.js";
import type { Suspicion } from "./finding.js";
import type { Run } from "./run.js";

// A node is unsafe where three things come together.
//
// 1. It loses digits: its condition with respect to rounded operands is so large that half of the digits are gone.
// 2. That matters: as far as derivatives tell, the result or the gradient is off by as much.
// 3. It need not be: the same relative error in the arguments and the data would do far less. If it would do as much, the
//    problem itself is ill-conditioned there, and no formula is better. So it is with the residual ŷ − y of a good fit, and
//    with everything else where an optimizer comes to rest.
//
// The third does not count for a sum whose terms are exact: it could have been taken without error.

/** Half of the digits of a number. */
const HALF = /* @__PURE__ */ Math.sqrt(UNIT_ROUNDOFF);
/** How much worse than the problem itself a formula has to be. */
const WORSE = 100;
/** So many suspects, those that lose most, are looked at closely. */
const SUSPECTS = 16;

interface Suspect {
  readonly node: Node;
  readonly uncertainty: Uncertainty;
  readonly places: readonly number[];
  readonly worst: number;
  /** Condition times unit roundoff at the worst place. */
  readonly relativeError: number;
}

type Point = Pick<Run, "inputs" | "rest" | "gradient" | "forward">;

/** How fast the result and its gradient change, and how large they are. */
interface Effect {
  readonly value: number;
  readonly gradient: number;
}

/** Finds the nodes at which a run loses accuracy without need. Everything has to be finite. */
export function findInaccuracies({ inputs, rest, gradient, forward }: Run): Suspicion[] {
  // What is computed twice has the same error both times.
  const point: Point = { inputs, rest, gradient, forward: share(forward) };
  const roundings = new Roundings();
  const suspects = point.forward.nodes
    .flatMap((node) => suspect(node, roundings.visit(node)))
    .sort((a, b) => b.relativeError - a.relativeError)
    .slice(0, SUSPECTS);
  if (suspects.length === 0) return [];

  const size: Effect = { value: sumOfSizes(forward.outputs), gradient: norm(gradient) };
  const inherent = effectOf(point, roundedInputs(point));
  if (inherent === undefined) return [];
  return suspects.flatMap(({ node, uncertainty, places, worst, relativeError }) => {
    const shift = new Float64Array(node.output.size);
    for (const place of places) shift[place] = uncertainty.sizes[place] * sign(place);
    const effect = effectOf(point, [[node.output, Tensor.wrap(node.output.shape, shift)]]);
    if (effect === undefined) return [];
    const relative = (["value", "gradient"] as const)
      .filter((of) => effect[of] > 0 && (uncertainty.own || effect[of] > WORSE * inherent[of]))
      .map((of) => effect[of] / size[of]);
    const resultError = Math.max(0, ...relative);
    if (!(resultError >= HALF)) return [];
    const { op, inputs, output } = node;
    return [
      {
        kind: kindOf(op),
        slot: output.slot,
        backward: false,
        inputs: shownValues(op, inputs, output.shape, worst),
        output: output.data[worst],
        place: worst,
        count: places.length,
        relativeError,
        resultError: Math.min(1, resultError),
      },
    ];
  });
}

function kindOf(op: AnyOp): Loss {
  const { rounding } = numericFactsOf(op);
  return rounding.kind === "sum" ? "cancellation" : "loses" in rounding ? rounding.loses : "ill-conditioned";
}

function suspect(node: Node, uncertainty: Uncertainty | undefined): Suspect[] {
  if (uncertainty === undefined) return [];
  const { data } = node.output;
  const relative = uncertainty.sizes.map((size, i) => (size === 0 ? 0 : Math.min(1, size / Math.abs(data[i]))));
  const places: number[] = [];
  for (let i = 0; i < relative.length; i++) if (relative[i] >= HALF) places.push(i);
  if (places.length === 0) return [];
  const worst = places.reduce((a, b) => (relative[b] > relative[a] ? b : a));
  return [{ node, uncertainty, places, worst, relativeError: relative[worst] }];
}

/**
 * How the arguments and the data would be rounded: the values with the directions in which they are moved. Among data and
 * constants, whole numbers are exact, such as labels and the numbers of a formula, and so are single constants.
 */
function roundedInputs({ inputs, rest, forward }: Point): (readonly [Tensor, Tensor])[] {
  const made = new Set(forward.nodes.map(({ output }) => output));
  const constants = forward.nodes.flatMap(({ inputs }) => inputs.filter((x) => x.size > 1 && !made.has(x)));
  const data = new Set([...rest, ...constants].filter((x) => !inputs.includes(x) && !x.data.every(Number.isInteger)));
  return [
    ...inputs.map((x) => [x, x.mul(signs(x).mul(UNIT_ROUNDOFF))] as const),
    ...[...data].map(
      (x) =>
        [
          x,
          Tensor.wrap(
            x.shape,
            x.data.map((value, i) => (Number.isInteger(value) ? 0 : UNIT_ROUNDOFF * value * sign(i + x.size))),
          ),
        ] as const,
    ),
  ];
}

/**
 * How fast the result and the gradient change if the values on the list change in the directions beside them, all at once:
 * forward mode over the gradient of the tape, run again. Nothing if an op on the way has no forward rule.
 */
function effectOf({ forward, inputs }: Point, changes: readonly (readonly [Tensor, Tensor])[]): Effect | undefined {
  const change = new Map(changes);
  const along = (t: Tensor): { outputs: Tensor[]; gradient: Tensor[] } => {
    const [outputs, pullback] = vjp(
      (...own: Tensor[]) => {
        const values = new Map<Tensor, Tensor>();
        const moved = (x: Tensor, value: Tensor): Tensor => {
          const direction = change.get(x);
          return direction === undefined ? value : value.add(t.mul(direction));
        };
        inputs.forEach((x, i) => {
          values.set(x, moved(x, own[i]));
        });
        const current = (x: Tensor): Tensor => values.get(x) ?? moved(x, x);
        for (const { op, inputs: operands, output, attributes } of forward.nodes)
          values.set(output, moved(output, applyAgain(op, operands.map(current), attributes)));
        return forward.outputs.map(current);
      },
      ...(inputs as Tensor[]),
    );
    return { outputs, gradient: inputs.length === 0 ? [] : (pullback(outputs.map((x) => ones(x.shape)) as never) as Tensor[]) };
  };
  try {
    const [, rate] = jvp(along, [0], [1]) as unknown as [unknown, { outputs: Tensor[]; gradient: Tensor[] }];
    return { value: sumOfSizes(rate.outputs), gradient: norm(rate.gradient) };
  } catch (error) {
    if (error instanceof GradtapeError) return undefined; // an op of the caller's own without a forward rule
    throw error;
  }
}

const sumOfSizes = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, { data }) => data.reduce((a, x) => a + Math.abs(x), sum), 0);
const norm = (tensors: readonly Tensor[]): number => Math.sqrt(tensors.reduce((sum, { data }) => data.reduce((a, x) => a + x * x, sum), 0));

/** Factors of both signs between ½ and 1, always the same, in no pattern that a formula would have: errors do not add up in step. */
function sign(place: number): number {
  const mixed = Math.imul(place + 1, GOLDEN) >>> 0;
  const size = 0.5 + (mixed & LOW_HALF) / (2 * (LOW_HALF + 1));
  return mixed >= HALF_OF_ALL ? size : -size;
}
/** 2³² over the golden ratio: multiples of it, cut to 32 bits, are spread evenly (Knuth, The Art of Computer Programming, 6.4). */
const GOLDEN = 0x9e3779b1;
const LOW_HALF = 0xffff;
const HALF_OF_ALL = 0x80000000;

/** The same for a whole tensor, with other factors for each size and place on the tape. */
function signs(x: Tensor): Tensor {
  const offset = Math.imul(x.size, PRIME_FOR_SIZE) + x.slot * PRIME_FOR_SLOT;
  return Tensor.wrap(
    x.shape,
    Float64Array.from({ length: x.size }, (_, i) => sign(offset + i)),
  );
}
/** Primes, so that two tensors rarely begin at the same factor. */
const PRIME_FOR_SIZE = 7919;
const PRIME_FOR_SLOT = 104729;
