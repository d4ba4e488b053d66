// Compiled functions on one thread and on two, and PyTorch and scikit-learn with as many. The two sides are two copies of the library,
// since threads that are started serve all functions of one.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as alone from "gradtape";
import type * as threads from "gradtape/threads";
import { writeNumbers } from "./peers/child.js";
import { inTurn, measure, type Side } from "./peers/side.js";
import { type LogisticProblem, logisticProblem, type PerceptronProblem, perceptronProblem } from "./problems.js";
import { type Bar, printBar } from "./report.js";

const THREADS = 2;
const AT_MOST = 0.61;
type Library = typeof alone;
type Tensor = alone.Tensor;

const directory = mkdtempSync(join(tmpdir(), "gradtape-threads-"));
const copy = join(directory, "library");
cpSync(process.env["GRADTAPE_BUILD"] as string, copy, { recursive: true });
const from = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(copy, file)).href)) as T;
const shared = await from<Library>("index.js");
const { startThreads, stopThreads } = await from<typeof threads>("threads.js");
process.env["GRADTAPE_THREADS"] = String(THREADS);
const python = await import("./peers/python.js");

/** The same array in a copy of the library. */
const into = ({ tensor }: Library, { data, shape }: Tensor): Tensor => tensor(data, shape);

function logistic(library: Library, name: string, problem: LogisticProblem): Side {
  const { compile, binaryCrossEntropyWithLogits, valueAndGrad } = library;
  const [w, b, x, y] = [problem.w, problem.b, problem.x, problem.y].map((t) => into(library, t));
  const f = compile(
    valueAndGrad((w: Tensor, b: Tensor, x: Tensor, y: Tensor) => binaryCrossEntropyWithLogits(x.matmul(w).add(b), y), { argnums: [0, 1] }),
  );
  return {
    name,
    precision: "float64",
    results: () => {
      const [value, [dw, db]] = f(w, b, x, y);
      return [[value.item()], [...dw.data, db.item()]];
    },
    batch: inTurn(() => f(w, b, x, y)),
  };
}

function perceptron(library: Library, name: string, { parameters, x, y, rate }: PerceptronProblem): Side {
  const { compile, crossEntropy, grad } = library;
  const gradient = grad((p: Tensor[], x: Tensor, y: Tensor) => crossEntropy(x.matmul(p[0]).add(p[1]).relu().matmul(p[2]).add(p[3]), y));
  const step = compile((p: Tensor[], x: Tensor, y: Tensor) => {
    const g = gradient(p, x, y);
    return p.map((w, i) => w.sub(g[i].mul(rate)));
  });
  const { W1, b1, W2, b2 } = parameters;
  const p = [W1, b1, W2, b2].map((t) => into(library, t));
  const [images, labels] = [into(library, x), into(library, y)];
  return {
    name,
    precision: "float64",
    results: () => step(p, images, labels).map(({ data }) => data),
    batch: inTurn(() => step(p, images, labels)),
  };
}

const NAMES = ["gradtape, one thread", `gradtape, ${THREADS} threads`] as const;
const bars: Bar[] = [];

/** Measures one thread, several, and the peers, which have as many. */
async function compareThreads(where: string, sides: readonly Side[], peers: readonly Side[], isLarge: boolean): Promise<void> {
  for (const side of sides) await side.results();
  // Workers get a program between two calls.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { ratio } = await measure(where, [...sides, ...peers], sides[0]);
  bars.push({ where, value: ratio(NAMES[1], NAMES[0]), atMost: isLarge ? AT_MOST : 1.05 });
}

try {
  const count = await startThreads(THREADS);
  console.log(`## One thread and ${count}, on ${availableParallelism()} processors`);
  const file = join(directory, "numbers");
  for (const [rows, columns, isLarge] of [
    [569, 30, false],
    [10_000, 30, true],
    [100_000, 30, true],
    [20_000, 784, true],
  ] as const) {
    const problem = logisticProblem(rows, columns);
    const { w, b, x, y } = problem;
    writeNumbers(
      file,
      [w, b, y, x].map(({ data }) => data),
    );
    const sides = [alone, shared].map((library, i) => logistic(library, NAMES[i], problem));
    await compareThreads(
      `binary cross entropy, ${rows.toLocaleString("en")}×${columns}`,
      sides,
      python.logisticSides(problem, file),
      isLarge,
    );
  }
  for (const batch of [64, 512]) {
    const problem = perceptronProblem(batch);
    const { W1, b1, W2, b2 } = problem.parameters;
    writeNumbers(
      file,
      [W1, b1, W2, b2, problem.x, problem.y].map(({ data }) => data),
    );
    const sides = [alone, shared].map((library, i) => perceptron(library, NAMES[i], problem));
    await compareThreads(`network 784-128-10, batch ${batch}`, sides, python.perceptronSides(problem, file), true);
  }
  printBar(`on ${THREADS} threads at most ${AT_MOST} of the time of one, and no slower where there is too little to share`, bars);
} finally {
  stopThreads();
  rmSync(directory, { recursive: true });
}
