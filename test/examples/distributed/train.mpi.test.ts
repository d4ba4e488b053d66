import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { fitShard, measureScale } from "../../../examples/distributed/model.js";
import { readRange } from "../../../examples/distributed/shard.js";
import { builtExample } from "../../support/built.js";
import { inDirectory, type Outcome, root } from "../logistic-regression/program.js";
import { outcomeOf } from "../processes.js";

const script = "examples/distributed/train.ts";
let built: string;
beforeAll(async () => {
  built = await builtExample(script);
});

/** Starts so many ranks. Open MPI asks for permission to run as root and for more ranks than processors. */
function start(ranks: number, args: readonly string[] = [], { options = [] as string[], env = {}, program = [built] } = {}) {
  const child = spawn("mpirun", ["--oversubscribe", ...options, "-n", String(ranks), "node", ...program, ...args], {
    cwd: root,
    env: { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1", ...env },
  });
  onTestFinished(() => {
    child.kill(); // if it still runs, because the test failed
  });
  return { pid: child.pid as number, outcome: outcomeOf(child) };
}

const coefficients = (stdout: string): Map<string, number> =>
  new Map([...stdout.split("The coefficients")[1].matchAll(/^ {2}(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));

/** The lines that the program itself wrote, without those of mpirun. */
const own = (stderr: string): string[] => stderr.split("\n").filter((line) => line.startsWith("distributed: "));

const [header, ...lines] = readFileSync(join(root, "examples/data/wdbc.csv"), "utf8").trim().split("\n");

/** A directory of shards that are not of the same size. */
function writeShards(directory: string, count: number): string {
  const shards = join(directory, "shards");
  mkdirSync(shards);
  const cut = (i: number): number => Math.round(lines.length * (i / count) ** 2);
  for (let i = 0; i < count; i++)
    writeFileSync(join(shards, `part-${i + 1}-of-${count}.csv`), `${[header, ...lines.slice(cut(i), cut(i + 1))].join("\n")}\n`);
  return shards;
}

describe("the coefficients of the serial fit", () => {
  const serial = new Map<string, Map<string, number>>();
  beforeAll(() => {
    const alone = (part: Float64Array): Float64Array => part;
    const shard = readRange(join(root, "examples/data/wdbc.csv"), 0, 1, { target: "diagnosis", positive: "M", negative: "B" });
    const scale = measureScale(shard, alone);
    for (const method of ["newton", "lbfgs"] as const) {
      const { params } = fitShard(shard, scale, { shards: 1, l2: 1, sum: alone, method, gradientTolerance: 1e-13 });
      serial.set(method, new Map([["intercept", params.b.item()], ...shard.features.map((name, j) => [name, params.w.data[j]] as const)]));
    }
  });

  const expectSerial = (method: string, { code, stdout, stderr }: Outcome): void => {
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const found = coefficients(stdout);
    expect(found.size).toBe(31);
    for (const [name, value] of serial.get(method) ?? []) expect(Math.abs((found.get(name) as number) - value), name).toBeLessThan(1e-10);
  };

  for (const method of ["newton", "lbfgs"]) {
    for (const ranks of [1, 2, 3, 4]) {
      test(`by ${method} on ${ranks} ranks, each with its range of one file`, async () => {
        const outcome = await start(ranks, ["--method", method]).outcome;
        expectSerial(method, outcome);
        expect(outcome.stdout).toMatch(new RegExp(`^569 rows and 30 features on ${ranks} ranks`));
      });
    }
  }

  test("on 3 ranks, each with a file of its own", () =>
    inDirectory(async (directory) => {
      const outcome = await start(3, ["--shards", writeShards(directory, 3)]).outcome;
      expectSerial("newton", outcome);
      expect(outcome.stdout).toContain("on 3 ranks, of 63, 190, 316 rows");
    }));

  test("on more ranks than there are rows in some shards", () =>
    inDirectory(async (directory) => {
      const shards = writeShards(directory, 3);
      writeFileSync(join(shards, "part-1-of-4.csv"), `${header}\n`);
      for (let i = 1; i <= 3; i++) writeFileSync(join(shards, `part-${i + 1}-of-4.csv`), readFileSync(join(shards, `part-${i}-of-3.csv`)));
      expectSerial("newton", await start(4, ["--shards", shards]).outcome);
    }));
});

describe("what goes wrong in one rank ends the whole run with a message", () => {
  test("a shard that is missing", () =>
    inDirectory(async (directory) => {
      const shards = writeShards(directory, 2);
      const { code, stdout, stderr } = await start(3, ["--shards", shards]).outcome;
      expect(code).toBe(1);
      expect(stdout).toBe("");
      expect(own(stderr).join("\n")).toMatch(/^distributed: rank \d of 3: .*part-\d-of-3\.csv: no such file/);
      const last = join(shards, "part-2-of-2.csv");
      const content = readFileSync(last);
      writeFileSync(join(shards, "part-1-of-3.csv"), content);
      writeFileSync(join(shards, "part-3-of-3.csv"), content);
      const second = await start(3, ["--shards", shards]).outcome;
      expect(second.code).toBe(1);
      expect(own(second.stderr)).toEqual([`distributed: rank 1 of 3: ${join(shards, "part-2-of-3.csv")}: no such file`]);
    }));

  test("a line of one shard that is too short", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "ragged.csv");
      const broken = lines.with(-1, "1,2,3,M");
      writeFileSync(file, `${[header, ...broken].join("\n")}\n`);
      const { code, stderr } = await start(3, ["--data", file]).outcome;
      expect(code).toBe(1);
      const at = Buffer.byteLength(`${[header, ...broken.slice(0, -1)].join("\n")}\n`) + 1;
      expect(own(stderr)).toEqual([
        `distributed: rank 2 of 3: ${file}, the line at byte ${at}: expected 31 fields, as in the header, got 4`,
      ]);
    }));

  test("a shard with other columns", () =>
    inDirectory(async (directory) => {
      const shards = writeShards(directory, 2);
      const second = join(shards, "part-2-of-2.csv");
      writeFileSync(second, readFileSync(second, "utf8").replace("mean_radius,mean_texture", "mean_texture,mean_radius"));
      const { code, stderr } = await start(2, ["--shards", shards]).outcome;
      expect(code).toBe(1);
      expect(own(stderr)).toEqual(["distributed: rank 1 of 2: the columns of this shard are not those of rank 0"]);
    }));

  test("numbers that are too large for the sums", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "large.csv");
      writeFileSync(file, `${[header, ...lines.with(-1, lines[0].replace("17.99", "1e300"))].join("\n")}\n`);
      const { code, stderr } = await start(3, ["--data", file]).outcome;
      expect(code).toBe(1);
      expect(own(stderr)[0]).toMatch(/^distributed: rank \d of 3: column mean_radius cannot be standardized: .* is Infinity$/);
    }));

  test("wrong options, and a library that is not there or is another", async () => {
    const options = await start(2, ["--l2", "x"]).outcome;
    expect(options.code).toBe(1);
    expect(own(options.stderr)[0]).toMatch(/^distributed: rank \d of 2: --l2 must be a finite number ≥ 0, got "x"$/);
    const none = await start(2, [], { env: { MPI_LIBRARY: "/nowhere/libmpi.so" } }).outcome;
    expect(none.code).toBe(1);
    expect(own(none.stderr)[0]).toMatch(
      /^distributed: MPI: cannot load \/nowhere\/libmpi\.so \(.*\); install Open MPI \(.*apt-get install/,
    );
    const other = await start(2, [], { env: { MPI_LIBRARY: process.platform === "darwin" ? "libSystem.dylib" : "libc.so.6" } }).outcome;
    expect(other.code).toBe(1);
    expect(own(other.stderr)[0]).toMatch(/so it is not Open MPI/);
  });

  /** The processes that mpirun started, once all of them run the program. */
  async function ranksOf(pid: number, count: number): Promise<number[]> {
    for (;;) {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
      // A child that is not node yet is still a copy of mpirun, which waits for it.
      const ranks = children.filter((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").startsWith("node\0"));
      if (ranks.length === count) return ranks;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test.runIf(process.platform === "linux")("a rank that is killed while the others wait for it", async () => {
    const { pid, outcome } = start(3);
    const ranks = await ranksOf(pid, 3);
    // Stopped before it can join a sum: the others cannot get through it.
    process.kill(ranks[1], "SIGSTOP");
    const early = await Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 2_000, "still waiting"))]);
    expect(early).toBe("still waiting");
    process.kill(ranks[1], "SIGKILL");
    const { code, stdout, stderr } = await outcome;
    expect(code).not.toBe(0);
    expect(stdout).not.toContain("coefficients");
    expect(stderr).toMatch(/process rank 1 .* exited on signal 9 \(Killed\)/);
  });

  test.runIf(process.platform === "linux")("a rank that hangs, at the time limit of mpirun", async () => {
    const { pid, outcome } = start(2, [], { options: ["--timeout", "8"] });
    const [, second] = await ranksOf(pid, 2);
    process.kill(second, "SIGSTOP");
    const { code, stdout, stderr } = await outcome;
    expect(code).not.toBe(0);
    expect(stdout).not.toContain("coefficients");
    expect(stderr).toContain("time limit for job execution has been reached");
  });
});

test("--help tells the options, once, from the sources", async () => {
  const { code, stdout } = await start(2, ["--help"], { program: ["--import", "tsx", script] }).outcome;
  expect(code).toBe(0);
  expect(stdout.match(/Usage: mpirun -n RANKS/g)).toHaveLength(1);
});
