// Prints what the fourth oracle finds wrong, all of it or for functions whose names begin with one of the words given:
//
//     npm run edges -- tanh "crossEntropy of class 0"
import { edgeFormulas, edgeFunctions, edgeFunctionsByColumns } from "./edge-functions.js";
import { checkEdges, type EdgeFailure, edgeTable, runs, wordsOf } from "./edges.js";

const beginnings = process.argv.slice(2);
const names = Object.keys(edgeTable).filter((name) => beginnings.length === 0 || beginnings.some((begin) => name.startsWith(begin)));

/** The entries of a list under the names that `by` gives them, in the order of their first ones. */
function grouped<T>(list: readonly T[], by: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of list) {
    const group = groups.get(by(value));
    if (group === undefined) groups.set(by(value), [value]);
    else group.push(value);
  }
  return groups;
}

const atMost = (most: number, list: readonly string[], separator: string): string =>
  list.length <= most ? list.join(separator) : `${list.slice(0, most).join(separator)} and ${list.length - most} more`;

let total = 0;
for (const name of names) {
  const failures: EdgeFailure[] = [];
  for (const word of wordsOf(name)) {
    if (name in edgeFunctions) for (const run of runs) failures.push(...checkEdges(name, run, word).failures);
    if (name in edgeFunctionsByColumns)
      for (const run of runs) failures.push(...checkEdges(name, run, word, edgeFunctionsByColumns[name]).failures);
    for (const formula of edgeFormulas[name] ?? []) failures.push(...checkEdges(name, "stabilized", word, formula).failures);
  }
  if (failures.length === 0) continue;
  total += failures.length;
  console.log(`\n${name}: ${failures.length} wrong numbers`);
  for (const [place, own] of grouped(failures, ({ key, point }) => `${key === "" ? "value" : `∂${key}`} at ${point.join(", ")}`)) {
    const found = [...grouped(own, (failure) => String(failure.found))].map(([value, same]) => {
      const ways = new Set(same.map(({ run, word }) => `${run} ${word}`.trim()));
      return `${value} (${atMost(4, [...ways], ", ")})`;
    });
    console.log(`  ${place}: expected ${own[0].expected}, got ${atMost(3, found, "; ")}`);
  }
}
console.log(
  total === 0
    ? "Nothing is wrong."
    : `\n${total} wrong numbers. A word is the order of differentiation from the inside: R reverse, F forward.`,
);
process.exitCode = total === 0 ? 0 : 1;
