// One model fitted by several processes over Open MPI, each of which reads its own shard of the rows only:
//
//     mpirun -n 3 node --import tsx examples/distributed/train.ts
//
// Every rank runs this file. They meet in the sums, and since all get the same sums, all walk the same way.

import { parseArgs } from "node:util";
import { fitShard, measureScale } from "./model.js";
import { type Mpi, startMpi } from "./mpi.js";
import { readPart, readRange } from "./shard.js";

const help = `Usage: mpirun -n RANKS node --import tsx examples/distributed/train.ts [options]

  --data FILE        a CSV file, of which each rank reads its range of bytes   examples/data/wdbc.csv
  --shards DIRECTORY instead: a directory with a file for each rank, part-1-of-RANKS.csv and so on
  --target COLUMN    the column that is predicted                              diagnosis
  --positive LABEL   its value for 1                                           M
  --negative LABEL   its value for 0                                           B
  --method METHOD    newton or lbfgs                                           newton
  --l2 NUMBER        the penalty λ/2·|w|² on the sum of the losses             1
  --tolerance NUMBER the largest norm of the gradient at the end               1e-13
  --help
`;

interface Options {
  readonly data: string;
  readonly shards: string | undefined;
  readonly labels: { readonly target: string; readonly positive: string; readonly negative: string };
  readonly method: "newton" | "lbfgs";
  readonly l2: number;
  readonly tolerance: number;
}

function readOptions(args: string[]): Options | "help" {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      data: text,
      shards: text,
      target: { ...text, default: "diagnosis" },
      positive: { ...text, default: "M" },
      negative: { ...text, default: "B" },
      method: { ...text, default: "newton" },
      l2: { ...text, default: "1" },
      tolerance: { ...text, default: "1e-13" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return "help";
  const { data = "examples/data/wdbc.csv", shards, target, positive, negative, method } = values;
  if (values.data !== undefined && shards !== undefined) throw new Error("--data and --shards exclude each other");
  if (method !== "newton" && method !== "lbfgs") throw new Error(`--method must be newton or lbfgs, got ${JSON.stringify(method)}`);
  if (positive === negative) throw new Error(`--positive and --negative must differ, got ${JSON.stringify(positive)} for both`);
  const number = (name: "l2" | "tolerance"): number => {
    const value = values[name].trim() === "" ? Number.NaN : Number(values[name]);
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new Error(`--${name} must be a finite number ≥ 0, got ${JSON.stringify(values[name])}`);
    return value;
  };
  return { data, shards, labels: { target, positive, negative }, method, l2: number("l2"), tolerance: number("tolerance") };
}

function train(mpi: Mpi, { data, shards, labels, method, l2, tolerance }: Options): void {
  const { rank, size, sum } = mpi;
  const print = (text: string): void => {
    if (rank === 0) console.log(text);
  };
  const shard = shards === undefined ? readRange(data, rank, size, labels) : readPart(shards, rank, size, labels);
  mpi.checkSame("the columns of this shard", JSON.stringify(shard.features));
  const scale = measureScale(shard, sum);
  const held = sum(Float64Array.from({ length: size }, (_, i) => (i === rank ? shard.rows : 0)));
  print(`${scale.rows} rows and ${shard.features.length} features on ${size} ranks, of ${[...held].join(", ")} rows`);

  const { params, value, gradientNorm, iterations, evaluations, converged, reason } = fitShard(shard, scale, {
    shards: size,
    l2,
    sum,
    method,
    gradientTolerance: tolerance,
    onStep: (step) => print(`  step ${step.iteration}  loss ${step.value.toFixed(12)}  |gradient| ${step.gradientNorm.toExponential(1)}`),
  });
  if (!Number.isFinite(value)) throw new Error(reason);
  mpi.checkSame("the coefficients that this rank found", Float64Array.of(params.b.item(), ...params.w.data));
  print(`${method}: ${iterations} steps, ${evaluations} evaluations, |gradient| ${gradientNorm.toExponential(1)}; ${reason}`);
  print(converged ? "The coefficients, the same in every rank bit for bit" : "NOT CONVERGED. The best coefficients");
  print(`  intercept ${params.b.item()}`);
  shard.features.forEach((name, j) => {
    print(`  ${name} ${params.w.data[j]}`);
  });
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let mpi: Mpi | undefined;
try {
  mpi = startMpi();
  const options = readOptions(process.argv.slice(2));
  if (options !== "help") train(mpi, options);
  else if (mpi.rank === 0) console.log(help);
  mpi.finalize();
} catch (error) {
  // The others may wait for this rank in a sum; they must not wait for ever.
  if (mpi !== undefined) mpi.abort(message(error));
  console.error(`distributed: ${message(error)}`);
  process.exitCode = 1;
}
