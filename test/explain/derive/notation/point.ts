import { evaluate, type Scope, type Values } from "./evaluate.js";
import { type Formula, Unreadable } from "./formula.js";
import { isZero, type Shapes, shapesOf } from "./shapes.js";

/** A named value as the line says that defines it; with indices, under these letters. */
export interface Defined {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly letters: readonly string[];
  readonly formula: Formula;
  readonly shapes: Shapes;
}

/** Definitions that are computed together: those that mention one another, or themselves, are a recurrence. */
interface Group {
  readonly definitions: readonly Defined[];
  readonly isRecurrence: boolean;
}

function groupsOf(definitions: readonly Defined[]): Group[] {
  const groups: Group[] = [];
  for (let from = 0; from < definitions.length; ) {
    let to = from;
    for (let k = from; k <= to; k++) {
      const mentioned = namesIn(definitions[k].formula);
      for (let later = definitions.length - 1; later > to; later--) if (mentioned.has(definitions[later].name)) to = later;
    }
    const own = definitions.slice(from, to + 1);
    groups.push({ definitions: own, isRecurrence: to > from || namesIn(own[0].formula).has(own[0].name) });
    from = to + 1;
  }
  return groups;
}

/** The names in a formula, and in its indices. */
function namesIn(part: unknown, found = new Set<string>()): Set<string> {
  if (typeof part !== "object" || part === null) return found;
  const { kind, name } = part as { readonly kind?: unknown; readonly name?: unknown };
  if (kind === "name" && typeof name === "string") found.add(name);
  for (const inner of Object.values(part)) namesIn(inner, found);
  return found;
}

/** A difference quotient that depends on its step: a kink is near. */
export class Kink extends Error {}

type Known = ReadonlyMap<string, Values>;

export const count = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** All numbers of indices below these sizes. */
export const placesBelow = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>((all, size) => all.flatMap((before) => Array.from({ length: size }, (_, k) => [...before, k])), [[]]);

/**
 * What the names of a derivation are at one point: named values by their printed definitions, derivatives by differences of these.
 * ∂L/∂v of the output is its whole derivative, or that with some values held fixed; ∂u/∂v of another value is that of the formula
 * that defines it: its gradient if u is a number, else the derivatives place by place.
 */
export class Point implements Scope {
  private readonly values: Known;
  private readonly groups: readonly Group[];
  private readonly derivatives = new Map<string, Values>();

  constructor(
    private readonly given: Known,
    private readonly definitions: readonly Defined[],
    private readonly output: string,
    readonly custom: Scope["custom"],
  ) {
    this.groups = groupsOf(definitions);
    this.values = this.from(new Map());
  }

  value(name: string): Values {
    const found = this.values.get(name);
    if (found === undefined) throw new Unreadable(`nothing defines ${name}`);
    return found;
  }

  derivative(of: string, by: string, fixed: readonly string[]): Values {
    return this.known(`${of}/${by}|${fixed.join()}`, () => this.alongPlaces(this.jacobian(of, by, fixed), of, by));
  }

  derivativeOf(formula: Formula, by: string): Values {
    const shapes = shapesOf(formula, (name) => this.value(name).sizes, undefined);
    const f = (moved: Known): readonly number[] => evaluate(formula, this.at(moved), shapes).data;
    const rows = this.differences(f, by);
    return { sizes: this.value(by).sizes, data: gradientOrDiagonal(rows, "a formula", by) };
  }

  second(of: string, by: string, other: string): Values {
    return this.known(`${of}//${by},${other}`, () => {
      const [a, b] = [this.value(by), this.value(other)];
      const f = (moves: readonly (readonly [string, number, number])[]): number => {
        const moved = new Map<string, Values>();
        for (const [name, place, step] of moves) {
          const { sizes, data } = moved.get(name) ?? this.value(name);
          moved.set(name, { sizes, data: data.map((x, k) => (k === place ? x + step : x)) });
        }
        return (this.from(moved).get(of) as Values).data[0];
      };
      const data = a.data.flatMap((_, i) =>
        b.data.map((_, j) =>
          quotient(
            (s) =>
              quotient(
                (t) =>
                  f([
                    [by, i, s],
                    [other, j, t],
                  ]),
                LARGE_STEP,
              ),
            LARGE_STEP,
          ),
        ),
      );
      return { sizes: [...a.sizes, ...b.sizes], data };
    });
  }

  /** All derivatives of all places of one value with respect to all places of another, a row for each of the second. */
  jacobian(of: string, by: string, fixed: readonly string[]): readonly (readonly number[])[] {
    const isWhole = of === this.output;
    const held = new Map(fixed.map((name) => [name, this.value(name)]));
    const definition = this.definitions.find(({ name }) => name === of);
    return this.differences((moved) => {
      if (isWhole) return (this.from(new Map([...held, ...moved])).get(of) as Values).data;
      if (definition === undefined) throw new Unreadable(`∂${of}/∂${by} of what has no definition`);
      return numbersOf(definition, this.at(moved)).data;
    }, by);
  }

