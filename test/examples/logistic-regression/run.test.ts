import { spawn, spawnSync } from "node:child_process";
import { chmodSync, closeSync, constants, existsSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { growth } from "../../support/growth.js";
import { commandOf, outcomeOf, start } from "../processes.js";
import { inDirectory, main, resultOf, root, runHere } from "./program.js";

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => [...line].length));

test("from the sources, into a pipe, it prints plain lines: the check of the gradient, the loss as it falls, the coefficients, the evaluation", async () => {
  const { code, stdout, stderr } = await outcomeOf(spawn(process.execPath, ["--import", "tsx", main], { cwd: root }));
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).not.toContain("\x1b");
  expect(stdout).not.toContain("\r");
  expect(widest(stdout.replace(/^ {2}note.*$/gm, ""))).toBeLessThanOrEqual(100);
  expect(stdout).toMatch(/gradient at W = 0 by the engine and by hand, Xᵀ\(ŷ − y\)\/n: largest difference \d\.\de-1[5-9]\n/);
  expect(stdout).toMatch(/solver {3}newton, compiled: \d+ iterations; the gradient's norm met the tolerance 1e-8\n/);
  expect(stdout).toMatch(/loss 0\.693147 → 0\.07\d+\n/);
  expect(stdout).toContain("0.693┤━");
  expect(stdout).toMatch(/│ worst_texture +│ +0\.2287 │ +0\.1061 │ +2\.16 │ 0\.0311 │ +0\.02072 – 0\.4366 │/);
  expect(stdout).toMatch(/│ worst_texture +│ +1\.26 │ +1\.02 – 1\.55 │ +4\.16 │ +1\.14 – 15\.2 │/);
  expect(stdout).toMatch(/sensitivity 0\.9623, specificity 0\.9888, PPV 0\.9808, NPV 0\.9778, F1 0\.9714\n/);
  expect(stdout).toMatch(/likelihood ratio 514\.\d+ on 30 df, p 1\.3e-89/);
  expect(stdout).toMatch(/│ held out │ +142 │ +0\.9789 │ 0\.0571\d+ │ 0\.0150\d+ │ 0\.9978\d+ │ 0\.994\d – 1\.0000 │/);
  expect(stdout).toMatch(/│ {6}│ called M │ called B │\n.*\n {2}│ is M │ +51 │ +2 │\n {2}│ is B │ +1 │ +88 │\n/);
});

test("the numbers that are printed are those of --json", async () => {
  const args = ["--l2", "0", "--features", "mean_radius,mean_texture", "--test", "0"];
  const [{ stdout }, { coefficients, logLikelihood, training }] = [await runHere(args), await resultOf(...args)];
  const row = stdout.split("\n").find((line) => line.includes("mean_texture")) as string;
  expect(row.split("│").map((cell) => cell.trim())).toContain(coefficients[2].estimate.toPrecision(4));
  expect(stdout).toContain(`log-likelihood ${logLikelihood.toFixed(4)}`);
  expect(stdout).toContain(training.brier.toFixed(6));
});

test("on a terminal it shows how far it has come, gives the cursor back, and prints the same", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "large.csv");
    const row = (i: number): string => `${i % 17},${"padding ".repeat(40)},${Math.sin(i * i) > 0 ? 1 : 0}`;
    writeFileSync(file, `a,b,y\n${Array.from({ length: 150_000 }, (_, i) => row(i)).join("\n")}\n`);
    const args = ["--data", file, "--target", "y", "--features", "a"];
    // A bar comes once something takes a while: by this clock everything does.
    let time = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      time += 200;
      return time;
    });
    const terminal = await runHere(args, { columns: 100 }).finally(() => clock.mockRestore());
    const pipe = await runHere(args);
    expect(terminal.stderr).toMatch(/(reading|fitting) [█░]{30} \d+ %/);
    expect(terminal.stderr.lastIndexOf("\x1b[?25h")).toBeGreaterThan(terminal.stderr.lastIndexOf("\x1b[?25l"));
    expect(terminal.stdout).toBe(pipe.stdout);
    expect(pipe.stderr).toBe("");
    const interrupted = await runHere(args, { columns: 100, signal: AbortSignal.abort() });
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(/logistic-regression: interrupted\n$/);
  }));

