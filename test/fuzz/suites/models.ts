// Models for predict: a good one with a part put in the place of another, and a right check sum.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { inDirectory, runHere } from "../../examples/logistic-regression/program.js";
import { STEERS } from "../../support/steers.js";
import type { Suite } from "../suite.js";

const training = `id,size,color,sick\n${Array.from({ length: 60 }, (_, i) => `r${i},${(i * 37) % 23},${["red", "blue", "gray"][(i * 7) % 3]},${(i * 53) % 7 < 3 ? "yes" : "no"}`).join("\n")}\n`;

const model: Promise<string> = inDirectory(async (directory) => {
  const [data, save] = ["data.csv", "model.json"].map((name) => join(directory, name));
  writeFileSync(data, training);
  const fit = ["fit", "--data", data, "--target", "sick", "--positive", "yes", "--features", "size,log(size + 1),color,size:color"];
  const { code, stderr } = await runHere([...fit, "--test", "0", "--l2", "1", "--save", save]);
  if (code !== 0) throw new Error(stderr);
  return readFileSync(save, "utf8");
});

const value = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    -1,
    1e308,
    -1e308,
    1e150,
    5e-324,
    0.5,
    null,
    true,
    "",
    "size",
    "(intercept)",
    "constructor",
    "\u202e\u001b[31m",
    [],
    {},
    [[]],
    "x".repeat(10_000),
  ),
  fc.constantFrom<unknown>(
    "split(size, 1000000000)",
    "broadcastTo(size, [100000, 100000])",
    "size +",
    "exp(exp(exp(size)))",
    "0 / size",
    "eye(100000)",
    `${"(".repeat(500)}size`,
  ),
  fc.double({ noNaN: true }),
  fc.array(fc.integer({ min: -3, max: 100 }), { maxLength: 5 }),
);

/** A change: the place of a part, as a number for each level, and what comes there; nothing to leave the part out. */
type Change = { readonly path: readonly number[]; readonly to: unknown };

function changed(part: unknown, [step, ...rest]: readonly number[], to: unknown): unknown {
  if (step === undefined || typeof part !== "object" || part === null) return to;
  const keys = Object.keys(part);
  if (keys.length === 0) return to;
  const key = keys[step % keys.length];
  const child = changed((part as Record<string, unknown>)[key], rest, to);
  if (Array.isArray(part)) return part.map((other, i) => (String(i) === key ? child : other));
  return { ...part, [key]: child };
}

export const suite: Suite<readonly Change[]> = {
  runs: 150,
  input: fc.array(fc.record({ path: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 6 }), to: value }), {
    minLength: 1,
    maxLength: 2,
  }),
  check: (changes) =>
    inDirectory(async (directory) => {
      const [file, data, out] = ["model.json", "data.csv", "scored.csv"].map((name) => join(directory, name));
      const saved = JSON.parse(await model);
      const own = changes.reduce((part, { path, to }) => changed(part, path, to), saved.model as unknown);
      const checksum = createHash("sha256").update(JSON.stringify(own)).digest("hex");
      writeFileSync(file, JSON.stringify({ ...saved, model: own, checksum }));
      writeFileSync(data, "size,color\n3,red\n1,blue\n0,gray\n");
      const args = [
        "predict",
        "--model",
        file,
        "--data",
        data,
        "--out",
        out,
        "--missing",
        "na",
        "--unseen",
        "na",
        "--new-columns",
        "ignore",
      ];
      const { code, stdout, stderr } = await runHere(args);
      if (STEERS.test(stderr.trimEnd())) throw new Error(`expected a message without control characters, got ${JSON.stringify(stderr)}`);
      if (code === 0) {
        const text = readFileSync(out, "utf8");
        if (/NaN|Infinity|undefined/.test(text)) throw new Error(`expected probabilities, got ${text.slice(0, 500)}`);
        return;
      }
      if (!/^logistic-regression: [^\n]{1,1000}\n$/.test(stderr) || /unexpected error|undefined|NaN/.test(stderr))
        throw new Error(`expected one clear line, got ${code} ${stderr}${stdout}`);
      if (existsSync(out)) throw new Error("expected no file of a run that failed");
    }),
};
