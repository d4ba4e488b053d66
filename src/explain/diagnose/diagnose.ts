import { checkFunction, GradtapeError } from "../../base/errors.js";
import { Look } from "../../passes/look.js";
import { findRewrites } from "../../passes/stabilize/find.js";
import { isPlain } from "../../passes/stabilize/rules.js";
import { aside } from "../../tape/aside.js";
import { describeNode, tapeNames } from "../../tape/print.js";
import type { Node } from "../../tape/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { ArgumentsLike } from "../../transforms/reverse.js";
import type { Advice } from "../facts/facts.js";
import { indexOf } from "../places.js";
import { findInaccuracies } from "./accuracy.js";
import { adviceFor } from "./advice.js";
import { Diagnosis } from "./diagnosis.js";
import { type Finding, KINDS, type Suspicion } from "./finding.js";
import { findBlockages } from "./flow.js";
import { bornInside } from "./inside.js";
import { findNonFinite, kindOf } from "./non-finite.js";
import { type Run, runWithGradient, tensorsIn } from "./run.js";

/**
 * Runs f and its gradient once and lists what is numerically unsafe there, the worst first: where, what, the numbers, why it
 * happens, and what to write instead. On a healthy run the list is empty.
 *
 * The arguments are those of `grad(f)`: the gradient is taken with respect to the first one, a tensor or a tree of tensors, and
 * the others are passed on as they are. If f returns more than one number, the gradient is that of their sum.
 *
 * NaN and ∞ are reported where they are born, not where they spread to. An inaccuracy is reported if the node loses half of
 * the digits or more, the result or the gradient is off by as much, and the same error in the arguments and the data
 * would do a hundred times less; so the residual of a good fit is no finding, though it cancels.
 *
 * @typeParam Args - The arguments of f.
 * @param f - A synchronous function of tensors, or trees of tensors, that returns a tensor or a tree.
 * @param inputs - The point: the arguments of f.
 * @returns A {@link Diagnosis}: `findings`, and a report as its string.
 *
 * @example
 * ```ts
 * const naive = (z: Tensor) => z.sigmoid().log();
 * const [finding] = diagnose(naive, tensor(-1000));
 * finding.kind; // "domain edge"
 * finding.node; // 2
 * finding.instead; // "logSigmoid(z); stabilize(f) does it for you. For a loss, give the logits to binaryCrossEntropyWithLogits(z, y)"
 * diagnose(naive, tensor(3)).healthy; // true
 * ```
 */
export function diagnose<Args extends unknown[]>(f: (...args: Args) => unknown, ...inputs: ArgumentsLike<Args, 0>): Diagnosis {
  checkFunction("diagnose", f);
  if (inputs.flatMap(tensorsIn).some(({ hollow }) => hollow !== undefined))
    throw new GradtapeError(
      "diagnose: it reads values, which no function may while compile records it; call it outside of the compiled function",
    );
  const run = runWithGradient(f as (...args: never[]) => unknown, inputs);
  // What is computed to judge the run is no part of a recording under way.
  const suspicions = aside(() => {
    const nonFinite = findNonFinite(run);
    return nonFinite.length > 0 ? nonFinite : [...findInaccuracies(run), ...findBlockages(run)];
  });
  const findings = putIntoWords(run, suspicions).sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (b.resultError ?? 0) - (a.resultError ?? 0) || a.node - b.node,
  );
  return new Diagnosis(findings, run.forward.nodes.length, run.tape.nodes.length - run.forward.nodes.length);
}

function putIntoWords(run: Run, suspicions: readonly Suspicion[]): Finding[] {
  const name = tapeNames(run.tape);
  const look = new Look(run.tape);
  const numbered = new Map(run.tape.nodes.map((node, i) => [node.output.slot, [node, i + 1] as const]));
  const rewriteAt = rewrites(run);
  return suspicions.map((suspicion) => {
    const { slot, backward, place, count, relativeError, resultError, tensor } = suspicion;
    const [node, number] = numbered.get(slot) ?? [];
    // A loop has a line of its own for the place in its step where the trouble begins.
    const inside = node === undefined || backward ? undefined : aside(() => bornInside(node));
    const kind = inside === undefined ? suspicion.kind : kindOf(inside.node.op, inside.birth);
    const { inputs, output } = inside?.birth ?? suspicion;
    const at = (node?.output ?? tensor) as Tensor;
    const g = node && run.cotangent(node);
    const general =
      inside === undefined ? adviceFor(kind, node, look, output) : adviceFor(kind, inside.node, new Look(inside.tape), output);
    const advice = (node && rewriteAt(node, general, backward)) ?? general;
    return {
      kind,
      node: number ?? 0,
      name: name(at),
      label: at.label,
      op: node?.op.name ?? "input",
      expression: node === undefined ? name(at) : `${describeNode(node, name)}${inside === undefined ? "" : `, ${inside.where}`}`,
      source: node && run.source(node),
      backward,
      numbers: { index: indexOf(place, at.shape), count, inputs, output, cotangent: g?.data[place] },
      relativeError,
      resultError,
      ...advice,
    };
  });
}

/** For nodes that `stabilize` would rewrite, or would not need any more, what it puts in their place. */
function rewrites(run: Run): (node: Node, general: Advice, backward: boolean) => Advice | undefined {
  const { found, needed } = findRewrites(run.forward);
  const readers = new Map<Tensor, Node[]>();
  for (const node of run.forward.nodes)
    for (const x of new Set(node.inputs)) {
      const known = readers.get(x);
      if (known === undefined) readers.set(x, [node]);
      else known.push(node);
    }
  return (node, general, backward) => {
    const open = [node];
    const seen = new Set<Node>();
    for (let at = open.shift(); at !== undefined; at = open.shift()) {
      const rule = found.get(at)?.rule;
      if (rule !== undefined) {
        const { why, pattern, replacement, loss } = rule;
        const forLoss = loss === "" ? "" : `. For a loss, give the logits to ${loss}`;
        // A form that people can write is told; else what holds for the op, and who knows more.
        const instead = isPlain(rule)
          ? `${replacement}; stabilize(f) does it for you`
          : `${general.instead}; stabilize(f) rewrites ${pattern} for you`;
        return { why, instead: instead + forLoss };
      }
      seen.add(at);
      // What is lost in the backward pass is often lost between a node and those that read it.
      if (!needed.has(at.output) || (backward && at === node))
        open.push(...(readers.get(at.output) ?? []).filter((reader) => !seen.has(reader)));
    }
    return undefined;
  };
}
