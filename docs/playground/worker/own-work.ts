import { derive } from "gradtape";
import { type CheckedDerivation, checkDerivation } from "gradtape/math";
import { codeOf, type Target } from "../export.js";
import type { Run } from "../run.js";
import type { Value } from "../state.js";

/** A derivation to begin with: the one of the library, or one with a mistake that many make. */
export interface Beginning {
  readonly title: string;
  readonly text: string;
}

/** What the page shows of the user's own derivation, and of the loss as a program. Of what cannot be, the reason. */
export interface OwnWork {
  readonly checked: CheckedDerivation | Refusal | undefined;
  readonly beginnings: readonly Beginning[];
  readonly code: string | Refusal;
}

export interface Refusal {
  readonly error: string;
}

export function ownWorkOf(run: Run, text: string, target: Target): OwnWork {
  return {
    checked: text.trim() === "" ? undefined : attempt(() => check(run, text)),
    beginnings: beginningsOf(run),
    code: attempt(() =>
      codeOf(run.source, Object.fromEntries(run.inputs.map((x) => [x.label ?? "", x.toArray() as Value])), run.by, target),
    ),
  };
}

/** The variable that the loss is differentiated with respect to is the first input. */
const check = ({ f, inputs }: Run, text: string): CheckedDerivation => checkDerivation(f, inputs, text, { wrt: 0 });

/** The library's own lines, and each mistake that is one in this derivation. */
function beginningsOf(run: Run): readonly Beginning[] {
  const own = attempt(() => trueLinesOf(run));
  if ("error" in own || own.length === 0) return [];
  const result = own[own.length - 1];
  const before = own.slice(0, -1);
  const withResult = (right: string): string => [...before, { ...result, right }].map(written).join("\n");
  const mistakes: readonly Beginning[] = [
    { title: "a sign lost", text: withResult(`−(${result.right})`) },
    { title: "a factor 2", text: withResult(`2(${result.right})`) },
    ...(/(?<![\p{L}\p{M}])n(?![\p{L}\p{M}(])/u.test(result.right)
      ? [{ title: "1/n forgotten", text: withResult(`n(${result.right})`) }]
      : []),
    ...(before.length === 0 ? [] : [{ title: "the inner derivative forgotten", text: withResult(before[0].right) }]),
  ];
  return [
    { title: "the library’s", text: own.map(written).join("\n") },
    ...mistakes.filter(({ text }) => {
      const checked = attempt(() => check(run, text));
      return !("error" in checked) && checked.firstWrong === own.length - 1 && checked.lines[own.length - 1].verdict === "false";
    }),
  ];
}

interface Line {
  readonly left: string;
  readonly right: string;
}

const written = ({ left, right }: Line): string => `${left} = ${right}`;

/** The last form of each factor and of the result, as far as they can be read back. */
function trueLinesOf(run: Run): readonly Line[] {
  const lines = new Map<string, string>();
  let left = "";
  for (const step of derive(run.f, ...run.inputs).steps) {
    if (step.section !== "factors" && step.section !== "result") continue;
    left = step.left === "" ? left : step.left;
    // A result that has the left side of a factor comes last.
    if (step.section === "result") lines.delete(left);
    lines.set(left, step.right);
  }
  const all = [...lines].map(([left, right]) => ({ left, right }));
  return all.filter((line) => check(run, written(line)).ok);
}

function attempt<T>(body: () => T): T | Refusal {
  try {
    return body();
  } catch (error) {
    if (error instanceof Error) return { error: error.message };
    throw error;
  }
}
