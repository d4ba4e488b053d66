import { type Derivation, derive, grad, jacobian, record, type Tensor } from "gradtape";
import type { Scope, Values } from "../notation/evaluate.js";
import { Unreadable } from "../notation/formula.js";
import { parse } from "../notation/parse.js";
import { numbersOf } from "../notation/point.js";
import { shapesOf } from "../notation/shapes.js";
import { type Entry, pointOf } from "./entry.js";

// What derive prints for an entry, and whether that is true at points that derive has not seen.

export interface Finding {
  readonly entry: Entry;
  readonly derivation: Derivation;
  /** What is printed, by the names of textbook forms. */
  readonly printed: Readonly<Record<string, string>>;
  /** Whether all that is printed is what textbooks have. */
  readonly isTextbook: boolean;
}

const FRESH_POINTS = [1, 2, 3];

/** The places of the arguments that a derivative is by. */
const placesOf = ({ args, textbook }: Entry): number[] => {
  const names = Object.keys(args);
  return [...new Set(Object.keys(textbook).flatMap((key) => key.split(", ").map((name) => names.indexOf(name))))].sort();
};

export function find(entry: Entry): Finding {
  const derivation: Derivation = derive(entry.loss as (...args: unknown[]) => Tensor, ...pointOf(entry, 0), {
    wrt: placesOf(entry),
    order: entry.order ?? 1,
  });
  const found = entry.order === 2 ? derivation.hessians : derivation.gradients;
  const printed = Object.fromEntries(Object.keys(entry.textbook).map((key) => [key, found.get(key) ?? "nothing"]));
  return { entry, derivation, printed, isTextbook: Object.entries(entry.textbook).every(([key, form]) => printed[key] === form) };
}

/** The largest relative error of formulas at fresh points, read by somebody who knows nothing of derive. */
export function errorOf({ entry, derivation }: Finding, formulas: Readonly<Record<string, string>>): number {
  const names = Object.keys(entry.args);
  let worst = 0;
  for (const point of FRESH_POINTS) {
    const at = pointOf(entry, point);
    const values = valuesAt(entry, at, derivation);
    for (const [key, formula] of Object.entries(formulas)) {
      const places = key.split(", ").map((name) => names.indexOf(name));
      const [a, b] = places.length === 1 && entry.order === 2 ? [places[0], places[0]] : places;
      const engine = b === undefined ? gradientOf(entry, at, a) : secondDerivativeOf(entry, at, a, b);
      const shape = [...at[a].shape, ...(b === undefined ? [] : at[b].shape)];
      const ours = evaluate(formula, values, shape);
      const size = engine.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-300);
      for (const [k, x] of engine.data.entries()) {
        const error = Math.abs(ours[k] - x) / size;
        worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
      }
    }
  }
  return worst;
}

const gradientOf = ({ loss }: Entry, at: readonly Tensor[], place: number): Tensor =>
  (grad(loss as (...args: unknown[]) => Tensor, { argnums: [place] }) as (...args: unknown[]) => Tensor[])(...at)[0];

const secondDerivativeOf = (entry: Entry, at: readonly Tensor[], a: number, b: number): Tensor =>
  jacobian((x: Tensor) =>
    gradientOf(
      entry,
      at.map((own, k) => (k === b ? x : own)),
      a,
    ),
  )(at[b]) as Tensor;

/** The arguments, the named values, and the sizes that letters stand for, as they are printed. */
function valuesAt(entry: Entry, at: readonly Tensor[], derivation: Derivation): Map<string, Values> {
  const tape = record(entry.loss as (...args: Tensor[]) => Tensor, ...at);
  const values = new Map<string, Values>();
  for (const { left, right, rule } of derivation.steps)
    if (rule.startsWith("the size of")) values.set(left, { sizes: [], data: [Number(right)] });
  for (const [i, name] of Object.keys(entry.args).entries()) values.set(printed(name), squeezed(at[i]));
  for (const { output } of tape.nodes) if (output.label !== undefined) values.set(printed(output.label), squeezed(output));
  for (const { section, left, right, value } of [...derivation.steps].reverse())
    if (section === "definitions" && value !== undefined && !values.has(left) && !left.includes("_"))
      values.set(
        left,
        right.startsWith("a constant") ? squeezed(value) : { sizes: squeezed(value).sizes, data: evaluate(right, values, value.shape) },
      );
  return values;
}

const squeezed = ({ shape, data }: Tensor): Values => ({ sizes: shape.filter((size) => size !== 1), data: Array.from(data) });

/** The numbers of a formula, as somebody reads it who knows the notation. */
function evaluate(text: string, values: ReadonlyMap<string, Values>, shape: readonly number[]): readonly number[] {
  const sizes = shape.filter((size) => size !== 1);
  const letters = text.includes("_") ? [...LETTERS].filter((letter) => !values.has(letter)).slice(0, sizes.length) : [];
  const formula = parse(text, new Set(values.keys()));
  const sizesOf = (name: string): readonly number[] => values.get(name)?.sizes ?? fail(name);
  const shapes = shapesOf(formula, sizesOf, { sizes, letters });
  const scope: Scope = {
    value: (name) => values.get(name) ?? fail(name),
    derivative: fail,
    second: fail,
    derivativeOf: () => fail("a derivative"),
    custom: () => undefined,
  };
  return numbersOf({ name: "result", sizes, letters, formula, shapes }, scope).data;
}

/** Indices, in the order in which the places of a result have them. */
const LETTERS = "ijklpqrstuvw";

const fail = (name: string): never => {
  throw new Unreadable(`${name} has no value`);
};

/** Digits at the end are subscripts. */
const printed = (name: string): string =>
  name.replace(
    /^(\p{L}\p{M}*)(\d+)$/u,
    (_, letter: string, digits: string) => letter + [...digits].map((d) => "₀₁₂₃₄₅₆₇₈₉"[Number(d)]).join(""),
  );
