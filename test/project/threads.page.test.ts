import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtPackage } from "../support/built.js";
import { launch, openWindow, serve } from "../support/pages.js";
import { root } from "../support/root.js";
import { runIn } from "./pack.js";
import { imports, program } from "./threads-program.js";

// Threads out of the package as it would be published, in pages, plain and bundled.

let folder: string;
let installed: string;
let browser: Browser;
beforeAll(async () => {
  const { project } = await builtPackage();
  installed = join(project, "node_modules", "gradtape");
  folder = join(project, "threads in pages");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  browser = await launch();
});

afterAll(() => browser.close());

/** The title that a page gives itself; with isolation, so that pages may share memory with their workers, or without. */
async function titleOf(files: string, isolated: boolean): Promise<string> {
  const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const host = await serve(files, { headers: () => (isolated ? isolation : {}) });
  const page = await openWindow(browser);
  try {
    await page.goto(host.address);
    await page.waitForFunction(() => document.title !== "", undefined);
    return await page.title();
  } finally {
    await page.context().close();
    host.close();
  }
}

const pageWith = (script: string): string => `<!doctype html><script type="module">${script}</script>`;

test.each([
  ["a page that is isolated has them", true, "2,true,true"],
  ["one that is not has one", false, "1,true,true"],
])("%s: from files, without a bundler", async (_, isolated, expected) => {
  const files = join(folder, `plain ${isolated}`);
  cpSync(join(installed, "dist"), join(files, "dist"), { recursive: true });
  const here = imports.replace('"gradtape"', '"./dist/index.js"').replace('"gradtape/threads"', '"./dist/threads.js"');
  writeFileSync(join(files, "index.html"), pageWith(`${here}${program}document.title = result;`));
  expect(await titleOf(files, isolated)).toBe(expected);
});

test("a page that vite has bundled has them", async () => {
  const files = join(folder, "vite");
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, "main.js"), `${imports}${program}document.title = result;`);
  writeFileSync(join(files, "index.html"), '<!doctype html><script type="module" src="./main.js"></script>');
  runIn(files, process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"]);
  expect(await titleOf(join(files, "dist"), true)).toBe("2,true,true");
});
