// What tests of pages share: a browser, a host of files, and the verdict of axe.
import { readFileSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium as browserType, type Page } from "playwright";
import { chromium, PATIENCE } from "../setup/installed.js";

export const launch = (): Promise<Browser> =>
  browserType.launch({ executablePath: chromium as string, args: ["--no-sandbox", "--disable-background-networking"] });

/** A window of its own, in which one waits as long as may be needed where others are at work. */
export async function openWindow(browser: Browser, settings: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(settings);
  context.setDefaultTimeout(PATIENCE);
  return context.newPage();
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export interface Host {
  /** Of the folder, with a slash at its end. */
  readonly address: string;
  close(): void;
}

/** A static host that has the files of a folder under some path; `headers` are asked for with each file. */
export async function serve(
  folder: string,
  { path = "/", headers = () => ({}) }: { readonly path?: string; readonly headers?: () => OutgoingHttpHeaders } = {},
): Promise<Host> {
  const server = createServer(({ url = "" }, response) => {
    const name = decodeURIComponent(url.slice(path.length).replace(/[?#].*$/, ""));
    const file = join(folder, name === "" ? "index.html" : name);
    try {
      const content = readFileSync(file);
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { ...headers(), "content-type": type, "cache-control": "max-age=3600" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, close: () => server.close() };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds within an element of a page, a line for each rule that is broken. */
export async function violationsOf(page: Page, within: string): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe);
  // It reads styles by their addresses, which a page from a folder may not.
  const options = { resultTypes: ["violations"], preload: page.url().startsWith("http") };
  const run = `axe.run(${JSON.stringify({ include: [within] })}, ${JSON.stringify(options)})`;
  const { violations } = (await page.evaluate(run)) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}
