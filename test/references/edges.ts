import { compile, grad, jvp, ones, stabilize, type Tensor, tensor, zeros } from "gradtape";
import { edgeFunctions } from "./edge-functions.js";
import table from "./edges.json" with { type: "json" };

// The fourth oracle: values and derivatives to order 3 at the edges, in the tails and at the seams, by Taylor arithmetic in 1,000 digits
// (test/references/edges.py), against every way in which the library computes them.

type Written = number | string | null;

/** One function of the table. A key of `partials` names the inputs by which it is differentiated: "" the value, "01" ∂²/∂x₀∂x₁. */
export interface EdgeEntry {
  /** How the inputs make tensors: 1 for an input of its own, of shape [points], n for n inputs that are a row, [points, n]. */
  readonly groups: readonly number[];
  /** How many of the last inputs are not differentiated. */
  readonly given: number;
  readonly points: readonly (readonly Written[])[];
  readonly partials: Readonly<Record<string, readonly Written[]>>;
  /** Where forward mode passes through a derivative beyond the doubles: words of reverse mode alone, or those that begin with it. */
  readonly only?: readonly ("pure" | "first" | null)[];
  /** An absolute error that is allowed beyond the relative one, and the reason. */
  readonly slack?: Readonly<Record<string, readonly number[]>>;
  readonly why?: string;
}

export const edgeTable = table as unknown as Readonly<Record<string, EdgeEntry>>;

/** What is allowed of a result that is not exact: relative, and where results leave the normal numbers, absolute. */
export const RELATIVE = 2e-13;
export const SUBNORMAL = 1e-320;

const number = (written: Written): number => (written === null ? Number.NaN : Number(written));
/** A column of the table as numbers; NaN for what is not settled. */
export const valuesOf = (column: readonly Written[]): number[] => column.map(number);

type Field = (inputs: readonly Tensor[]) => Tensor;
type Derivative = readonly [key: string, value: Tensor];

/** One way to differentiate, letter by letter from the inside: "FR" is reverse mode over forward mode. */
export type Word = string;

const letters = ["R", "F"];
/** All words of one length: what a mode computes that many derivatives in. */
export const words = (order: number): Word[] =>
  order === 0 ? [""] : words(order - 1).flatMap((inner) => letters.map((letter) => inner + letter));

/** The inputs of one function, as places in tensors. */
class Coordinates {
  readonly #places: readonly { readonly input: number; readonly column: number | undefined }[];
  readonly #differentiated: number;

  constructor({ groups, given }: EdgeEntry) {
    const all = groups.flatMap((width, input) =>
      Array.from({ length: width }, (_, column) => ({ input, column: width === 1 ? undefined : column })),
    );
    this.#places = all.slice(0, all.length - given);
    this.#differentiated = 1 + Math.max(...this.#places.map(({ input }) => input));
  }

  get count(): number {
    return this.#places.length;
  }

