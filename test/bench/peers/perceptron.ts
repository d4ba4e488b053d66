// One step of stochastic gradient descent for a network 784-128-10 with relu: from the parameters to the next ones.
import { join } from "node:path";
import { perceptronProblem } from "../problems.js";
import { type Bar, printBar } from "../report.js";
import { writeNumbers } from "./child.js";
import { perceptronSides } from "./gradtape.js";
import * as jax from "./jax.js";
import * as python from "./python.js";
import { measure } from "./side.js";
import * as tfjs from "./tfjs.js";

const BATCHES = [64, 512];
const FASTER_THAN_FLOAT64 = 5;

export async function comparePerceptron(directory: string): Promise<void> {
  const bars = { float64: [] as Bar[], float32: [] as Bar[] };
  console.log("\n## A network 784-128-10, one step of gradient descent on the mean softmax cross entropy");
  for (const batch of BATCHES) {
    const where = `batch ${batch}`;
    const problem = perceptronProblem(batch);
    const file = join(directory, "perceptron");
    const { W1, b1, W2, b2 } = problem.parameters;
    writeNumbers(
      file,
      [W1, b1, W2, b2, problem.x, problem.y].map(({ data }) => data),
    );
    const own = perceptronSides(problem);
    const sides = [
      ...own,
      ...(await jax.perceptronSide(problem, "float64")),
      ...(await jax.perceptronSide(problem, "float32")),
      ...(await tfjs.perceptronSide(problem, directory)),
      ...python.perceptronSides(problem, file),
    ];
    const { against } = await measure(where, sides, own[own.length - 1]);
    const [double, single] = [against(jax.jaxName("float64")), against(jax.jaxName("float32"))];
    if (double !== undefined) bars.float64.push({ where, value: double, atMost: 1 / FASTER_THAN_FLOAT64 });
    if (single !== undefined) bars.float32.push({ where, value: single, atMost: 1 });
  }
  if (bars.float64.length === 0) return;
  printBar(`at least ${FASTER_THAN_FLOAT64}× as fast as jax-js in float64 (times relative to its)`, bars.float64);
  printBar("no slower than jax-js in float32", bars.float32);
}
