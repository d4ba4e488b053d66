import { type Tensor, tensor } from "gradtape";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import csv from "../../../examples/data/wdbc.csv?raw";
import type { Point, Source, TrainingState } from "../state.js";
import { dataSets } from "./data-sets.js";
import { type Points, split } from "./trainer.js";

// The file is ours: no cell of it is quoted. A parser of all that CSV may be would build functions, which the policy forbids.
const [head, ...rows] = csv
  .trim()
  .split(/\r?\n/)
  .map((line) => line.split(","));

/** The columns of the real data that are features. */
export const featureNames: readonly string[] = head.filter((name) => name !== "diagnosis");

/** The points of a state: those of its source, of which some are held back, and those that were placed. */
export const pointsOf = ({ source, features, placed }: Pick<TrainingState, "source" | "features" | "placed">): Points =>
  split(sourceOf(source, features), placed);

function sourceOf(source: Source, features: readonly [string, string]): readonly Point[] {
  if (source === "none") return [];
  if (source === "sample") return sample;
  if (source !== "data") return dataSets[source];
  const column = (name: string): string[] => rows.map((row) => row[head.indexOf(name)]);
  const [a, b] = features.map((name) => standardized(column(name).map(Number)).data);
  return column("diagnosis").map((label, i): Point => [a[i], b[i], label === "M" ? 1 : 0]);
}

/** Mean 0 and variance 1, so that one learning rate fits all features. */
function standardized(values: readonly number[]): Tensor {
  const x = tensor(values);
  return x.sub(x.mean()).div(x.variance().sqrt());
}

/** A thousand points of two clouds that overlap, the same ones each time. */
const sample: readonly Point[] = makeSample();

function makeSample(): Point[] {
  const generator = xoroshiro128plus(12);
  /** Box and Muller: two independent normal numbers. */
  const normals = (): readonly [number, number] => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
    const angle = 2 * Math.PI * uniformFloat64(generator);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
  return Array.from({ length: 1000 }, (_, i): Point => {
    const label = i % 2 === 0 ? 0 : 1;
    const [a, b] = normals();
    const center = label === 1 ? [1, 0.6] : [-0.9, -0.5];
    return [center[0] + 0.85 * a, center[1] + 0.9 * b, label];
  });
}