test("names with control characters and long names do no harm to a terminal", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "names.csv");
    writeFileSync(file, `"\x1b[31mred\nline",${"long".repeat(20)}\u202e,y\n1,2,0\n2,1,1\n3,5,0\n4,0,1\n`);
    const { code, stdout } = await runHere(["--data", file, "--target", "y", "--test", "0"]);
    expect(code).toBe(0);
    for (const steering of ["\x1b", "\u202e"]) expect(stdout).not.toContain(steering);
    expect(stdout).toContain("│  [31mred line ");
    expect(stdout).toContain("│ longlonglonglonglonglongl… │");
  }));

test("where one class only is held out, the AUC is said to be undefined, and is null in the file", () =>
  inDirectory(async (directory) => {
    const [file, json] = [join(directory, "rare.csv"), join(directory, "result.json")];
    writeFileSync(file, `x,y\n${Array.from({ length: 20 }, (_, i) => `${i},${i === 7 ? 1 : 0}`).join("\n")}\n`);
    const { stdout } = await runHere(["--data", file, "--target", "y", "--json", json, "--report", join(directory, "report.html")]);
    expect(stdout).toMatch(/held out │ +5 │.*│ one class │/);
    expect(JSON.parse(readFileSync(json, "utf8")).test.auc).toBeNull();
    expect(readFileSync(join(directory, "report.html"), "utf8")).toContain("Only one class is there to be ranked.");
  }));

test("a column of categories and dropped rows are told about", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "data.csv");
    writeFileSync(file, "color,size,y\nred,1,no\nblue,2,yes\nred,,no\nred,3,yes\nblue,1,no\nred,2,no\nblue,4,yes\n");
    const { stdout } = await runHere(["--data", file, "--target", "y", "--positive", "yes", "--missing", "drop", "--test", "0"]);
    expect(stdout).toContain("6 rows, 2 features; 1 row with gaps left out");
    expect(stdout).toMatch(/│ color=red +│/);
  }));

/** Processes take long to start where others are at work. */
const PATIENT = { timeout: 300_000 };

describe.runIf(process.platform !== "win32")("a run as a process", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s ends it with exit code %i, one line, and no file", PATIENT, (signal, expected) =>
    inDirectory(async (directory) => {
      const out = (name: string): string => join(directory, name);
      const outputs = ["--json", out("result.json"), "--report", out("report.html"), "--save", out("model.json")];
      spawnSync("mkfifo", [out("pipe")]);
      // At a rate at which it will not converge for a long time.
      const slow = ["--target", "y", "--solver", "adam", "--learning-rate", "1e-9", "--steps", "1000000"];
      const { child, outcome } = await start(main, ["--data", out("pipe"), ...slow, ...outputs]);
      const rows = Array.from({ length: 100_000 }, (_, i) => `${Math.sin(i)},${i % 17},${i % 3 === 0 ? 1 : 0}`);
      await writeFile(out("pipe"), `a,b,y\n${rows.join("\n")}\n`); // from then on it is at work
      setTimeout(() => child.kill(signal), 1000);
      const { code, stderr } = await outcome;
      expect([code, stderr]).toEqual([expected, "logistic-regression: interrupted\n"]);
      expect(readdirSync(directory)).toEqual(["pipe"]);
    }),
  );

  test("data may come through a pipe, and the first Ctrl-C ends it where the pipe has stalled", PATIENT, () =>
    inDirectory(async (directory) => {
      const pipe = join(directory, "pipe");
      spawnSync("mkfifo", [pipe]);
      const args = ["--data", pipe, "--target", "y", "--test", "0"];
      const whole = await start(main, args);
      await writeFile(pipe, "x,y\n1,0\n2,1\n3,0\n4,1\n");
      expect(await whole.outcome).toMatchObject({ code: 0, stderr: "" });
      const stalled = await start(main, args);
      const held = await open(pipe, "w"); // somebody who may write, and does not; the program has opened it, too
      try {
        setTimeout(() => stalled.child.kill("SIGINT"), 500);
        expect(await stalled.outcome).toMatchObject({ code: 130, stderr: "logistic-regression: interrupted\n" });
      } finally {
        await held.close();
      }
    }),
  );

  test("the first Ctrl-C ends it where nobody reads its output", PATIENT, () =>
    inDirectory(async (directory) => {
      const [pipe, json] = [join(directory, "pipe"), join(directory, "result.json")];
      spawnSync("mkfifo", [pipe]);
      const held = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK); // a reader that does not read
      const full = (): boolean => {
        try {
          return writeSync(held, Buffer.alloc(4096)) < 4096;
        } catch (error) {
          return (error as NodeJS.ErrnoException).code === "EAGAIN";
        }
      };
      while (!full());
      const output = openSync(pipe, "w");
      try {
        const args = [
          "--data",
          "examples/data/wdbc.csv",
          "--target",
          "diagnosis",
          "--positive",
          "M",
          "--features",
          "mean_radius",
          "--json",
          json,
        ];
        const child = spawn(process.execPath, await commandOf(main, args), { cwd: root, stdio: ["ignore", output, "ignore"] });
        const ended = new Promise((resolve) => child.on("exit", resolve));
        while (!existsSync(json)) await new Promise((resolve) => setTimeout(resolve, 100));
        await new Promise((resolve) => setTimeout(resolve, 1000)); // its files are there: now it writes to the pipe
        child.kill("SIGINT");
        expect(await ended).toBe(130);
      } finally {
        closeSync(output);
        closeSync(held);
      }
    }),
  );
});

