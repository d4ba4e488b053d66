import { Tensor } from "gradtape";
import { randomTensor, seedOf } from "../support/random.js";
import { functions } from "./families.js";
import type { AnyRecord, Use } from "./record.js";
import { control } from "./records/control.js";
import { decompositions } from "./records/decompositions.js";
import { elementwise } from "./records/elementwise.js";
import { linalg } from "./records/linalg.js";
import { losses } from "./records/losses.js";
import { movement } from "./records/movement.js";
import { order } from "./records/order.js";
import { own } from "./records/own.js";
import { reduce } from "./records/reduce.js";
import { special } from "./records/special.js";

/** The record of every op, function and loss, by its name. */
export const records: ReadonlyMap<string, AnyRecord> = new Map(
  Object.entries({
    ...elementwise,
    ...linalg,
    ...losses,
    ...movement,
    ...reduce,
    ...decompositions,
    ...order,
    ...special,
    ...control,
    ...own,
  } as Record<string, AnyRecord>),
);

/** The names of the functions that compute a number from a number, or from two. */
export const elementwiseNames = (inputs: 1 | 2): string[] =>
  [...records].flatMap(([name, record]) => (record.elementwise === inputs && name in functions ? [name] : []));

/** One use of an op or a loss at a point where it is smooth. The suites of oracles run over all of these. */
export interface Case extends Use {
  /** The name in the API. */
  readonly op: string;
  readonly inputs: readonly Tensor[];
}

/** Every op and loss, many shapes each. What is random in one depends on its title only. */
export const cases: readonly Case[] = [...records].flatMap(([op, { uses, options = {} }]) =>
  [...uses, ...Object.values(options).flat()].map(({ title, f, inputs }) => ({
    op,
    title,
    f,
    inputs: inputs.map((input, i) => (input instanceof Tensor ? input : randomTensor(seedOf(`${op} ${title} ${i}`), ...input))),
  })),
);
