import { diagnose, stabilize, valueAndGrad } from "gradtape";
import { expect, test } from "vitest";
import { healthy } from "./healthy.js";

const programs = healthy();

test("there are many healthy programs", () => {
  expect(programs.length).toBeGreaterThanOrEqual(150);
  expect(new Set(programs.map(({ title }) => title)).size).toBe(programs.length);
});

test.each(programs.map((program) => [program.title, program] as const))(
  "nothing is found in %s, and stabilize changes nothing",
  (_, { f, at }) => {
    expect(String(diagnose(f as never, at as never))).toContain("nothing unsafe found");
    const [value, gradient] = valueAndGrad(f)(at);
    const [stable, itsGradient] = valueAndGrad(stabilize(f))(at);
    expect(Math.abs(stable.item() - value.item())).toBeLessThanOrEqual(1e-12 * Math.abs(value.item()) + 1e-14);
    for (const [name, g] of Object.entries(gradient)) {
      const scale = Math.max(1e-3, ...g.data.map(Math.abs));
      itsGradient[name].data.forEach((x, i) => {
        expect(Math.abs(x - g.data[i])).toBeLessThanOrEqual(1e-11 * scale);
      });
    }
  },
);
