// gradtape against its peers: other libraries for JavaScript, PyTorch and scikit-learn, C, and JavaScript by hand. A peer
// that is not installed does not take part: `npm ci --prefix test/bench` installs those of npm.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gccVersion } from "./peers/c.js";
import { measureFirstUse } from "./peers/first-use.js";
import { PEERS, versionOf } from "./peers/installed.js";
import { compareLogistic, growLogistic } from "./peers/logistic.js";
import { comparePerceptron } from "./peers/perceptron.js";
import { pythonWith } from "./peers/python.js";
import { compareScalars, growScalars } from "./peers/scalars.js";

/** Each is given a directory for the programs of other processes and the data that they read. */
const PARTS: Record<string, (directory: string) => void | Promise<void>> = {
  logistic: compareLogistic,
  perceptron: comparePerceptron,
  scalars: compareScalars,
  "growth-in-nodes": growScalars,
  "growth-in-rows": growLogistic,
  "first-use": measureFirstUse,
};

const [part, shared] = process.argv.slice(2);
if (part !== undefined) await PARTS[part](shared);
else {
  printVersions();
  const directory = mkdtempSync(join(tmpdir(), "gradtape-peers-"));
  try {
    for (const name of Object.keys(PARTS)) {
      // A process each: none inherits what the compiler learned from the one before.
      const child = fork(fileURLToPath(import.meta.url), [name, directory], { execArgv: process.execArgv });
      const [code] = await once(child, "exit");
      if (code !== 0) process.exitCode = 1;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function printVersions(): void {
  const missing = "not installed, skipped";
  const [torch, sklearn] = [pythonWith("torch")?.versions, pythonWith("sklearn")?.versions];
  const lines = [
    `Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`,
    ...PEERS.map((peer) => `${peer} ${versionOf(peer) ?? `${missing} (npm ci --prefix test/bench)`}`),
    gccVersion() ?? `gcc ${missing}`,
    torch === undefined ? `PyTorch ${missing}` : `PyTorch ${torch.torch}, Python ${torch.python}`,
    sklearn === undefined ? `scikit-learn ${missing}` : `scikit-learn ${sklearn.sklearn}, NumPy ${sklearn.numpy}, Python ${sklearn.python}`,
  ];
  console.log(["# gradtape and its peers", "", ...lines.map((line) => `- ${line}`)].join("\n"));
}
