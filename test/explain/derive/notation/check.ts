import type { DerivationStep, Tensor } from "gradtape";
import { numbers } from "../../../support/random.js";
import { evaluate, type Scope, type Values } from "./evaluate.js";
import { type Formula, Unreadable } from "./formula.js";
import { parse } from "./parse.js";
import { count, type Defined, Kink, numbersOf, Point, placesBelow } from "./point.js";
import { isZero, type Left, shapesOf } from "./shapes.js";

/** A line of a derivation that is not true as it is read. */
export interface Complaint {
  readonly line: string;
  readonly what: string;
}

export interface Checked {
  readonly complaints: readonly Complaint[];
  /** How many lines were read and found true at the point of the derivation and at fresh ones. */
  readonly lines: number;
  /** How many say that they are not written out. */
  readonly unwritten: number;
}

export interface Facts {
  /** The arguments, by the names under which they are printed. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** The function itself at other arguments. */
  readonly f?: (inputs: Readonly<Record<string, Values>>) => number;
  /** Arguments that stay: places, conditions. */
  readonly kept?: readonly string[];
  readonly custom?: Scope["custom"];
  readonly seed?: number;
}

interface Line {
  readonly section: string;
  readonly left: string;
  readonly right: string;
  readonly rule: string;
  readonly value: Tensor | undefined;
}

const FRESH_POINTS = 2;
const MOST_TRIES = 6;