  /** All first derivatives by reverse mode: one sweep. The points do not see each other, so the sum over them hides nothing. */
  reverse(f: Field, inputs: readonly Tensor[]): Tensor[] {
    const given = inputs.slice(this.#differentiated);
    const argnums = Array.from({ length: this.#differentiated }, (_, i) => i);
    const gradients = grad<Tensor[], number[]>((...own) => f([...own, ...given]).sum(), { argnums })(
      ...inputs.slice(0, this.#differentiated),
    );
    return this.#places.map(({ input, column }) => (column === undefined ? gradients[input] : gradients[input].slice([null, column])));
  }

  /** One first derivative by forward mode, with tangents of 1 for its own input and of 0 for all others. */
  forward(f: Field, inputs: readonly Tensor[], place: number): Tensor {
    const given = inputs.slice(this.#differentiated);
    const own = inputs.slice(0, this.#differentiated);
    const { input, column } = this.#places[place];
    const tangents = own.map((x, i) => {
      if (i !== input) return zeros(x.shape);
      if (column === undefined) return ones(x.shape);
      return zeros(x.shape).add(tensor(Array.from({ length: x.shape[1] }, (_, j) => (j === column ? 1 : 0))));
    });
    return jvp<Tensor[], Tensor>((...xs) => f([...xs, ...given]), own, tangents)[1];
  }
}

/** All partial derivatives of an order, computed as a word says. Those that differ in the order of their inputs are listed one by one. */
function derivatives(f: Field, at: Coordinates, word: Word): (inputs: readonly Tensor[]) => Derivative[] {
  if (word === "") return (inputs) => [["", f(inputs)]];
  const outer = word[word.length - 1];
  const inner = fields(f, at, word.slice(0, -1));
  const key = (own: readonly number[], last: number): string => [...own, last].sort((a, b) => a - b).join("");
  return (inputs) =>
    inner.flatMap(([own, field]): Derivative[] =>
      outer === "R"
        ? at.reverse(field, inputs).map((value, i): Derivative => [key(own, i), value])
        : Array.from({ length: at.count }, (_, i): Derivative => [key(own, i), at.forward(field, inputs, i)]),
    );
}

/** The partial derivatives of an order as functions, each once. */
function fields(f: Field, at: Coordinates, word: Word): [own: number[], field: Field][] {
  if (word === "") return [[[], f]];
  const outer = word[word.length - 1];
  return fields(f, at, word.slice(0, -1)).flatMap(([own, field]) => {
    const from = own.at(-1) ?? 0;
    return Array.from({ length: at.count - from }, (_, i): [number[], Field] => {
      const place = from + i;
      return [[...own, place], (inputs) => (outer === "R" ? at.reverse(field, inputs)[place] : at.forward(field, inputs, place))];
    });
  });
}

/** How the derivatives are run. */
export const runs = ["eager", "wasm", "js", "stabilized"] as const;
export type Run = (typeof runs)[number];

/** A number that is not what it should be. */
export interface EdgeFailure {
  readonly name: string;
  readonly run: Run;
  readonly word: Word;
  /** The inputs by which it is differentiated, by their places. */
  readonly key: string;
  readonly point: readonly number[];
  readonly found: number;
  readonly expected: number;
  /** Relative to what is expected. */
  readonly error: number;
}

/** What the oracle says of one function in one mode. */
export interface EdgeReport {
  readonly failures: readonly EdgeFailure[];
  readonly checked: number;
  /** The largest relative error among what is right, of results that are normal numbers. */
  readonly worst: number;
}

/** All partial derivatives of a function of the table, of the word's order and in its mode, as one function of its inputs. */
export function edgeProgram(name: string, word: Word, f: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => Derivative[] {
  const all = derivatives((inputs) => f(...inputs), new Coordinates(edgeTable[name]), word);
  return (...inputs) => all(inputs);
}

/** What a function of the table is differentiated in: all words up to the order of its references. */
export function wordsOf(name: string): Word[] {
  const order = Math.max(...Object.keys(edgeTable[name].partials).map((key) => key.length));
  return Array.from({ length: order + 1 }, (_, k) => words(k)).flat();
}

/** Runs one function of the table in one mode and compares all partial derivatives of the word's order. */
export function checkEdges(name: string, run: Run, word: Word, own = edgeFunctions[name]): EdgeReport {
  const entry = edgeTable[name];
  const order = orderOf(entry, run);
  const inputs = edgeInputs(name, order);
  const program = edgeProgram(name, word, run === "stabilized" ? stabilize(own) : own);
  let keys: string[] = [];
  const values = (...given: Tensor[]): Tensor[] => {
    const found = program(...given);
    keys = found.map(([key]) => key);
    return found.map(([, value]) => value);
  };
  const found = run === "wasm" || run === "js" ? compile(values, { backend: run })(...inputs) : values(...inputs);

  const failures: EdgeFailure[] = [];
  let checked = 0;
  let worst = 0;
  found.forEach(({ data }, j) => {
    const key = keys[j];
    order.forEach((i, place) => {
      const written = entry.partials[key][i];
      if (written === null || !isPossible(word, entry.only?.[i] ?? null)) return;
      checked++;
      const found = data[place];
      const expected = number(written);
      const error = relativeError(found, expected);
      const slack = entry.slack?.[key]?.[i] ?? 0;
      if (!isRight(found, expected, slack))
        failures.push({ name, run, word, key, point: entry.points.map((column) => number(column[i])), found, expected, error });
      else if (slack === 0 && Number.isFinite(expected) && Math.abs(expected) > 1e-300) worst = Math.max(worst, error);
    });
  });
  return { failures, checked, worst };
}

const isPossible = (word: Word, only: "pure" | "first" | null): boolean =>
  only === null || (only === "pure" ? !word.includes("F") : !word.startsWith("F"));

/**
 * In which order the points are laid out. The machine computes two numbers at a time, and leaves its quick path for both if one of
 * them must; so its points come twice: in order, where neighbors take the same path, and far ones side by side.
 */
function orderOf({ points }: EdgeEntry, run: Run): number[] {
  const inOrder = points[0].map((_, i) => i);
  if (run !== "wasm") return inOrder;
  const half = inOrder.length >> 1;
  return [...inOrder, ...inOrder.map((i) => (i % 2 === 0 ? i >> 1 : inOrder.length - 1 - ((i - 1) >> 1))), half];
}

/** The inputs of a function of the table, with its points in the order given. */
export function edgeInputs(name: string, order?: readonly number[]): Tensor[] {
  const { groups, points } = edgeTable[name];
  order ??= points[0].map((_, i) => i);
  let at = 0;
  return groups.map((width) => {
    const columns = points.slice(at, at + width).map(valuesOf);
    at += width;
    return width === 1 ? tensor(order.map((i) => columns[0][i])) : tensor(order.map((i) => columns.map((column) => column[i])));
  });
}

const relativeError = (found: number, expected: number): number => {
  if (Object.is(found, expected) || found === expected) return 0;
  const error = Math.abs(found - expected) / Math.abs(expected);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
};

function isRight(found: number, expected: number, slack: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(found);
  if (!Number.isFinite(expected)) return found === expected;
  return Math.abs(found - expected) <= RELATIVE * Math.abs(expected) + slack + SUBNORMAL;
}

const modeNames: Record<string, string> = { R: "grad", F: "jvp" };
/** "grad of jvp", from the outside. */
export const modeOf = (word: Word): string =>
  word === ""
    ? "value"
    : [...word]
        .reverse()
        .map((letter) => modeNames[letter])
        .join(" of ");

/** One line: "tanh, eager, grad: ∂0 at 20: expected 1.7e-17, got 0, relative error 1". */
export function describeFailure({ name, run, word, key, point, found, expected, error }: EdgeFailure): string {
  const what = key === "" ? "value" : `∂${key}`;
  return `${name}, ${run}, ${modeOf(word)}: ${what} at ${point.join(", ")}: expected ${expected}, got ${found}, relative error ${error.toPrecision(2)}`;
}