test("a cell of a hundred thousand digits and a letter takes hardly longer than one of a thousand", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "data.csv");
    const grown = await growth([1000, 100_000], async (digits) => {
      writeFileSync(file, `a,y\n1,0\n2,1\n3,1\n${"1".repeat(digits)}x,1\n`);
      const { code, stderr } = await runHere(["--data", file, "--target", "y", "--test", "0"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/line 5, column "a": "1{39}…" is not a number/);
      expect(stderr.length).toBeLessThan(600);
    });
    expect(grown).toBeLessThan(10);
  }));

test("a reader that leaves early, as head does, is no error, and the file is still written", () =>
  inDirectory(async (directory) => {
    const json = join(directory, "result.json");
    const { child, outcome } = await start(main, ["--json", json]);
    child.stdout.destroy();
    const { code, stderr } = await outcome;
    expect([code, stderr]).toEqual([0, ""]);
    expect(existsSync(json)).toBe(true);
  }));

test.runIf(existsSync("/dev/full"))("a full disk behind the output is one line", async () => {
  const stdio = ["ignore", openSync("/dev/full", "w"), "pipe"] as const;
  const { status, stderr } = spawnSync(process.execPath, await commandOf(main, []), { cwd: root, stdio: [...stdio], encoding: "utf8" });
  expect(stderr).toBe("logistic-regression: cannot write the output: no space left on the disk\n");
  expect(status).toBe(1);
});

/** Runs as a user without rights where this one has all, since nothing is forbidden to root. */
async function withoutRights<T>(body: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return body();
  process.seteuid?.(65534);
  try {
    return await body();
  } finally {
    process.seteuid?.(0);
  }
}

test.runIf(process.geteuid)("a file or a folder without permission is one line, and nothing is written", () =>
  inDirectory(async (directory) => {
    const [file, secret] = [join(directory, "data.csv"), join(directory, "secret.csv")];
    writeFileSync(file, "a,y\n1,0\n2,1\n");
    writeFileSync(secret, "a,y\n1,0\n2,1\n");
    chmodSync(secret, 0);
    chmodSync(directory, 0o555);
    try {
      for (const option of ["--json", "--report", "--save"]) {
        const { code, stderr } = await withoutRights(() =>
          runHere(["--data", file, "--target", "y", "--test", "0", option, join(directory, "out")]),
        );
        expect([code, stderr]).toEqual([1, `logistic-regression: cannot write ${join(directory, "out")}: permission denied\n`]);
      }
      const { code, stderr } = await withoutRights(() => runHere(["--data", secret, "--target", "y"]));
      expect([code, stderr]).toEqual([1, `logistic-regression: ${secret}: permission denied\n`]);
      expect(readdirSync(directory).sort()).toEqual(["data.csv", "secret.csv"]);
    } finally {
      chmodSync(directory, 0o755);
    }
  }),
);
