// Binary cross entropy with logits, its value and its gradient with respect to w and b.
import { join } from "node:path";
import { compile } from "gradtape";
import { alternate, median } from "../measure.js";
import { logisticProblem } from "../problems.js";
import { type Bar, digits, printBar, printTable } from "../report.js";
import * as c from "./c.js";
import { writeNumbers } from "./child.js";
import { BY_HAND, COMPILED, eagerLogistic, logisticByHand, logisticSides, NAIVE } from "./gradtape.js";
import * as jax from "./jax.js";
import * as python from "./python.js";
import { measure } from "./side.js";
import * as tfjs from "./tfjs.js";

const SHAPES = [
  { rows: 569, columns: 30, fasterThanJax: 3, fasterThanByHand: 3 },
  { rows: 10_000, columns: 30, fasterThanJax: 3, fasterThanByHand: 3 },
  { rows: 100_000, columns: 30, fasterThanJax: 3, fasterThanByHand: 3 },
  { rows: 20_000, columns: 784, fasterThanJax: 2, fasterThanByHand: 2.3 },
];
const SLOWER_THAN_C = 1.6;
const NAIVE_SLOWER = 1.5;

export async function compareLogistic(directory: string): Promise<void> {
  const bars = { jax: [] as Bar[], c: [] as Bar[], naive: [] as Bar[], byHand: [] as Bar[] };
  console.log("\n## Binary cross entropy, value and gradient with respect to w and b");
  console.log("\nMedians; beside each ratio the quartiles of the ratio within a round. The data are arguments of the compiled function.");
  for (const { rows, columns, fasterThanJax, fasterThanByHand } of SHAPES) {
    const where = `${rows.toLocaleString("en")}×${columns}`;
    const problem = logisticProblem(rows, columns);
    const file = join(directory, "logistic");
    writeNumbers(file, [problem.w.data, problem.b.data, problem.y.data, problem.x.data]);
    const byHand = logisticByHand(problem);
    const sides = [
      ...logisticSides(problem),
      byHand,
      ...(await jax.logisticSide(problem, "float32")),
      ...(await tfjs.logisticSide(problem, directory)),
      ...c.logisticSide(problem, directory, file),
      ...python.logisticSides(problem, file),
    ];
    const { against, ratio } = await measure(where, sides, byHand);
    const bar = (name: string, atMost: number): Bar[] => {
      const value = against(name);
      return value === undefined ? [] : [{ where, value, atMost }];
    };
    bars.jax.push(...bar(jax.jaxName("float32"), 1 / fasterThanJax));
    bars.c.push(...bar(c.C, SLOWER_THAN_C));
    bars.byHand.push(...bar(BY_HAND, 1 / fasterThanByHand));
    bars.naive.push({ where, value: ratio(NAIVE, COMPILED), atMost: NAIVE_SLOWER });
  }
  if (bars.jax.length > 0) printBar("at least 3× as fast as jax-js in float32, 2× at 20,000×784 (times relative to its)", bars.jax);
  if (bars.c.length > 0) printBar(`at most ${SLOWER_THAN_C}× the time of C`, bars.c);
  printBar("at least 3× as fast as by hand, 2.3× at 20,000×784 (times relative to its)", bars.byHand);
  printBar(`the naive form at most ${NAIVE_SLOWER}× the time of logits`, bars.naive);
}

/** How the time of the compiled function grows with the rows. */
export function growLogistic(): void {
  const sizes = [1_000, 10_000, 100_000, 1_000_000];
  const measured = alternate(
    sizes.map((rows) => {
      const { w, b, x, y } = logisticProblem(rows, 30);
      const compiled = compile(eagerLogistic);
      return () => compiled(w, b, x, y);
    }),
  );
  console.log("\n## Growth in rows: the same, compiled, with 30 columns\n");
  printTable(
    ["rows", "ms a call", "ns a row", "rounds"],
    sizes.map((rows, i) => {
      const ms = median(measured[i]);
      return [rows.toLocaleString("en"), digits(ms), digits((ms * 1e6) / rows), String(measured[i].length)];
    }),
  );
}
