import { checkFunction, DomainError } from "../base/errors.js";
import { formatNumber } from "../base/format.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import { Leaf } from "../ops/movement.js";
import type { AnyOp } from "../ops/op.js";
import { aside } from "../tape/aside.js";
import type { Recording } from "../tape/recording.js";
import { recording } from "../tape/under-way.js";
import { type Watcher, withWatcher } from "../tape/watcher.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Birth, findBirth } from "./diagnose/birth.js";
import { bornInside } from "./diagnose/inside.js";
import { indexOf } from "./places.js";

/** Where an op stands among those that ran: see {@link NonFiniteError}. */
export interface OpInRun {
  /** Its name, such as `"Log"`. */
  readonly op: string;
  /** Its number among the ops that ran since the function was called; in the forward pass that is its number on the tape. */
  readonly node: number;
}

/** What {@link requireFinite} throws: an op has made NaN or ∞. */
export class NonFiniteError extends DomainError {
  /** `"NonFiniteError"`. */
  override name = "NonFiniteError";
  /** The op, such as `"Log"`. */
  readonly op: string;
  /** Its number among the ops that ran since the function was called; in the forward pass that is its number on the tape. */
  readonly node: number;
  /** The label of the first of its inputs that has one: its result has none yet. */
  readonly label: string | undefined;
  /** Its inputs. */
  readonly inputs: readonly Tensor[];
  /** What it made. */
  readonly output: Tensor;
  /** The place of the first such number: one index an axis. */
  readonly index: readonly number[];
  /** In a backward pass, the op whose rule asked for it. */
  readonly ruleOf: OpInRun | undefined;

  /** @internal */
  constructor(
    message: string,
    { op, node }: OpInRun,
    inputs: readonly Tensor[],
    output: Tensor,
    index: readonly number[],
    ruleOf: OpInRun | undefined,
  ) {
    super(message);
    this.op = op;
    this.node = node;
    this.label = inputs.find(({ label }) => label !== undefined)?.label;
    this.inputs = inputs;
    this.output = output;
    this.index = index;
    this.ruleOf = ruleOf;
  }
}

/** Looks at each result. */
class Inspector implements Watcher {
  private count = 0;
  /** The numbers of the ops on each recording, by their places. They go when the recording goes. */
  private readonly numbers = new WeakMap<object, number[]>();
  private rule: { readonly recording: Recording; readonly place: number } | undefined;

  applied(op: AnyOp, inputs: readonly Tensor[], output: Tensor, attributes: unknown): void {
    if (op !== Leaf) this.count++;
    if (output.recordingId !== undefined) {
      const known = this.numbers.get(output.recordingId);
      if (known === undefined) this.numbers.set(output.recordingId, Object.assign([], { [output.slot]: this.count }));
      else known[output.slot] = this.count;
    }
    if (output.hollow === undefined) this.inspect(op, inputs, output, attributes);
    // While `compile` records there are no numbers yet; it lets us see those of the first call.
    else if (recording !== undefined) recording.hasUnseen = true;
  }

  sweeps(at: { readonly recording: Recording; readonly place: number } | undefined): void {
    this.rule = at;
  }

  private inspect(op: AnyOp, inputs: readonly Tensor[], output: Tensor, attributes: unknown): void {
    const birth = findBirth(op, inputs, output);
    const place = birth?.place ?? output.data.findIndex(Number.isNaN);
    if (place < 0) return;
    const ruleOf = this.rule && {
      op: this.rule.recording.op(this.rule.place).name,
      node: this.numbers.get(this.rule.recording.id)?.[this.rule.place] ?? 0,
    };
    const index = indexOf(place, output.shape);
    const inside = aside(() => bornInside({ inputs, attributes }));
    const what = birth === undefined ? "passed on a NaN that came from outside" : `made ${formatNumber(birth.output)}`;
    const where =
      ruleOf === undefined ? `node ${this.count}` : `node ${this.count}, in the backward pass of node ${ruleOf.node}, ${ruleOf.op}`;
    throw new NonFiniteError(
      `requireFinite: expected finite numbers, but ${op.name} ${what}${index.length === 0 ? "" : ` at [${index.join(", ")}]`}${inside === undefined ? "" : `, ${inside.where},`} from ${describeInputs(inputs, birth)} (${where})`,
      { op: op.name, node: this.count },
      inputs,
      output,
      index,
      ruleOf,
    );
  }
}

/** `ŷ = 0, 1`: names and the values at the place, where they are known; otherwise names and shapes. */
function describeInputs(inputs: readonly Tensor[], birth: Birth | undefined): string {
  const isKnown = birth !== undefined && birth.inputs.length === inputs.length;
  return inputs
    .map((x, i) => {
      const value = isKnown
        ? formatNumber(birth.inputs[i])
        : x.size === 1
          ? formatNumber(x.first)
          : `a tensor of shape ${formatShape(x.shape)}`;
      return x.label === undefined
        ? value
        : isKnown || x.size === 1
          ? `${nameFrom(x.label)} = ${value}`
          : `${nameFrom(x.label)} of shape ${formatShape(x.shape)}`;
    })
    .join(" and ");
}

/**
 * f under supervision: the same function, but the first op that makes NaN or ∞ throws, with its name, its number and what went
 * in. Every op that runs until f returns is looked at, also in backward passes and in transforms inside f; so wrap what is to
 * be watched, such as `requireFinite(grad(loss))`, or a whole training loop.
 *
 * NaN that comes from outside, in an argument or a constant, throws at the first op that hands it on. ∞ from outside is let
 * through until it becomes NaN, since masks of −∞ are common.
 *
 * There is no switch to forget: the supervision ends with the call, and code outside of it is not slowed down. A compiled
 * function that is called inside runs as the function it was made from, op by op. Trials count, too: where `minimize` tries a
 * step at which the loss is ∞, and would then shorten it, the error is thrown first.
 *
 * @typeParam F - The type of f, which the result keeps.
 * @param f - Any synchronous function.
 * @returns A function with the same signature. It throws a {@link NonFiniteError}, which is a `DomainError`.
 *
 * @example
 * ```ts
 * const loss = (x: Tensor) => x.log().mul(x).sum();
 * requireFinite(grad(loss))(tensor([1, 2])).toArray(); // [1, 1.6931471805599454]
 * const message = (() => { try { return requireFinite(loss)(tensor([1, 0])).item(); } catch (error) { return (error as Error).message; } })();
 * message; // "requireFinite: expected finite numbers, but Log made -∞ at [1] from 0 (node 1)"
 * ```
 */
export function requireFinite<F extends (...args: never[]) => unknown>(f: F): F {
  checkFunction("requireFinite", f);
  return ((...args: unknown[]) => {
    const result = withWatcher(new Inspector(), () => f(...(args as never[])));
    if (typeof (result as { then?: unknown } | null)?.then === "function")
      throw new TypeError(
        "requireFinite: the function must be synchronous, but it returned a promise; wrap what it calls between its awaits",
      );
    return result;
  }) as unknown as F;
}
