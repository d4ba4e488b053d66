import { examples } from "./examples.js";
import { LONGEST_TEXT } from "./expression.js";
import { countOfWeights, initialWeights } from "./training/model.js";
import { featureNames } from "./training/points.js";

/** A number, a vector or a matrix, as it stands in the tables of the page. */
export type Value = number | readonly number[] | readonly (readonly number[])[];

/** A point that the user has placed: its two features and its class. */
export type Point = readonly [x: number, y: number, label: 0 | 1];

/** Where the points of the second tab come from; points that were placed are added to them. */
export type Source = "none" | "sample" | "data" | "xor" | "moons" | "circles" | "spiral";

/** How many units a hidden layer can have; 0 for none. */
export const hiddenSizes: readonly number[] = [0, 2, 4, 8, 16, 32];

/** What the second tab shows. */
export interface TrainingState {
  readonly source: Source;
  /** Of the real data, the two columns. */
  readonly features: readonly [string, string];
  readonly placed: readonly Point[];
  readonly learningRate: number;
  readonly l2: number;
  readonly method: "gd" | "newton" | "adam";
  /** How many units the hidden layer has; 0 for a logistic regression. */
  readonly hidden: number;
  /** The weights, of a logistic regression w₀, w₁, w₂, and how many steps led to them. */
  readonly weights: readonly number[];
  readonly iteration: number;
  /** Some of the losses on the way there, by step. */
  readonly curve: readonly (readonly [step: number, loss: number])[];
  /** The class of the next point. */
  readonly label: 0 | 1;
}

/** All that the page shows. It is written into the address, so that a view can be shared. */
export interface State {
  readonly tab: "tape" | "training";
  readonly source: string;
  readonly values: Readonly<Record<string, Value>>;
  /** The variable to differentiate by; the first one where it is not among them. */
  readonly by: string;
  readonly stabilized: boolean;
  /** The moment of the run; none is the end of the forward pass. */
  readonly step: number | undefined;
  readonly training: TrainingState;
}

export const initialTraining: TrainingState = {
  source: "sample",
  features: ["mean_radius", "mean_texture"],
  placed: [],
  learningRate: 0.3,
  l2: 0.01,
  method: "gd",
  hidden: 0,
  weights: [0, 0, 0],
  iteration: 0,
  curve: [],
  label: 1,
};

export const initialState: State = {
  tab: "tape",
  source: examples[0].source,
  values: examples[0].values,
  by: examples[0].by,
  stabilized: false,
  step: undefined,
  training: initialTraining,
};

/** So many numbers in all variables, and so many points, does a link give; more would take the page too long to show. */
const MOST_NUMBERS = 1000;
const MOST_POINTS = 3000;

/** Points further out than this are not taken: beside them all others would fall together. */
const FURTHEST = 100;

/** The state as the part of an address behind #. What is as at the beginning is left out. */
export function toHash(state: State): string {
  const { training } = state;
  const parts = new URLSearchParams();
  const put = <T>(key: string, value: T, initial: T): void => {
    if (value !== initial) parts.set(key, typeof value === "string" ? value : JSON.stringify(value));
  };
  put("tab", state.tab, initialState.tab);
  put("f", state.source, initialState.source);
  // Another text has other variables.
  const usual = state.source === initialState.source ? initialState.values : {};
  if (JSON.stringify(state.values) !== JSON.stringify(usual)) parts.set("v", JSON.stringify(state.values));
  put("by", state.by, initialState.by);
  put("stable", state.stabilized, false);
  put("step", state.step, undefined);
  put("points", training.source, initialTraining.source);
  if (training.features.join() !== initialTraining.features.join()) parts.set("features", training.features.join());
  if (training.placed.length > 0) parts.set("placed", training.placed.flat().join(" "));
  put("rate", training.learningRate, initialTraining.learningRate);
  put("l2", training.l2, initialTraining.l2);
  put("method", training.method, initialTraining.method);
  put("hidden", training.hidden, initialTraining.hidden);
  if (training.iteration > 0) parts.set("w", [training.iteration, ...training.weights].join(" "));
  if (training.iteration > 0 && training.curve.length > 0) parts.set("curve", training.curve.flat().join(" "));
  put("class", training.label, initialTraining.label);
  return parts.toString();
}

