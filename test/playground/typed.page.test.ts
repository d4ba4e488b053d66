import { pathToFileURL } from "node:url";
import { parseMath } from "gradtape/math";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accepted, refused, squeezed } from "../formulas/typed.js";
import { builtPlayground } from "../support/built.js";
import { launch, openWindow } from "../support/pages.js";

// Sixty of the texts in test/formulas/typed.ts, typed into the page.

let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  const folder = pathToFileURL(await builtPlayground()).href;
  browser = await launch();
  page = await openWindow(browser, { reducedMotion: "reduce" });
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${folder}/index.html#step=0`);
  await page.waitForSelector(".graph svg");
});

afterAll(() => browser.close());

async function type(text: string): Promise<void> {
  await page.fill("#loss", text);
  await page.waitForSelector("#page[aria-busy=false]");
}

const everyNth = <T>(list: readonly T[], count: number): T[] =>
  list.filter((_, i) => Math.floor((i * count) / list.length) !== Math.floor(((i - 1) * count) / list.length));

test("forty texts are run as they are typed", async () => {
  const scalars = accepted.filter(([text, value]) => typeof value === "number" && parseMath(text).variables.length > 0);
  const texts = everyNth(scalars, 40);
  expect(texts.length).toBeGreaterThanOrEqual(40);
  for (const [text] of texts) {
    await type(text);
    // A vector that nothing sums is one click away from a number.
    if ((await page.locator("#problem p").count()) > 0) {
      expect(await page.textContent("#problem"), text).toContain("must be a single number");
      await page.locator(".repair").first().click();
      await page.waitForSelector("#page[aria-busy=false]");
    }
    await expect.poll(() => page.locator("#problem p").count(), { message: text }).toBe(0);
  }
  expect(complaints).toEqual([]);
});

test("twenty others are refused with what to write; one click writes it, and one more brings the text back", async () => {
  const texts = everyNth(
    refused.filter(([text, , offers]) => offers.length > 0 && !/=|lambda|return|\n|∂/.test(text)),
    20,
  );
  expect(texts.length).toBeGreaterThanOrEqual(20);
  for (const [text, says, [first]] of texts) {
    await type(text);
    await expect.poll(() => page.textContent("#problem"), { message: text }).toMatch(says);
    await page.locator(".repair").first().click();
    expect(squeezed(await page.inputValue("#loss")), text).toBe(squeezed(first));
    await page.click("#undo-text");
    expect(await page.inputValue("#loss")).toBe(text);
  }
  expect(complaints).toEqual([]);
});