const squeezed = ({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): Values => ({
  sizes: shape.filter((size) => size !== 1),
  data: Array.from(data),
});

/** Reads each line of a derivation as a person would who knows the notation, and says which are not true. */
export function check(steps: readonly DerivationStep[], facts: Facts): Checked {
  const lines = withLefts(steps);
  const complaints: Complaint[] = [];
  const complain = (line: Line | undefined, error: unknown): void => {
    if (!(error instanceof Unreadable)) throw error;
    complaints.push({ line: line === undefined ? "" : `${line.left} = ${line.right}  (${line.rule})`, what: error.message });
  };
  const given = new Map(Object.entries(facts.inputs).map(([name, x]) => [name, squeezed(x)]));
  const { definitions, names, later } = define(lines, given, complain);
  if (complaints.length > 0) return { complaints, lines: 0, unwritten: 0 };
  const output = definitions[definitions.length - 1]?.name ?? "";
  const custom = facts.custom ?? (() => undefined);
  const here = new Point(given, definitions, output, custom);
  for (const { name } of definitions) {
    const line = lines.find(({ section, left }) => section === "definitions" && nameOf(left) === name);
    if (line?.value !== undefined && !agree(here.value(name).data, Array.from(line.value.data), 1e-9))
      complain(line, new Unreadable(`at the inputs it is ${show(here.value(name).data)}, the value ${show(Array.from(line.value.data))}`));
  }
  const onlyHere = new Set(
    lines.slice(
      Math.max(
        0,
        lines.findIndex(({ rule }) => rule.endsWith("at these inputs")),
      ),
    ),
  );
  if (!lines.some(({ rule }) => rule.endsWith("at these inputs"))) onlyHere.clear();
  const next = numbers(facts.seed ?? 1);
  let read = 0;
  let unwritten = 0;
  const points: Point[] = [here];
  const kept = [...given.keys()].filter((name) => facts.inputs[name] === undefined || facts.kept?.includes(name));
  const fresh = (): Point => new Point(moved(given, kept, next), definitions, output, custom);
  for (const line of later) {
    if (line.right.startsWith("…")) {
      unwritten++;
      continue;
    }
    try {
      const left = leftOf(line.left, names);
      const right = parse(line.right, names);
      const wanted = 1 + (onlyHere.has(line) ? 0 : FRESH_POINTS);
      let done = 0;
      for (let k = 0; done < wanted && k < wanted + MOST_TRIES; k++) {
        points[k] ??= fresh();
        if (onlyHere.has(line) && k > 0) break;
        try {
          compare(left, right, points[k], line.section === "chain rule");
          done++;
        } catch (error) {
          if (!(error instanceof Kink)) throw error;
        }
      }
      read++;
    } catch (error) {
      complain(line, error);
    }
  }
  if (facts.f !== undefined)
    for (const point of points.slice(0, 2)) {
      const own = point.value(output).data;
      const wanted = facts.f(Object.fromEntries([...given.keys()].map((name) => [name, point.value(name)])));
      if (!agree(own, [wanted], 1e-8))
        complaints.push({ line: `definitions of ${output}`, what: `they make ${show(own)}, the function ${wanted}` });
    }
  return { complaints, lines: read, unwritten };
}

/** Lines with the left side repeated where one continues the line before. */
function withLefts(steps: readonly DerivationStep[]): Line[] {
  let last = "";
  return steps.map((step) => {
    last = step.left === "" ? last : step.left;
    return { ...step, left: last };
  });
}

const INDICES = /^(.+)_(?:\{([a-z′,]+)\}|([a-z]+))$/u;
/** z of z_ij. */
const nameOf = (left: string): string => left.replace(/_(\{[a-z′,]+\}|[ijklpqrstuvw]+)$/u, "");
const lettersOf = (left: string, name: string): string[] => {
  const [, , list, plain] = left === name ? [] : (INDICES.exec(left) ?? []);
  return list?.split(",") ?? [...(plain ?? "")];
};

/** The named values in the order in which they are computed, and the lines that say something about them. */
function define(
  lines: readonly Line[],
  given: Map<string, Values>,
  complain: (line: Line | undefined, error: unknown) => void,
): { readonly definitions: readonly Defined[]; readonly names: ReadonlySet<string>; readonly later: readonly Line[] } {
  const defining = lines.filter(({ section }) => section === "definitions");
  const names = new Set([...given.keys(), ...defining.map(({ left }) => nameOf(left))]);
  const sizes = new Map([...given].map(([name, value]) => [name, value.sizes]));
  const definitions: Defined[] = [];
  const seen = new Set<string>();
  const later = lines.filter(({ section }) => section !== "definitions");
  for (const line of defining) {
    const name = nameOf(line.left);
    if (line.value !== undefined) sizes.set(name, squeezed(line.value).sizes);
    if (line.right === "a constant of the function" && line.value !== undefined) given.set(name, squeezed(line.value));
  }
  for (const line of [...defining].reverse()) {
    const name = nameOf(line.left);
    if (given.has(name) && line.right === "a constant of the function") continue;
    const first = defining.find(({ left }) => nameOf(left) === name);
    if (first !== line) {
      later.unshift(line); // the same by a fact about the inputs
      continue;
    }
    if (seen.has(name) || given.has(name)) complain(line, new Unreadable(`${name} is defined twice`));
    seen.add(name);
    try {
      const letters = lettersOf(line.left, name);
      const formula = parse(line.right, names);
      const own = { name, sizes: sizes.get(name) ?? [], letters, formula };
      definitions.push({ ...own, shapes: shapesOf(formula, (one) => sizesOrFail(sizes, one), own) });
    } catch (error) {
      complain(line, error);
    }
  }
  return { definitions, names, later };
}

function sizesOrFail(sizes: ReadonlyMap<string, readonly number[]>, name: string): readonly number[] {
  const found = sizes.get(name);
  if (found === undefined) throw new Unreadable(`nothing defines ${name}`);
  return found;
}

/** A left side: a derivative, a second one, or a name, perhaps with indices. */
function leftOf(text: string, names: ReadonlySet<string>): Formula {
  const formula = parse(text, names);
  const inner = formula.kind === "indexed" ? formula.of : formula;
  if (!["derivative", "second", "name"].includes(inner.kind)) throw new Unreadable(`a left side that is no derivative: ${text}`);
  return formula;
}

function compare(left: Formula, right: Formula, point: Point, isChainRule: boolean): void {
  const inner = left.kind === "indexed" ? left.of : left;
  const { sizes, data } = left.kind === "indexed" || inner.kind === "second" ? leftValues(inner, point) : leftValues(left, point);
  const tolerance = inner.kind === "second" ? 1e-4 : 1e-6;
  if (isChainRule) {
    const found = jacobian(right, point).map(([only]) => only);
    if (!agree(found, data, tolerance)) throw new Unreadable(`the paths give ${show(found)}, the derivative is ${show(data)}`);
    return;
  }
  const letters = left.kind === "indexed" ? left.at.map(({ steps }) => (steps[0].base as { readonly letter: string }).letter) : [];
  const side: Left = { sizes, letters };
  const shapes = shapesOf(right, (name) => point.value(name).sizes, side);
  const found = isZero(right)
    ? data.map(() => 0)
    : letters.length === 0
      ? evaluate(right, point, shapes).data
      : numbersOf({ name: "", sizes, letters, formula: right, shapes }, point).data;
  if (found.length !== count(sizes)) throw new Unreadable(`${placesBelow(sizes).length} places on the left, ${found.length} on the right`);
  if (!agree(found, data, tolerance)) throw new Unreadable(`the right side is ${show(found)}, the left ${show(data)}`);
}

function leftValues(left: Formula, point: Point): Values {
  if (left.kind === "derivative") return point.derivative(left.of, left.by, left.fixed);
  if (left.kind === "second") return point.second(left.of, left.by, left.with);
  return point.value((left as { readonly name: string }).name);
}

/** A sum of products of derivatives, as matrices with a row for each place of what is derived by. */
function jacobian(part: Formula, point: Point): readonly (readonly number[])[] {
  if (part.kind === "derivative") return point.jacobian(part.of, part.by, part.fixed);
  if (part.kind === "sum")
    return part.terms.map(({ of }) => jacobian(of, point)).reduce((a, b) => a.map((row, i) => row.map((x, j) => x + b[i][j])));
  if (part.kind !== "product") throw new Unreadable("a chain rule with something other than derivatives");
  const [a, b] = [jacobian(part.left, point), jacobian(part.right, point)];
  return b.map((row) => a[0].map((_, j) => row.reduce((sum, x, k) => sum + x * a[k][j], 0)));
}

/** Other arguments near the given ones. */
function moved(
  given: ReadonlyMap<string, Values>,
  kept: readonly string[],
  next: (low: number, high: number) => number,
): Map<string, Values> {
  return new Map(
    [...given].map(([name, { sizes, data }]) => [
      name,
      kept.includes(name) ? { sizes, data } : { sizes, data: data.map((x) => x + 0.2 * next(-1, 1) * Math.max(Math.abs(x), 0.1)) },
    ]),
  );
}

function agree(found: readonly number[], wanted: readonly number[], tolerance: number): boolean {
  const scale = Math.max(...[...found, ...wanted].map(Math.abs).filter(Number.isFinite), 0);
  return (
    found.length === wanted.length && found.every((x, k) => Object.is(x, wanted[k]) || Math.abs(x - wanted[k]) <= tolerance * scale + 1e-7)
  );
}

const show = (xs: readonly number[]): string =>
  `[${xs
    .slice(0, 6)
    .map((x) => Number(x.toPrecision(5)))
    .join(", ")}${xs.length > 6 ? ", …" : ""}]`;
