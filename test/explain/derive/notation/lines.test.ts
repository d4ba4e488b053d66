import { derive, type Tensor, tensor } from "gradtape";
import { expect, test } from "vitest";
import { check } from "./check.js";
import { randomNest } from "./nests.js";
import { type Program, randomProgram } from "./programs.js";

const PROGRAMS = 500;
const NESTS = 100;
const GROUPS = 10;

/** What is not true in the lines of a program's derivation, as it is read at fresh points. */
function complaintsAbout({ f, inputs, steps }: Program, seed: number): { readonly complaints: string[]; readonly lines: number } {
  const names = Object.keys(inputs);
  const at = (...xs: Tensor[]): Tensor => f(Object.fromEntries(names.map((name, k) => [name, xs[k]])));
  // Every other argument, so that each program has several, and not all the same work.
  const wrt = names.map((_, k) => k).filter((k) => k % 2 === seed % 2);
  const derivation = derive<Tensor[]>(at, ...Object.values(inputs), { wrt, notation: seed % 5 === 0 ? "index" : "matrix" });
  const { complaints, lines } = check(derivation.steps, {
    inputs,
    seed,
    f: (given) => at(...names.map((name) => tensor(Float64Array.from(given[name].data), inputs[name].shape))).item(),
  });
  const about = steps.join("; ");
  return {
    complaints: [
      ...complaints.map(({ line, what }) => `program ${seed} (${about}): ${line}: ${what}`),
      ...(derivation.verdict.startsWith("grad gives the same") ? [] : [`program ${seed} (${about}): ${derivation.verdict}`]),
    ],
    lines,
  };
}

for (let group = 0; group < GROUPS; group++) {
  test(`every line of the derivations of random programs is true as it is read, ${group + 1} of ${GROUPS}`, () => {
    const found: string[] = [];
    let count = 0;
    for (let seed = group + 1; seed <= PROGRAMS; seed += GROUPS) {
      const { complaints, lines } = complaintsAbout(randomProgram(seed), seed);
      found.push(...complaints);
      count += lines;
    }
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan((3 * PROGRAMS) / GROUPS);
  });
}

test("every line of the derivations of nested functions of numbers is true as it is read", () => {
  const found = Array.from({ length: NESTS }, (_, k) => complaintsAbout(randomNest(k + 1), k + 1).complaints);
  expect(found.flat()).toEqual([]);
});
