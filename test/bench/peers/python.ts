// PyTorch and scikit-learn, each in a process of its own and on one thread.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { LogisticProblem, PerceptronProblem } from "../problems.js";
import { childSide, start } from "./child.js";
import { benchmarks } from "./installed.js";
import type { Side } from "./side.js";

export const SCIKIT_LEARN = "scikit-learn, float64";
export const torchName = (precision: Side["precision"]): string => `PyTorch, ${precision}`;

const program = join(benchmarks, "peers.py");
// The BLAS is to choose its kernels by the processor, and to use one thread, or as many as a benchmark says.
const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...rest } = process.env;
const threads = process.env["GRADTAPE_THREADS"] ?? "1";
// A library whose turn it is not must leave the processors to the others: OpenMP's threads would wait for more by running on.
const environment = {
  ...rest,
  OPENBLAS_NUM_THREADS: threads,
  OMP_NUM_THREADS: threads,
  MKL_NUM_THREADS: threads,
  OMP_WAIT_POLICY: "passive",
};

export type Library = "torch" | "sklearn";
interface Python {
  readonly command: string;
  /** The versions of Python and of the libraries that it finds. */
  readonly versions: Readonly<Partial<Record<"python" | "numpy" | Library, string>>>;
}

// A Python that someone has put before that of the system does not find the libraries of the system.
const pythons: Python[] = [process.env["PYTHON"], "python3", "/usr/bin/python3"].flatMap((command) => {
  if (command === undefined) return [];
  const { status, stdout } = spawnSync(command, [program, "versions"], { encoding: "utf8", env: environment });
  return status === 0 ? [{ command, versions: JSON.parse(stdout) as Python["versions"] }] : [];
});

/** The first Python that finds a library. */
export const pythonWith = (library: Library): Python | undefined => pythons.find(({ versions }) => versions[library] !== undefined);

export function logisticSides({ w, x }: LogisticProblem, file: string): Side[] {
  const side = (library: Library, name: string): Side[] => {
    const python = pythonWith(library);
    if (python === undefined) return [];
    const args = [program, `logistic-${library}`, file, ...x.shape.map(String)];
    return [childSide(name, "float64", start(python.command, args, environment), [1, w.size + 1])];
  };
  return [...side("torch", torchName("float64")), ...side("sklearn", SCIKIT_LEARN)];
}

export function perceptronSides({ parameters: { W1, b1, W2, b2 }, x, rate }: PerceptronProblem, file: string): Side[] {
  const python = pythonWith("torch");
  if (python === undefined) return [];
  return (["float64", "float32"] as const).map((precision) => {
    const child = start(python.command, [program, `perceptron-${precision}`, file, String(x.shape[0]), String(rate)], environment);
    const lengths = [W1, b1, W2, b2].map(({ size }) => size);
    return childSide(torchName(precision), precision, child, lengths);
  });
}
