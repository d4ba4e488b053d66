import { diagnose, grad, stabilize, type Tensor, tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import entries from "./catalog.json" with { type: "json" };

type Numbers = number | readonly number[];
type Texts = string | readonly string[];

export interface Point {
  readonly at: Readonly<Record<string, Numbers>>;
  readonly value: string;
  readonly gradient: Readonly<Record<string, Texts>>;
}

/** A formula known to be unstable, with points and exact values to 60 digits: catalog.py computes them. */
export interface Entry {
  readonly name: string;
  readonly formula: string;
  readonly source: string;
  readonly points: readonly Point[];
}

export const catalog: readonly Entry[] = entries as never;

/** A number off by no more than this, relatively, counts as right: three of sixteen digits may go. */
export const RIGHT = 1e-13;

type Variables = Record<string, Tensor>;

/** How far off a number is: relatively; wholly, where only one of them is finite or a number. */
export function errorOf(found: number, exact: string): number {
  const wanted = Number(exact.replace("+inf", "Infinity").replace("inf", "Infinity"));
  if (Object.is(found, wanted) || found === wanted) return 0;
  if (!Number.isFinite(found) || !Number.isFinite(wanted)) return Number.POSITIVE_INFINITY;
  // Numbers below the smallest normal one have fewer digits.
  if (Math.abs(found - wanted) <= 1e-320) return 0;
  return Math.abs((found - wanted) / wanted);
}

export interface Errors {
  readonly value: number;
  readonly gradient: number;
}

/** The errors of a function at a point: of its value, and the largest of its gradient, relative to the largest of a vector. */
export function errorsOf(f: (v: Variables) => Tensor, { at, value, gradient }: Point): Errors {
  const inputs = Object.fromEntries(Object.entries(at).map(([name, x]) => [name, tensor(x as number)]));
  const slopes = grad(f)(inputs);
  const errors = Object.entries(gradient).flatMap(([name, exact]) => {
    const texts = typeof exact === "string" ? [exact] : exact;
    return texts.map((text, i) => errorOf(slopes[name].data[i], text));
  });
  return { value: errorOf(f(inputs).item(), value), gradient: Math.max(...errors) };
}

export type Verdict = "right as it is" | "fixed" | "value only" | "found only" | "missed";

export interface Row {
  readonly entry: Entry;
  readonly verdict: Verdict;
  /** The largest errors over the points, of the formula as it is and stabilized. */
  readonly plain: Errors;
  readonly stable: Errors;
  /** Whether anything is further off than it was, by more than a few of the last digits. */
  readonly worse: boolean;
  readonly found: boolean;
}

const largest = (list: readonly Errors[]): Errors => ({
  value: Math.max(...list.map(({ value }) => value)),
  gradient: Math.max(...list.map(({ gradient }) => gradient)),
});

/** What becomes of a formula of the catalog. */
export function judge(entry: Entry): Row {
  const plainly = parseMath(entry.formula) as unknown as (v: Variables) => Tensor;
  const f = (v: Variables): Tensor => plainly(v);
  const before = entry.points.map((point) => errorsOf(f, point));
  const after = entry.points.map((point) => errorsOf(stabilize(f), point));
  const isWorse = (a: number, b: number): boolean => a > 4 * b + 20 * Number.EPSILON;
  const worse = after.some(({ value, gradient }, i) => isWorse(value, before[i].value) || isWorse(gradient, before[i].gradient));
  const [plain, stable] = [largest(before), largest(after)];
  const wrong = entry.points.filter((_, i) => before[i].value > RIGHT || before[i].gradient > RIGHT);
  const found = wrong.every(
    ({ at }) => !diagnose(f as never, Object.fromEntries(Object.entries(at).map(([name, x]) => [name, tensor(x as number)]))).healthy,
  );
  const verdict =
    wrong.length === 0
      ? "right as it is"
      : stable.value <= RIGHT
        ? stable.gradient <= RIGHT
          ? "fixed"
          : "value only"
        : found
          ? "found only"
          : "missed";
  return { entry, verdict, plain, stable, worse, found };
}
