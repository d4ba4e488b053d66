// What a step of a distributed fit costs on 1 to 4 ranks of this machine: the share of the rows in each rank, and the sums
// between them over Open MPI. The rows are the same in number whatever the number of ranks. docs/scaling.md reads the tables.
import { spawnSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { mpirun } from "../setup/installed.js";
import { digits, printTable } from "./report.js";

/** Milliseconds in the slowest rank: of processor time where a rank computes, by the clock where it waits for others. */
export interface RankTimes {
  /** The value and gradient of a rank's rows, their sum over the ranks, and both one after the other. */
  readonly gradient: number;
  readonly gradientSum: number;
  readonly gradientStep: number;
  readonly hessian: number;
  readonly hessianSum: number;
  readonly bySize: readonly { readonly bytes: number; readonly milliseconds: number }[];
}

const RANKS = [1, 2, 3, 4];

function measure(ranks: number, rows: number, columns: number): RankTimes {
  const { status, stdout, stderr } = spawnSync(
    "mpirun",
    ["--oversubscribe", "-n", `${ranks}`, process.execPath, "--import", "tsx", fileURLToPath(new URL("rank.ts", import.meta.url))].concat(
      `${rows}`,
      `${columns}`,
    ),
    { encoding: "utf8", env: { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" } },
  );
  if (status !== 0) throw new Error(`ranks: mpirun failed\n${stderr}`);
  return JSON.parse(stdout);
}

if (mpirun === undefined) throw new Error("ranks: no mpirun of Open MPI was found");
console.log(`## Ranks

${mpirun}; ${availableParallelism()} processors, with a load of ${loadavg()[0].toFixed(1)} before the run. Milliseconds: the fastest tenth of the
calls, in the slowest rank; of processor time for what a rank computes, by the clock for sums and for both.`);
let measured: RankTimes[] = [];
for (const [rows, columns] of [
  [100_000, 30],
  [10_000, 200],
]) {
  const k = columns + 1;
  measured = RANKS.map((ranks) => measure(ranks, rows, columns));
  console.log(`\n### ${rows.toLocaleString("en")}×${columns}\n`);
  printTable(
    ["ranks", "value and gradient", `sum of ${8 * (k + 1)} bytes`, "both", "Hessian", `sum of ${4 * k * (k + 1)} bytes`],
    measured.map((times, i) => [
      `${RANKS[i]}`,
      ...[times.gradient, times.gradientSum, times.gradientStep, times.hessian, times.hessianSum].map(digits),
    ]),
  );
}
console.log("\n### The sum by its size\n");
printTable(
  ["bytes", ...RANKS.map((ranks) => `${ranks} rank${ranks === 1 ? "" : "s"}`)],
  measured[0].bySize.map(({ bytes }, i) => [bytes.toLocaleString("en"), ...measured.map(({ bySize }) => digits(bySize[i].milliseconds))]),
);
