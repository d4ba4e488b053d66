// `npm run bench`: every benchmark, or those that are named: `npm run bench -- bce scalar`. The comparison with other
// libraries, `npm run bench -- peers`, wants them installed: `npm ci --prefix test/bench`.
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mpirun } from "../setup/installed.js";
import { PEERS, versionOf } from "./peers/installed.js";

/** Each with the flags of its process, and its file where that is called differently. */
const BENCHMARKS: Record<string, { readonly flags: readonly string[]; readonly file?: string }> = {
  bce: { flags: [] },
  parts: { flags: [] },
  scalar: { flags: [] },
  small: { flags: [] },
  short: { flags: [] },
  scan: { flags: [] },
  segments: { flags: [] },
  chain: { flags: [] },
  derive: { flags: [] },
  first: { flags: [], file: "first-call" },
  memory: { flags: ["--expose-gc"] },
  ranks: { flags: [] },
  threads: { flags: [] },
  tool: { flags: [] },
  vmap: { flags: [] },
  minimize: { flags: [] },
  optimizers: { flags: [] },
  playground: { flags: [] },
  // A tape of a million scalars is recorded.
  peers: { flags: ["--max-old-space-size=8192"] },
};
/** Not everyone who wants to measure must install Open MPI, or the peers, which have dependencies of their own. */
const usual = Object.keys(BENCHMARKS).filter(
  (name) => (name !== "peers" || PEERS.every((peer) => versionOf(peer) !== undefined)) && (name !== "ranks" || mpirun !== undefined),
);

const root = fileURLToPath(new URL("../..", import.meta.url));
const names = process.argv.length > 2 ? process.argv.slice(2) : usual;
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`bench: expected ${Object.keys(BENCHMARKS).join(", ")}, got ${unknown.join(", ")}`);
  process.exit(1);
}

const built = mkdtempSync(join(tmpdir(), "gradtape-bench-"));
try {
  const environment = { ...process.env, TSX_TSCONFIG_PATH: build(built), GRADTAPE_BUILD: built };
  console.log(`Node ${process.versions.node} on ${cpus()[0]?.model ?? "an unknown processor"}`);
  for (const name of names) {
    console.log("");
    // A process each: none inherits what the compiler learned from the one before.
    const { flags, file = name } = BENCHMARKS[name];
    const child = fork(fileURLToPath(new URL(`${file}.ts`, import.meta.url)), {
      execArgv: [...process.execArgv, ...flags],
      env: environment,
    });
    const [code] = await once(child, "exit");
    if (code !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(built, { recursive: true, force: true });
}

/**
 * Builds the library as it is published and returns the settings that make `gradtape` mean this build. Run from its
 * sources it would be slower: tsx gives every inner function its name at run time.
 */
function build(directory: string): string {
  const { status } = spawnSync(process.execPath, [join(root, "src/build.mjs"), directory], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("bench: the library does not compile");
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module", sideEffects: false }));
  const settings = join(directory, "tsconfig.json");
  const compilerOptions = {
    paths: {
      gradtape: [join(directory, "index.js")],
      "gradtape/math": [join(directory, "math.js")],
      "gradtape/threads": [join(directory, "threads.js")],
    },
  };
  writeFileSync(settings, JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: [join(root, "test")] }));
  return settings;
}
