import { Decimal } from "decimal.js";
import { record, type Tensor, tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { catalog } from "./catalog.js";
import { digitsFor, exactly } from "./exact.js";

describe("exact arithmetic on a tape agrees with mpmath, which knows neither", () => {
  test.each(catalog.map((entry) => [entry.name, entry] as const))("%s", (_, { formula, points }) => {
    const f = parseMath(formula) as unknown as (v: Record<string, Tensor>) => Tensor;
    for (const { at, value, gradient } of points.slice(0, 1)) {
      const names = Object.keys(at);
      const inputs = names.map((name) => [at[name]].flat() as number[]);
      // The limit at a hole is taken by mpmath alone.
      if ([value, ...Object.values(gradient)].flat().some((text) => text.includes("inf")) || inputs.flat().includes(0)) continue;
      const tape = record(f, Object.fromEntries(names.map((name) => [name, tensor(at[name] as number)])));
      // What cancels on the way to a number of 10⁻³⁷ must leave 40 digits.
      const digits = digitsFor(inputs.flat(), 100);
      const agree = (found: Decimal, wanted: string): void => {
        const tolerance = Decimal.max(new Decimal(wanted).abs(), "1e-200").times("1e-40");
        if (found.minus(wanted).abs().gt(tolerance)) expect(`${found}`).toBe(wanted);
      };
      names.forEach((name, i) => {
        inputs[i].forEach((_x, j) => {
          const along = inputs.map((row, k) => row.map((__, l) => (k === i && l === j ? 1 : 0)));
          const [[[series]]] = exactly(tape, inputs, [along], 1, digits);
          agree(series[0], value);
          agree(series[1], [gradient[name]].flat()[j] as string);
        });
      });
    }
  });
});
