import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { InputError } from "./errors.js";

/** Rows by their numbers. */
export type RowNumbers = Uint32Array;

/** The rows of each class, in random order. */
function shuffledClasses(y: Float64Array, seed: number): RowNumbers[] {
  const random = xoroshiro128plus(seed);
  return [0, 1].map((label) => {
    const members = Uint32Array.from(y.keys()).filter((i) => y[i] === label);
    for (let i = 0; i < members.length - 1; i++) {
      const j = uniformInt(random, i, members.length - 1);
      [members[i], members[j]] = [members[j], members[i]];
    }
    return members;
  });
}

/** Rows in the order of the file: those that a mark is 1 for. */
const marked = (marks: Uint8Array, mark: number): RowNumbers => Uint32Array.from(marks.keys()).filter((i) => marks[i] === mark);

/**
 * Parts the rows by chance into those to train on and those held out. Each class gives the same share, so that both
 * parts see both; of each at least one row stays to train on.
 */
export function holdOut(y: Float64Array, fraction: number, seed: number): { train: RowNumbers; test: RowNumbers | undefined } {
  const marks = new Uint8Array(y.length);
  if (fraction === 0) return { train: marked(marks, 0), test: undefined };
  for (const members of shuffledClasses(y, seed)) {
    const count = Math.min(Math.round(fraction * members.length), members.length - 1);
    for (const i of members.subarray(0, count)) marks[i] = 1;
  }
  if (!marks.includes(1))
    throw new InputError(`--test ${fraction} of ${y.length} rows is not one row of either class; take more, or 0 to fit on all rows`);
  return { train: marked(marks, 0), test: marked(marks, 1) };
}

/** k parts of the rows, each with the same share of both classes; each is held out once, and the others train. */
export function foldsOf(y: Float64Array, k: number, seed: number): { train: RowNumbers; test: RowNumbers }[] {
  const classes = shuffledClasses(y, seed);
  const fewest = Math.min(...classes.map((members) => members.length));
  if (fewest < k)
    throw new InputError(`--folds ${k}: each fold needs a row of each class, but one class has ${fewest} ${fewest === 1 ? "row" : "rows"}`);
  const fold = new Uint8Array(y.length);
  for (const members of classes) {
    members.forEach((row, i) => {
      fold[row] = i % k;
    });
  }
  return Array.from({ length: k }, (_, held) => ({
    train: Uint32Array.from(fold.keys()).filter((i) => fold[i] !== held),
    test: marked(fold, held),
  }));
}
