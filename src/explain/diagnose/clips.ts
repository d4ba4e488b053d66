import * as e from "../../ops/elementwise.js";
import type { AnyOp } from "../../ops/op.js";
import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { valuesAt } from "../places.js";
import { UNIT_ROUNDOFF } from "./conditions.js";
import { inRuleOf, type Suspicion } from "./finding.js";
import type { Run } from "./run.js";
import type { Upstream } from "./upstream.js";

/** So much of what arrives has to be lost. */
const MOST = 0.5;

/** A number is far outside of a range from this part of its width on. Next to it, a step of something else may lead back. */
const FAR = 1.5;

/** Which side of a bound a number is on: held up from below, or held down from above. */
type Side = "below" | "above";

interface Clip {
  /** What is clipped. */
  readonly x: Tensor;
  readonly side: Side;
  /** At a place, how far x is beyond the bound: 0 or less where it is not clipped. */
  readonly beyond: (place: number) => number;
  readonly bound: (place: number) => number;
}

/**
 * Where clamp, maximum, minimum and where put a constant in the place of a number, which stops the gradient. That is meant as a
 * rule: a hinge has no more to say. It is not in two cases: a guard in front of a logarithm or a division, which hides the very
 * gradient that these would have; and a range with two ends, such as a hard tanh, into which the loss pulls the number back, but cannot.
 */
export class Clips {
  private readonly made: ReadonlyMap<Tensor, Node>;
  private readonly readers = new Map<Tensor, Node[]>();
  private readonly inputs: ReadonlySet<Tensor>;

  constructor(
    { forward }: Run,
    private readonly upstream: Upstream,
  ) {
    this.made = new Map(forward.nodes.map((node) => [node.output, node]));
    this.inputs = new Set(forward.inputs);
    for (const node of forward.nodes) for (const x of new Set(node.inputs)) this.readers.set(x, [...(this.readers.get(x) ?? []), node]);
    for (const node of forward.nodes) {
      const clip = this.clipOf(node);
      if (clip === undefined) continue;
      this.clips.set(node, { ...clip, x: this.roots.get(clip.x) ?? clip.x });
      this.roots.set(node.output, this.roots.get(clip.x) ?? clip.x);
    }
  }

  private readonly clips = new Map<Node, Clip>();
  /** For what was clipped, what it was before. */
  private readonly roots = new Map<Tensor, Tensor>();

  at(node: Node, g: Float64Array): Suspicion[] | undefined {
    const clip = this.clips.get(node);
    if (clip === undefined) return undefined;
    const isGuard = this.isReadBySteep(node.output);
    const other = [...this.clips.values()].find(({ x, side }) => x === clip.x && side !== clip.side);
    if (!isGuard && (other === undefined || this.upstream.hasGradient(node))) return undefined;
    const isFar = (i: number): boolean => other !== undefined && clip.beyond(i) >= FAR * Math.abs(clip.bound(i) - other.bound(i));
    const places: number[] = [];
    let all = 0;
    let lost = 0;
    for (let i = 0; i < g.length; i++) {
      const part = Math.abs(g[i]);
      all += part;
      // A loss goes down along −g.
      const isPulledBack = clip.side === "below" ? g[i] < 0 : g[i] > 0;
      if (part === 0 || clip.beyond(i) <= 0 || !(isGuard || (isPulledBack && isFar(i)))) continue;
      lost += part;
      places.push(i);
    }
    if (places.length === 0 || lost <= MOST * all) return undefined;
    const [place] = places;
    const whole = this.wholeOf(node, clip.x);
    const inputs = valuesAt(whole.inputs, whole.output.shape)(place);
    return [inRuleOf(whole.output, { kind: "vanishing gradient", inputs, place, count: places.length, relativeError: UNIT_ROUNDOFF })];
  }

  /** A clamp is several nodes; its result is the last one that selects by comparing the same x. */
  private wholeOf(node: Node, x: Tensor): Node {
    const selects = ({ op, inputs: [condition] }: Node): boolean => {
      const compared = op === e.Where ? this.made.get(condition) : undefined;
      return compared !== undefined && SIDES.has(compared.op) && compared.inputs.some((y) => (this.roots.get(y) ?? y) === x);
    };
    let at = node;
    for (let next: Node | undefined = at; next !== undefined; next = (this.readers.get(at.output) ?? []).find(selects)) at = next;
    return at;
  }

  private isConstant = (x: Tensor): boolean => !this.made.has(x) && !this.inputs.has(x);

  private clipOf({ op, inputs, output }: Node): Clip | undefined {
    const at = valuesAt(inputs, output.shape);
    if (op === e.Maximum || op === e.Minimum) {
      const bound = inputs.findIndex(this.isConstant);
      // max(x, 0) is relu, or a hinge.
      if (bound < 0 || inputs.every(this.isConstant) || (op === e.Maximum && inputs[bound].data.every((x) => x === 0))) return undefined;
      const side = op === e.Maximum ? "below" : "above";
      const sign = op === e.Maximum ? 1 : -1;
      return {
        x: inputs[1 - bound],
        side,
        beyond: (i) => sign * (at(i)[bound] - at(i)[1 - bound]),
        bound: (i) => at(i)[bound],
      };
    }
    if (op !== e.Where) return undefined;
    // where(x < low, low, …) and where(x > high, high, …): the constant that is taken is the one that x is compared with.
    const comparison = this.made.get(inputs[0]);
    const side = comparison === undefined ? undefined : SIDES.get(comparison.op);
    if (comparison === undefined || side === undefined || !this.isConstant(inputs[1]) || this.isConstant(inputs[2])) return undefined;
    const [x, bound] = comparison.inputs;
    const isBound = bound === inputs[1] || (bound.size === 1 && inputs[1].size === 1 && bound.first === inputs[1].first);
    if (!isBound || this.isConstant(x)) return undefined;
    const compared = valuesAt([x, bound], output.shape);
    const beyond = (i: number): number => {
      const [value, limit] = compared(i);
      return side === "below" ? limit - value : value - limit;
    };
    return { x, side, beyond, bound: (i) => compared(i)[1] };
  }

  /** Whether a logarithm, a root or a division takes the value, perhaps subtracted from a constant or scaled first. */
  private isReadBySteep(x: Tensor, deepest = 4): boolean {
    return (this.readers.get(x) ?? []).some(({ op, inputs, output }) => {
      if (STEEP.has(op) || (op === e.Div && inputs[1] === x)) return true;
      const handsOn = op === e.Neg || op === e.Where || ([e.Add, e.Sub, e.Mul].includes(op as never) && inputs.some(this.isConstant));
      return handsOn && deepest > 0 && this.isReadBySteep(output, deepest - 1);
    });
  }
}

const STEEP: ReadonlySet<AnyOp> = /* @__PURE__ */ new Set<AnyOp>([e.Log, e.Sqrt, e.Reciprocal]);
const SIDES: ReadonlyMap<AnyOp, Side> = /* @__PURE__ */ new Map<AnyOp, Side>([
  [e.Less, "below"],
  [e.LessEqual, "below"],
  [e.Greater, "above"],
  [e.GreaterEqual, "above"],
]);
