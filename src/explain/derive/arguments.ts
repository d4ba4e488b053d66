import { describe, GradtapeError } from "../../base/errors.js";
import { checkOptions, isPlainObject, type Known } from "../../base/options.js";

/** Settings of {@link derive}. */
export interface DeriveOptions {
  /** The place of the argument to differentiate with respect to, or of several; 0 if left out. */
  readonly wrt?: number | readonly number[];
  /** 2 for second derivatives as well; 1 if left out. */
  readonly order?: 1 | 2;
  /** The formulas alone, `"result"`; the way to them, `"steps"`, if left out; `"all"` for the derivative with respect to every named value, too. */
  readonly detail?: "result" | "steps" | "all";
  /** Vectors and matrices wherever there is such a form, `"matrix"`, if left out; `"index"` for indices throughout. */
  readonly notation?: "matrix" | "index";
}

const OPTIONS: Known<DeriveOptions> = { wrt: true, order: true, detail: true, notation: true };

/** What was asked for, with all that was left out. */
export interface Asked {
  readonly args: readonly unknown[];
  readonly places: readonly number[];
  readonly order: 1 | 2;
  readonly detail: "result" | "steps" | "all";
  readonly notation: "matrix" | "index";
}

/** The arguments of f, of which it can use `most`, and the settings behind them. */
export function separate(inputs: readonly unknown[], most: number): Asked {
  const last = inputs[inputs.length - 1];
  const hasOptions = isPlainObject(last) && (inputs.length > most || isOptions(last));
  const {
    wrt = 0,
    order = 1,
    detail = "steps",
    notation = "matrix",
  } = hasOptions ? checkOptions<DeriveOptions>("derive", last, OPTIONS) : {};
  if (!arePlaces(wrt)) throw new TypeError(`derive: wrt must be the place of an argument, or a list of them, got ${describe(wrt)}`);
  oneOf("order", order, [1, 2]);
  oneOf("detail", detail, ["result", "steps", "all"]);
  oneOf("notation", notation, ["matrix", "index"]);
  const places = typeof wrt === "number" ? [wrt] : [...new Set(wrt)];
  return { args: hasOptions ? inputs.slice(0, -1) : inputs, places, order, detail, notation };
}

function oneOf(name: string, value: unknown, known: readonly unknown[]): void {
  if (known.includes(value)) return;
  const listed = known.map((one) => JSON.stringify(one));
  throw new GradtapeError(
    `derive: ${name} must be ${listed.slice(0, -1).join(", ")} or ${listed[listed.length - 1]}, got ${describe(value)}`,
  );
}

/** An object with nothing but settings in it, of their types. A tensor may be called so, but is none of these. */
function isOptions(value: Record<string, unknown>): boolean {
  const { wrt, order, detail, notation } = value;
  const keys = Object.keys(value);
  return (
    (keys.length > 0 &&
      keys.every((key) => key in OPTIONS) &&
      (wrt === undefined || arePlaces(wrt)) &&
      (order === undefined || typeof order === "number") &&
      [detail, notation].every((word) => word === undefined || typeof word === "string") &&
      !(keys.join() === "order")) ||
    (keys.join() === "order" && (order === 1 || order === 2))
  );
}
const arePlaces = (wrt: unknown): boolean => typeof wrt === "number" || (Array.isArray(wrt) && wrt.every(Number.isInteger));