  private known(key: string, make: () => Values): Values {
    const found = this.derivatives.get(key) ?? make();
    this.derivatives.set(key, found);
    return found;
  }

  private alongPlaces(rows: readonly (readonly number[])[], of: string, by: string): Values {
    return { sizes: this.value(by).sizes, data: gradientOrDiagonal(rows, of, by) };
  }

  /** The values from the first defined one on; those that are moved stay as they are. */
  private from(moved: Known): Known {
    const values = new Map([...this.given, ...moved]);
    for (const group of this.groups)
      if (group.isRecurrence) this.follow(group.definitions, values, moved);
      else
        for (const definition of group.definitions)
          if (!moved.has(definition.name))
            values.set(
              definition.name,
              numbersOf(
                definition,
                scopeOf((name) => values.get(name), this),
              ),
            );
    return values;
  }

  /** Values whose places along their first axis come one from the other. Where one of them is moved, those behind it follow. */
  private follow(definitions: readonly Defined[], values: Map<string, Values>, moved: Known): void {
    const series = definitions.map(({ name, sizes }) => ({ sizes, data: Array<number>(count(sizes)).fill(0), name }));
    for (const { name, sizes, data } of series) values.set(name, { sizes, data });
    for (let t = 0; t < series[0].sizes[0]; t++)
      for (const [k, definition] of definitions.entries()) {
        const { data, name, sizes } = series[k];
        const width = count(sizes.slice(1));
        const row = numbersOf(
          definition,
          scopeOf((one) => values.get(one), this),
          t,
        ).data;
        const other = moved.get(name)?.data;
        const usual = this.values?.get(name)?.data;
        for (let i = 0; i < width; i++) {
          const at = t * width + i;
          data[at] = row[i] + (other === undefined || usual === undefined ? 0 : other[at] - usual[at]);
        }
      }
  }

  private at(moved: Known): Scope {
    return scopeOf((name) => moved.get(name) ?? this.values.get(name), this);
  }

  private differences(f: (moved: Known) => readonly number[], by: string): (readonly number[])[] {
    const { sizes, data } = this.value(by);
    return data.map((_, place) => {
      const at = (step: number): readonly number[] => f(new Map([[by, { sizes, data: data.map((x, k) => (k === place ? x + step : x)) }]]));
      const [a, b, c, d, e, g] = [1, -1, 2, -2, 4, -4].map((steps) => at(steps * STEP));
      return a.map((_, k) => {
        const fine = (8 * (a[k] - b[k]) - (c[k] - d[k])) / (12 * STEP);
        const coarse = (8 * (c[k] - d[k]) - (e[k] - g[k])) / (24 * STEP);
        if (!(Math.abs(fine - coarse) <= 1e-6 * (1 + Math.abs(fine)))) throw new Kink(`${by}`);
        return fine;
      });
    });
  }
}

const STEP = 4e-4;
const LARGE_STEP = 2e-3;

const quotient = (f: (step: number) => number, step: number): number =>
  (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);

/** A row for each place of the value by which is derived. */
function gradientOrDiagonal(rows: readonly (readonly number[])[], of: string, by: string): number[] {
  const width = rows[0]?.length ?? 1;
  if (width === 1) return rows.map(([only]) => only);
  const isDiagonal = width === rows.length && rows.every((row, i) => row.every((x, j) => i === j || Math.abs(x) < 1e-6));
  if (!isDiagonal) throw new Unreadable(`∂/∂${by} of ${of} is no gradient, and does not go place by place`);
  return rows.map((row, i) => row[i]);
}

/** The numbers of a definition; of a recurrence, those of one place along its first axis. */
export function numbersOf({ sizes, letters, formula, shapes }: Defined, scope: Scope, row?: number): Values {
  const places = (): readonly number[][] =>
    row === undefined ? placesBelow(sizes) : placesBelow(sizes.slice(1)).map((rest) => [row, ...rest]);
  if (isZero(formula)) return { sizes, data: Array<number>(count(sizes)).fill(0) };
  if (letters.length === 0) return { sizes, data: evaluate(formula, scope, shapes).data };
  return {
    sizes,
    data: places().map((at) => evaluate(formula, scope, shapes, new Map(letters.map((letter, k) => [letter, at[k]]))).data[0]),
  };
}

function scopeOf(find: (name: string) => Values | undefined, point: Point): Scope {
  const none = (): never => {
    throw new Unreadable("a derivative within a definition");
  };
  return {
    value: (name) => {
      const found = find(name);
      if (found === undefined) throw new Unreadable(`nothing defines ${name}`);
      return found;
    },
    derivative: none,
    second: none,
    derivativeOf: none,
    custom: point.custom,
  };
}
