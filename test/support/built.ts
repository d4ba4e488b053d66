import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { inject } from "vitest";
import { pack, runIn } from "../project/pack.js";
import { root } from "./root.js";

// What several files of tests look at is built once a run, by the first that asks for it; the others wait.

async function once(name: string, build: (folder: string) => unknown): Promise<string> {
  const folder = join(inject("built"), name);
  const done = `${folder}.done`;
  if (begins(folder)) {
    let failure = "";
    try {
      await build(folder);
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      failure = [String(error), stdout, stderr].join("\n");
    }
    writeFileSync(done, failure);
  }
  while (!existsSync(done)) await new Promise((resolve) => setTimeout(resolve, 50));
  const failure = readFileSync(done, "utf8");
  if (failure !== "") throw new Error(failure);
  return folder;
}

/** Whether this is the first that makes the folder. */
function begins(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

const node = (args: readonly string[]): string =>
  execFileSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    stdio: "pipe",
    // A run of tests sets NODE_ENV, and libraries would be built for development.
    env: { ...process.env, NODE_ENV: "production" },
  });

/** The playground as `npm run docs` builds it: a folder with a page, its style, its program and that of its worker. */
export const builtPlayground = (): Promise<string> =>
  once("playground", (folder) =>
    node(["node_modules/vite/bin/vite.js", "build", "--config", "docs/playground/vite.config.ts", "--outDir", folder]),
  );

/** The guides and the reference as `npm run docs` builds them, with the playground. The folder's path has what paths may have. */
export const builtSite = async (): Promise<string> => {
  const playground = await builtPlayground();
  const parent = await once("site #1", (folder) => {
    const site = join(folder, "deep", "é");
    node(["node_modules/typedoc/bin/typedoc", "--options", "docs/typedoc.mjs", "--out", site]);
    cpSync(playground, join(site, "playground"), { recursive: true });
    node(["docs/licenses/page.mjs", site]);
  });
  return join(parent, "deep", "é");
};

/** Modules of a bundle that ask for files beside their sources find them there. */
const ownAddresses: Plugin = {
  name: "own addresses",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
      loader: "ts",
    })),
};

/**
 * An example as one file of JavaScript, for tests that run it, since its sources take several times as long to start. Run with
 * `--enable-source-maps` it tells lines of the sources.
 */
export const builtExample = async (script: string): Promise<string> => {
  const folder = await once(script.replaceAll("/", "-"), async (folder) => {
    await build({
      entryPoints: [join(root, script)],
      outfile: join(folder, "main.mjs"),
      tsconfig: join(root, "tsconfig.json"),
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      sourcemap: "inline",
      plugins: [ownAddresses],
      logLevel: "error",
    });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  });
  return join(folder, "main.mjs");
};

/** The package as it would be published, and an empty project beside it that has installed it. */
export const builtPackage = async (): Promise<{ readonly tarball: string; readonly project: string }> => {
  const project = await once("package", (folder) => {
    const installed = join(folder, "node_modules", "gradtape");
    mkdirSync(installed, { recursive: true });
    runIn(folder, "tar", ["-xzf", pack(folder), "-C", installed, "--strip-components=1"]);
  });
  return { project, tarball: join(project, readdirSync(project).find((name) => name.endsWith(".tgz")) as string) };
};
