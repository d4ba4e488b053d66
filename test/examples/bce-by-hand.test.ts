import { expect, test } from "vitest";
import { outcomeOfRun } from "./processes.js";

test("the lesson shows the tape with cotangents, the three factors, and one gradient found in three ways", async () => {
  const { code, stdout, stderr } = await outcomeOfRun("examples/bce-by-hand.ts");
  expect([code, stderr]).toEqual([0, ""]);
  const [z, y] = [0.4, 1];
  const p = 1 / (1 + Math.exp(-z));
  const show = (x: number): string => x.toFixed(6);

  const rows = [...stdout.matchAll(/^ *\d+ {2}(.+?) +([A-Z]\w+) +(\S+) +(\S+)$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual([
    ["z", "MatMul", show(z), show(p - y)],
    ["ŷ", "Sigmoid", show(p), show((p - y) / (p * (1 - p)))],
    ["log ŷ", "Log", show(Math.log(p)), "-1.000000"],
    ["y log ŷ", "Mul", show(Math.log(p)), "-1.000000"],
    ["1−ŷ", "Sub", show(1 - p), "0.000000"],
    ["log(1−ŷ)", "Log", show(Math.log(1 - p)), "0.000000"],
    ["(1−y) log(1−ŷ)", "Mul", "0.000000", "-1.000000"],
    ["sum", "Add", show(Math.log(p)), "-1.000000"],
    ["L", "Neg", show(-Math.log(p)), "1.000000"],
  ]);

  const numbers = (line: RegExp): number[] => (line.exec(stdout)?.[1] ?? "").trim().split(/ +/).map(Number);
  const expected = [1, 2, -1, 0.5].map((x) => expect.closeTo((p - y) * x, 6));
  expect(numbers(/\(11\) .* engine(.*) = X/)).toEqual([1, 2, -1, 0.5]);
  expect(numbers(/\(5\)·\(10\)·\(11\)(.*)/)).toEqual(expected);
  expect(numbers(/\(ŷ − y\) X(.*)/)).toEqual(expected);
  expect(numbers(/grad of the whole(.*)/)).toEqual(expected);
  expect(Number(/Largest difference between the last two: (.*)/.exec(stdout)?.[1])).toBeLessThan(1e-15);
});