/** Reads such a part of an address. What is missing, or is not what it should be, is as at the beginning. */
export function fromHash(hash: string): State {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const oneOf = <T extends string>(key: string, allowed: readonly T[], fallback: T): T =>
    allowed.find((value) => value === parts.get(key)) ?? fallback;
  const positive = (key: string, fallback: number): number => {
    const value = Number(parts.get(key) ?? Number.NaN);
    return Number.isFinite(value) && value >= 0 ? value : fallback;
  };
  const step = positive("step", -1);
  const placed = numbers(parts.get("placed"));
  const [iteration, ...weights] = numbers(parts.get("w"));
  const hidden = hiddenSizes.find((size) => String(size) === parts.get("hidden")) ?? 0;
  const isWhole = weights.length === countOfWeights(hidden);
  const hasWeights = isWhole && Number.isInteger(iteration) && iteration > 0;
  const features = parts.get("features")?.split(",") ?? [];
  return {
    tab: oneOf("tab", ["tape", "training"], initialState.tab),
    // One character more than may be: that the text is too long is said where it is read.
    source: parts.get("f")?.slice(0, LONGEST_TEXT + 1) ?? initialState.source,
    values: valuesOf(parts.get("v")) ?? ((parts.get("f") ?? initialState.source) === initialState.source ? initialState.values : {}),
    by: parts.get("by") ?? initialState.by,
    stabilized: parts.get("stable") === "true",
    step: step < 0 ? undefined : Math.floor(step),
    training: {
      source: oneOf("points", ["none", "sample", "data", "xor", "moons", "circles", "spiral"], initialTraining.source),
      features:
        features.length === 2 && features.every((name) => featureNames.includes(name))
          ? [features[0], features[1]]
          : initialTraining.features,
      placed: Array.from(
        { length: Math.min(MOST_POINTS, Math.floor(placed.length / 3)) },
        (_, i): Point => [placed[3 * i], placed[3 * i + 1], placed[3 * i + 2] === 1 ? 1 : 0],
      ).filter(([x, y]) => Math.max(Math.abs(x), Math.abs(y)) <= FURTHEST),
      learningRate: positive("rate", initialTraining.learningRate),
      l2: positive("l2", initialTraining.l2),
      method: oneOf("method", hidden === 0 ? ["gd", "newton", "adam"] : ["gd", "adam"], initialTraining.method),
      hidden,
      weights: isWhole ? weights : initialWeights(hidden),
      iteration: hasWeights ? iteration : 0,
      curve: hasWeights ? curveOf(numbers(parts.get("curve")), iteration) : [],
      label: parts.get("class") === "0" ? 0 : 1,
    },
  };
}

/** Pairs of a step and a loss; none where they are no course that leads to the last step. */
function curveOf(list: readonly number[], last: number): TrainingState["curve"] {
  const curve = Array.from({ length: Math.floor(list.length / 2) }, (_, i) => [list[2 * i], list[2 * i + 1]] as const);
  const isCourse = curve.every(([step], i) => Number.isInteger(step) && step >= 0 && step <= last && (i === 0 || step > curve[i - 1][0]));
  return isCourse && curve.length <= MOST_POINTS ? curve : [];
}

function numbers(text: string | null): number[] {
  const list = (text ?? "").split(" ").filter((part) => part !== "");
  const found = list.map(Number);
  return found.every(Number.isFinite) ? found : [];
}

function valuesOf(text: string | null): Readonly<Record<string, Value>> | undefined {
  if (text === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
    const values: unknown[] = Object.values(parsed);
    return values.every(isValue) && values.flat(2).length <= MOST_NUMBERS ? (parsed as Record<string, Value>) : undefined;
  } catch {
    return undefined;
  }
}

const isValue = (value: unknown): value is Value => {
  if (!Array.isArray(value)) return isFiniteNumber(value);
  if (value.length === 0) return false;
  if (value.every(isFiniteNumber)) return true;
  return value.every((row) => Array.isArray(row) && row.length > 0 && row.length === value[0].length && row.every(isFiniteNumber));
};
const isFiniteNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
