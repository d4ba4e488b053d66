import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { chromium as browserType } from "playwright";
import { beforeAll, describe, expect, test } from "vitest";
import { chromium } from "../setup/installed.js";
import { builtPackage } from "../support/built.js";
import { root } from "../support/root.js";
import { runIn } from "./pack.js";

// Threads out of the package as it would be published: in Node, and in pages, plain and bundled.

/** Says how many threads there are, and whether results stay the same while they take part. */
const program = `
const n = 30_000;
const X = tensor(Float64Array.from({ length: 30 * n }, (_, i) => Math.sin(i)), [n, 30]);
const y = tensor(Float64Array.from({ length: n }, (_, i) => i % 2));
const w = tensor(Float64Array.from({ length: 30 }, (_, i) => Math.cos(i)));
const f = valueAndGrad((w) => binaryCrossEntropyWithLogits(X.matmul(w), y));
const count = await startThreads(2);
const step = compile(f);
const digits = () => step(w).map((x) => x.data.join()).join();
const first = digits();
let same = true;
for (let i = 0; i < 20; i++) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  same &&= digits() === first;
}
const difference = Math.abs(step(w)[0].item() - f(w)[0].item());
const result = [count, same, difference < 1e-13].join();
`;
const names = "binaryCrossEntropyWithLogits, compile, tensor, valueAndGrad";
const imports = `import { ${names} } from "gradtape";\nimport { startThreads } from "gradtape/threads";`;

let folder: string;
let installed: string;
beforeAll(async () => {
  const { project } = await builtPackage();
  installed = join(project, "node_modules", "gradtape");
  folder = join(project, "threads");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
}, 300_000);

test("Node has them, and ends though they were not stopped", () => {
  writeFileSync(join(folder, "main.js"), `${imports}${program}console.log(result);`);
  expect(runIn(folder, process.execPath, ["main.js"]).trim()).toBe("2,true,true");
});

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

/** Serves a folder; with isolation, so that pages may share memory with their workers, or without. */
async function serve(files: string, isolated: boolean): Promise<Server> {
  const headers = isolated ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" } : {};
  const server = createServer(({ url = "/" }, response) => {
    try {
      const path = join(files, url === "/" ? "index.html" : url);
      const text = readFileSync(path);
      response.writeHead(200, { ...headers, "content-type": types[extname(path)] ?? "text/plain" }).end(text);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** The title that a page gives itself. */
async function titleOf(files: string, isolated: boolean): Promise<string> {
  const server = await serve(files, isolated);
  const browser = await browserType.launch({
    executablePath: chromium as string,
    args: ["--no-sandbox", "--disable-background-networking"],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => document.title !== "", undefined, { timeout: 60_000 });
    return await page.title();
  } finally {
    await browser.close();
    server.close();
  }
}

const page = (script: string): string => `<!doctype html><script type="module">${script}</script>`;

describe.skipIf(chromium === undefined)("pages", () => {
  test.each([
    ["that are isolated have them", true, "2,true,true"],
    ["that are not have one", false, "1,true,true"],
  ])("%s: from files, without a bundler", async (_, isolated, expected) => {
    const files = join(folder, `plain ${isolated}`);
    cpSync(join(installed, "dist"), join(files, "dist"), { recursive: true });
    const here = imports.replace('"gradtape"', '"./dist/index.js"').replace('"gradtape/threads"', '"./dist/threads.js"');
    writeFileSync(join(files, "index.html"), page(`${here}${program}document.title = result;`));
    expect(await titleOf(files, isolated)).toBe(expected);
  });

  test("bundled by vite", async () => {
    const files = join(folder, "vite");
    mkdirSync(files, { recursive: true });
    writeFileSync(join(files, "main.js"), `${imports}${program}document.title = result;`);
    writeFileSync(join(files, "index.html"), '<!doctype html><script type="module" src="./main.js"></script>');
    runIn(files, process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"]);
    expect(await titleOf(join(files, "dist"), true)).toBe("2,true,true");
  });
});
