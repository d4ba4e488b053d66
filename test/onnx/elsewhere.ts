// `npx tsx test/onnx/elsewhere.ts`: exports every case and has elsewhere.py check and run the models in ONNX's checker and
// reference implementation and in onnxruntime for Python. With `--fill` what it prints goes into docs/onnx.md. Needs python3 with the
// packages onnx and onnxruntime.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tensor } from "gradtape";
import { toOnnx } from "gradtape/onnx";
import { hasForms, tapes } from "./table.js";

const PAGE = new URL("../../docs/onnx.md", import.meta.url);
/** What it printed last, below its command. */
const PRINTED = /(?<=`npx tsx test\/onnx\/elsewhere\.ts`[^`]*```text\n)[^`]*/;

const directory = mkdtempSync(join(tmpdir(), "gradtape-onnx-"));
/** JSON has no NaN and no ∞, and would write null: they go as words, which Python's float reads. */
const numbers = (tensors: readonly Tensor[]) =>
  tensors.map(({ shape, data }) => ({ shape, data: Array.from(data, (v) => (Number.isFinite(v) ? v : String(v))) }));
try {
  const models: unknown[] = [];
  for (const tape of tapes()) {
    if (!hasForms(tape)) continue; // is refused, as docs/onnx.md says of each op
    for (const precision of ["float64", "float32"] as const) {
      for (const opset of [18, 23]) {
        const file = join(directory, `${models.length}.onnx`);
        writeFileSync(file, toOnnx(tape, { precision, opset }));
        models.push({ file, precision, inputs: numbers(tape.inputs), outputs: numbers(tape.outputs) });
      }
    }
  }
  writeFileSync(join(directory, "models.json"), JSON.stringify(models));
  const script = fileURLToPath(new URL("elsewhere.py", import.meta.url));
  const { status, stdout } = spawnSync(process.env["PYTHON"] ?? "python3", [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
  const printed = String(stdout);
  console.log(printed.trimEnd());
  if (status === 0 && process.argv.includes("--fill"))
    writeFileSync(
      PAGE,
      readFileSync(PAGE, "utf8").replace(PRINTED, () => printed),
    );
  process.exitCode = status ?? 1;
} finally {
  rmSync(directory, { recursive: true });
}
