import { checkFunction } from "../../base/errors.js";
import { type Shape, sameShape } from "../../base/shape.js";
import { bodyOf, loopOf } from "../../ops/body.js";
import { aside } from "../../tape/aside.js";
import { tapeNames } from "../../tape/print.js";
import type { Node, Tape } from "../../tape/tape.js";
import { applyAgain } from "../../tensor/apply.js";
import type { Tensor } from "../../tensor/tensor.js";
import { flatten } from "../../tensor/tree.js";
import { tapeOf } from "../../transforms/record.js";
import { trace } from "../../transforms/trace.js";
import { withoutLeadingOnes } from "./conditions.js";
import { evaluate } from "./expression.js";
import { type Found, findRewrites } from "./find.js";
import type { RewriteRule } from "./rules.js";

/** One place where a rule has fired. */
export interface Rewrite extends RewriteRule {
  /** The number of the node on the tape of f. */
  readonly node: number;
  /** Its name there: its label, or `%n`. */
  readonly name: string;
}

/**
 * A function whose unsafe patterns are rewritten.
 *
 * @typeParam F - The type of the function, which is kept.
 */
export type Stabilized<F extends (...args: never[]) => unknown> = F & {
  /** Which rules fire at these inputs, and where. */
  rewrites(...inputs: Parameters<F>): Rewrite[];
};

/**
 * f with unsafe patterns rewritten to stable ones, before anything differentiates it: log(σ(z)) to −softplus(−z), log(Σ eˣ) to
 * logSumExp(x), and the like. The result is the same function in exact arithmetic; in floating point it stays right where f
 * overflows, underflows or cancels. A pattern is found on the tape, however f is written, and in the step of a {@link scan} as well.
 *
 * f runs once for each call to be looked at, and what it recorded is then run in its stable form. It composes with every
 * transform, and with `compile`, which pays for the looking only once.
 *
 * @typeParam F - The type of f, which the result keeps.
 * @param f - A synchronous function of tensors and trees of tensors. Numbers are taken as tensors.
 * @returns A function with the same signature; its `rewrites(...inputs)` says which rules fire there, and where.
 *
 * @example
 * ```ts
 * const naive = (z: Tensor) => z.sigmoid().log();
 * grad(naive)(-1000).item(); // NaN
 * grad(stabilize(naive))(-1000).item(); // 1
 * stabilize(naive).rewrites(tensor(-1000))[0].pattern; // "log(σ(z))"
 * ```
 */
export function stabilize<F extends (...args: never[]) => unknown>(f: F): Stabilized<F> {
  checkFunction("stabilize", f);
  const look = (args: readonly unknown[]) => {
    const flats = args.map((arg, i) => flatten("stabilize", `argument ${i}`, arg));
    const leaves = flats.flatMap((flat) => flat.leaves);
    const segment = aside(() => trace("stabilize", f as (...args: never[]) => unknown, flats, undefined, "keep"));
    const tape = tapeOf(segment);
    return { leaves, tape, ...findRewrites(tape), output: segment.output };
  };
  const call = (...args: unknown[]): unknown => {
    const { leaves, tape, found, needed, output } = look(args);
    return output.rebuild(replay(tape, leaves, found, needed));
  };
  return Object.assign(call, {
    rewrites: (...args: unknown[]): Rewrite[] => {
      const { tape, found } = look(args);
      const name = tapeNames(tape);
      return tape.nodes.flatMap((node, i) => {
        const rule = found.get(node)?.rule;
        const rules = [...(rule === undefined ? [] : [rule]), ...rulesInside(node)];
        return rules.map((own) => ({ node: i + 1, name: name(node.output), ...textOf(own) }));
      });
    },
  }) as unknown as Stabilized<F>;
}

const textOf = ({ pattern, replacement, condition, why, source }: RewriteRule): RewriteRule => ({
  pattern,
  replacement,
  condition,
  why,
  source,
});

/** Terms do not tell axes of size 1 in front from none, and a constant of one number may have had axes of its own. */
function inShape(value: Tensor, shape: Shape): Tensor {
  if (sameShape(value.shape, shape)) return value;
  return value.reshape(withoutLeadingOnes(value.shape)).broadcastTo(shape);
}

/** The rules that fire in the function that a node runs, such as the step of a loop. */
function rulesInside(node: Node): RewriteRule[] {
  const body = bodyOf(node.attributes);
  if (body === undefined) return [];
  const { found } = findRewrites(body.tape);
  return body.tape.nodes.flatMap((inner) => {
    const rule = found.get(inner)?.rule;
    return [...(rule === undefined ? [] : [rule]), ...rulesInside(inner)];
  });
}

/** The attributes of a node, the function that it runs in its stable form. */
function stableAttributes(node: Node): unknown {
  const body = bodyOf(node.attributes);
  if (body === undefined || rulesInside(node).length === 0) return node.attributes;
  const stable = body.derived("stable", body.tape.inputs, (inputs) => {
    const { found, needed } = findRewrites(body.tape);
    return replay(body.tape, inputs, found, needed);
  });
  // What derivatives read of the carry is kept where the results were laid out: a form that needs more of it cannot take the place.
  const loop = loopOf(node.attributes);
  const keepsEnough = loop === undefined || stable.kept(loop.carries).every((part) => loop.kept.includes(part));
  return keepsEnough ? { ...(node.attributes as object), body: stable } : node.attributes;
}

/** Runs a tape again on other inputs, with the stable forms in their places. */
export function replay(tape: Tape, inputs: readonly Tensor[], found: ReadonlyMap<Node, Found>, needed: ReadonlySet<Tensor>): Tensor[] {
  const values = new Map<Tensor, Tensor>(tape.inputs.map((x, i) => [x, inputs[i]]));
  const current = (x: Tensor): Tensor => values.get(x) ?? x;
  for (const node of tape.nodes) {
    const { op, inputs: operands, output } = node;
    if (!needed.has(output)) continue;
    const rewrite = found.get(node);
    const value =
      rewrite === undefined ? applyAgain(op, operands.map(current), stableAttributes(node)) : evaluate(rewrite.expression, current);
    const shaped = inShape(value, output.shape);
    values.set(output, output.label === undefined ? shaped : shaped.named(output.label));
  }
  return tape.outputs.map(current);
}
