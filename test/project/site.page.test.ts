import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtSite } from "../support/built.js";
import { launch, openWindow } from "../support/pages.js";

// The site, opened from its folder.

let site: string;
let browser: Browser;
let failed: string[] = [];

beforeAll(async () => {
  site = await builtSite();
  browser = await launch();
});

afterAll(() => browser.close());

async function newPage(width: number, height: number): Promise<Page> {
  const page = await openWindow(browser, { viewport: { width, height } });
  failed = [];
  // A browser does not take an icon from another file of a folder; a script of TypeDoc puts them into the page then.
  page.on("requestfailed", (request) => {
    const aside = /\/(icons|favicon)\.svg$/.test(request.url()) || request.isNavigationRequest(); // waitForURL looks at those
    if (!aside) failed.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("pageerror", (error) => failed.push(String(error)));
  return page;
}

const addressOf = (name: string): string => pathToFileURL(join(site, name)).href;

test("no page is wider than a phone", async () => {
  const page = await newPage(390, 844);
  const documents = readdirSync(join(site, "documents")).filter((name) => name.endsWith(".html"));
  expect(documents.length).toBeGreaterThan(30);
  const wide: string[] = [];
  for (const name of ["index.html", ...documents.map((document) => join("documents", document))]) {
    await page.goto(addressOf(name));
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (excess > 0) wide.push(`${name}: ${excess}`);
  }
  expect(wide, "see docs/site.css, or cut a line of the page").toEqual([]);
  expect(failed).toEqual([]);
});

test("the first page, the sidebar, the search and the way to the playground work", async () => {
  const page = await newPage(1280, 800);
  await page.goto(addressOf("index.html"));
  await page.locator(".top a", { hasText: "Guide" }).click();
  await page.waitForURL(/README\.html$/);
  await page.locator(".tsd-navigation summary", { hasText: "Learn" }).first().click();
  const icon = page.locator(".tsd-navigation a svg use").first();
  expect(await icon.evaluate((use) => (use as SVGUseElement).getBBox().width)).toBeGreaterThan(10);
  await page.locator(".tsd-navigation a", { hasText: "A tape in" }).first().click();
  await page.waitForURL(/2-a-tape-in-60-lines\.html$/);
  await page.locator("#tsd-search-trigger").click();
  await page.locator("#tsd-search-input").fill("hessian");
  await page.locator("#tsd-search-results a", { hasText: "hessian" }).first().click();
  await page.waitForURL(/functions\/gradtape\.hessian\.html/);
  for (const [words, name] of [
    ["backprop", "grad"],
    ["concatenate", "concat"],
    ["hinge", "relu"],
  ]) {
    await page.locator("#tsd-search-trigger").click();
    await page.locator("#tsd-search-input").fill(words);
    await page
      .locator("#tsd-search-results a", { hasText: new RegExp(`${name}$`) })
      .first()
      .waitFor();
    await page.keyboard.press("Escape");
  }
  await page.goto(addressOf(join("functions", "gradtape.sigmoid.html")));
  expect(await page.locator("#gradient ~ math").isVisible()).toBe(true);
  await page.getByText("Step through its tape in the playground").click();
  await page.waitForURL(/playground\/index\.html#f=L\+%3D\+sigmoid/);
  expect(failed).toEqual([]);
});
