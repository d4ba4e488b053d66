// `npm run try-package`: packs the package, installs it into empty projects, and runs a small program there in Node 20 and the
// newest Node, in Bun and Deno, bundled by vite, esbuild and webpack, and in Chromium from a plain file server. It gets all of
// these from npm in their newest versions, so it is not a part of `npm test`; .ci/run calls it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { chromium as browserType } from "playwright";
import { chromium } from "../setup/installed.js";
import { pack, quickStart, runIn } from "./pack.js";

const TOOLS = ["bun@latest", "deno@latest", "esbuild@latest", "vite@latest", "webpack@latest", "webpack-cli@latest"];

const program = `import { compile, grad, tensor } from "gradtape";
import { math } from "gradtape/math";
const cube = (x) => math\`\${x}^3\`;
console.log([grad(cube)(2).item(), compile(grad(cube))(tensor(2)).item()].join(" "));
`;
const EXPECTED = "12 12";

const workplace = mkdtempSync(join(tmpdir(), "gradtape-try-"));
const inWorkplace = (name: string): string => {
  const directory = join(workplace, name);
  mkdirSync(directory);
  return directory;
};

let failed = false;
/** Runs one way to use the package and says how it went. */
async function attempt(what: string, use: () => string | Promise<string>, expected = EXPECTED): Promise<void> {
  let outcome: string;
  try {
    const printed = (await use()).trim();
    outcome = printed === expected ? "ok" : `expected ${expected}, got ${printed}`;
  } catch (error) {
    const { message, stderr = "" } = error as Error & { stderr?: string };
    outcome = `${message}\n${stderr}`;
  }
  failed ||= outcome !== "ok";
  console.log(`${outcome === "ok" ? "✓" : "✗"} ${what}${outcome === "ok" ? "" : `: ${outcome}`}`);
}

/** Loads a page of a directory from a file server that knows nothing of packages; returns what the page logs first. */
async function inChromium(directory: string): Promise<string> {
  if (chromium === undefined) throw new Error("no Chromium was found; set CHROMIUM to its path");
  const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };
  const server = createServer((request, response) => {
    const path = join(directory, normalize(new URL(request.url ?? "/", "http://localhost").pathname).replace(/[\\/]$/, "/index.html"));
    try {
      const contents = readFileSync(path);
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(contents);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await browserType.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const logged = new Promise<string>((resolve, reject) => {
      page.on("console", (message) => (message.type() === "log" ? resolve(message.text()) : undefined));
      page.on("pageerror", reject);
      page.on("requestfailed", (request) => reject(new Error(`${request.url()} is not there`)));
      setTimeout(() => reject(new Error("the page logged nothing for half a minute")), 30_000).unref();
    });
    const [text] = await Promise.all([logged, page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)]);
    return text;
  } finally {
    await browser.close();
    server.close();
  }
}

try {
  const tarball = pack(workplace);
  const install = (directory: string, ...packages: string[]): string => {
    writeFileSync(join(directory, "package.json"), JSON.stringify({ private: true, type: "module" }));
    runIn(directory, "npm", ["install", "--silent", "--no-audit", "--no-fund", ...packages]);
    return join(directory, "node_modules");
  };
  /** An empty project with the package, and nothing that this repository has. */
  const project = (name: string): string => {
    const directory = inWorkplace(name);
    install(directory, tarball);
    writeFileSync(join(directory, "main.mjs"), program);
    return directory;
  };
  const tools = install(inWorkplace("tools"), ...TOOLS);
  const tool = (name: string): string => join(tools, ".bin", name);
  const versionOf = (name: string): string =>
    (JSON.parse(readFileSync(join(tools, name, "package.json"), "utf8")) as { version: string }).version;

  await attempt(
    "the quick start of the README",
    () => {
      const printed = runIn(inWorkplace("quick-start"), "sh", ["-ec", quickStart(tarball)]);
      return printed.trim().split("\n").at(-1) ?? "";
    },
    "12",
  );

  const plain = project("plain");
  for (const wanted of ["20", "latest"]) {
    const node = join(install(inWorkplace(`node-${wanted}`), `node@${wanted}`), ".bin", "node");
    await attempt(`Node ${runIn(plain, node, ["--version"]).trim()}`, () => runIn(plain, node, ["main.mjs"]));
  }
  await attempt(`Bun ${versionOf("bun")}`, () => runIn(plain, tool("bun"), ["main.mjs"]));
  await attempt(`Deno ${versionOf("deno")}`, () => runIn(plain, tool("deno"), ["run", "--allow-read", "main.mjs"]));

  const bundled = (name: string): string => join(plain, name, "main.mjs");
  await attempt(`esbuild ${versionOf("esbuild")}`, () => {
    runIn(plain, tool("esbuild"), ["main.mjs", "--bundle", "--minify", "--format=esm", `--outfile=${bundled("by-esbuild")}`]);
    return runIn(workplace, process.execPath, [bundled("by-esbuild")]);
  });
  await attempt(`webpack ${versionOf("webpack")}`, () => {
    const output = ["--output-path", join(plain, "by-webpack"), "--output-filename", "main.mjs"];
    runIn(plain, tool("webpack"), ["--mode", "production", "--entry", "./main.mjs", ...output]);
    return runIn(workplace, process.execPath, [bundled("by-webpack")]);
  });
  writeFileSync(join(plain, "index.html"), `<!doctype html><script type="module" src="/main.mjs"></script>`);
  await attempt(`vite ${versionOf("vite")}, its result in Chromium`, () => {
    runIn(plain, tool("vite"), ["build", "--logLevel", "error", "--outDir", "by-vite"]);
    return inChromium(join(plain, "by-vite"));
  });

  const served = project("served");
  const addressed = program
    .replace('"gradtape"', '"/node_modules/gradtape/dist/index.js"')
    .replace('"gradtape/math"', '"/node_modules/gradtape/dist/math.js"');
  writeFileSync(join(served, "index.html"), `<!doctype html><link rel="icon" href="data:,"><script type="module">${addressed}</script>`);
  await attempt("a plain <script type=module> in Chromium", () => inChromium(served));
} finally {
  rmSync(workplace, { recursive: true, force: true });
}
if (failed) process.exitCode = 1;
