// `npx tsx test/onnx/elsewhere.ts`: exports every case and has elsewhere.py check and run the models in ONNX's checker and
// reference implementation and in onnxruntime for Python. Needs python3 with the packages onnx and onnxruntime.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tensor } from "gradtape";
import { toOnnx } from "gradtape/onnx";
import { tapes } from "./table.js";

const directory = mkdtempSync(join(tmpdir(), "gradtape-onnx-"));
/** JSON has no NaN and no ∞, and would write null: they go as words, which Python's float reads. */
const numbers = (tensors: readonly Tensor[]) =>
  tensors.map(({ shape, data }) => ({ shape, data: Array.from(data, (v) => (Number.isFinite(v) ? v : String(v))) }));
try {
  const models: unknown[] = [];
  for (const tape of tapes()) {
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
  process.exitCode = spawnSync(process.env["PYTHON"] ?? "python3", [script, directory], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(directory, { recursive: true });
}
