import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { builtPlayground } from "../support/built.js";
import { type Host, launch, openWindow, serve } from "../support/pages.js";

// A link comes from anybody, and a server may send a stricter policy than the page's own.

let host: Host;
let browser: Browser;
/** What the server sends beside each file. */
let policy = "";

beforeAll(async () => {
  const folder = await builtPlayground();
  host = await serve(folder, { headers: () => (policy === "" ? {} : { "content-security-policy": policy }) });
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  host.close();
});

interface Opened {
  readonly page: Page;
  readonly errors: string[];
}

async function open(hash = "", prepare: (page: Page) => Promise<unknown> = async () => undefined): Promise<Opened> {
  const page = await openWindow(browser, { reducedMotion: "reduce" });
  onTestFinished(() => page.context().close());
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await prepare(page);
  await page.goto(`${host.address}#${hash}`);
  return { page, errors };
}

const settled = async (page: Page): Promise<void> => void (await page.waitForSelector("#page[aria-busy=false]", { state: "attached" }));

describe("the policy", () => {
  test("of the page lets its own scripts run, and nothing that is written into the page or evaluated", async () => {
    const { page, errors } = await open();
    await page.waitForSelector(".graph svg");
    expect(errors).toEqual([]);
    const reached = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.reached = 'inline'";
      document.body.append(script);
      const image = document.createElement("img");
      image.setAttribute("onerror", "window.reached = 'handler'");
      image.src = "data:,";
      document.body.append(image);
      try {
        // The page's own evaluation, not that of the tester.
        return new Promise((resolve) => {
          setTimeout("window.reached = 'text'", 0);
          setTimeout(() => resolve((window as unknown as { reached?: string }).reached ?? "nothing"), 100);
        });
      } catch {
        return "nothing";
      }
    });
    expect(reached).toBe("nothing");
  });

  test("of a server that allows no more than script-src 'self' leaves everything but the picture", async () => {
    policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:";
    onTestFinished(() => {
      policy = "";
    });
    const { page, errors } = await open();
    await settled(page);
    expect(await page.locator("#panel-tape tbody tr").count()).toBe(13);
    expect(await page.textContent("#panel-graph")).toContain("The picture needs WebAssembly");
    await page.click("#last");
    await expect.poll(() => page.locator("#panel-derivation math").count()).toBeGreaterThan(10);
    await page.click("#tab-training");
    await page.click("#one-step");
    expect(await page.textContent("#iteration")).toBe("1");
    // A browser tells of WebAssembly that is not allowed, and of nothing else.
    expect(errors.filter((error) => !/WebAssembly|wasm/i.test(error))).toEqual([]);
  });
});

describe("a run that takes forever", () => {
  /** In place of the worker one that never answers what `isEndless` says of. */
  const endless = (page: Page): Promise<unknown> =>
    page.route("**/worker.js", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: `addEventListener("message", ({ data }) => {
          while (data.state.source.includes("forever"));
          const found = { error: "done: " + data.state.source, variables: [], inferred: {}, repairs: [] };
          postMessage({ kind: "answer", values: data.state.values, found, picture: undefined });
        });
        postMessage("ready");`,
      }),
    );

  test("is stopped after a while, the page can be used meanwhile, and the next text is run", async () => {
    const { page } = await open("f=forever", endless);
    await page.waitForSelector("#stop");
    await page.click("#tab-training");
    await page.click("#one-step");
    expect(await page.textContent("#iteration")).toBe("1");
    await page.click("#tab-tape");
    await page.getByText("stopped after 5 seconds").first().waitFor();
    await page.fill("#loss", "x");
    await page.getByText("done: x").first().waitFor();
  });

  test("is stopped by hand, and what was typed meanwhile is run", async () => {
    const { page } = await open("f=forever", endless);
    await page.fill("#loss", "forever 2");
    await page.fill("#loss", "y");
    await page.waitForSelector("#stop");
    await page.click("#stop");
    await page.getByText("done: y").first().waitFor();
    expect(await page.locator("#stop").count()).toBe(0);
  });
});

test("a first text that cannot be read comes with a button", async () => {
  const { page, errors } = await open("f=2x%2B");
  await settled(page);
  await page.locator(".repair").first().click();
  await page.waitForSelector("#panel-tape tbody tr");
  // A text that is too long has no repair of its own.
  const long = await open(`f=x${"%2Bx".repeat(9000)}`);
  await settled(long.page);
  await long.page.getByText("Begin with an example").click();
  await long.page.waitForSelector("#panel-tape tbody tr");
  expect([...errors, ...long.errors]).toEqual([]);
});

describe("links from strangers", () => {
  const link = (parts: Readonly<Record<string, string>>): string => new URLSearchParams(parts).toString();
  const chain = (count: number, step: (x: string, i: number) => string): string =>
    [...Array.from({ length: count }, (_, i) => `a${i} = ${step(i === 0 ? "x" : `a${i - 1}`, i)}`), `L = sum(a${count - 1})`].join("\n");
  let page: Page;
  let errors: string[] = [];
  beforeAll(async () => {
    page = await openWindow(browser, { reducedMotion: "reduce" });
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(host.address);
    await settled(page);
  });

  const links: Readonly<Record<string, string>> = {
    "a text of a million characters": link({ f: `x${"+x".repeat(500_000)}` }),
    "a million lines": link({ f: "\n".repeat(1_000_000) }),
    "a hundred thousand accents": link({ f: `a${"\u0301".repeat(100_000)}` }),
    "thousands of variables": link({ f: Array.from({ length: 1500 }, (_, i) => `v${i}`).join("+") }),
    "thousands of arrows": link({ f: `sum(stack([${"x,".repeat(4000)}x]))` }),
    "a gigabyte of ones": link({ f: "sum(broadcastTo(x, [16384, 16384]))" }),
    "names with HTML": link({ f: "<img src=x onerror=alert(1)> + x", v: '{"<script>alert(1)</script>":1,"x":2}', by: "<b>" }),
    "half of a character": "f=%E0%A4%A",
    "thousands of given numbers": link({ f: "x = 1, ".repeat(1400) }),
    "a thousand rows": link({ f: `\\begin{align}${"x &= 1 \\\\".repeat(1000)}` }),
    "words without end": link({ f: "sum of the square root of ".repeat(350) }),
    "loops in loops": link({ f: "sum(x for x in x".repeat(600) }),
    "a billion parts": link({ f: "sum(split(x, 1000000000))" }),
    "fractions in fractions": link({ f: chain(40, (x) => `${x} / (1 + ${x})`), v: '{"x":0.5}' }),
    "powers of powers": link({ f: chain(24, (x, i) => `(${x} + y)^2 / (1 + ${x} * z) + ${i}`), v: "{}" }),
    "sums of quotients": link({ f: Array.from({ length: 30 }, (_, i) => `x/(1+y${i % 20})`).join("+"), v: "{}" }),
    "a long vector": link({ f: "sum(x)", v: JSON.stringify({ x: new Array(200_000).fill(1) }) }),
    "numbers at the edge": link({ f: "x * y", v: '{"x":1e308,"y":5e-324}' }),
    "deep lists": link({ f: "x", v: `{"x":${"[".repeat(200_000)}${"]".repeat(200_000)}}` }),
    "a hundred thousand points": link({ tab: "training", placed: "1 1 1 ".repeat(100_000).trim() }),
    "a curve of a hundred thousand steps": link({
      tab: "training",
      w: "100001 0 0 0",
      curve: Array.from({ length: 100_000 }, (_, i) => `${i} ${Math.sin(i)}`).join(" "),
    }),
    "weights at the edge": link({ tab: "training", w: "1 1e308 -1e308 1e308", method: "newton", rate: "1e308", l2: "1e308" }),
  };

  test.each(Object.keys(links))("%s: the page can be used", async (name) => {
    errors = [];
    await page.evaluate((hash) => {
      location.hash = hash;
    }, links[name]);
    await page.click("#tab-training");
    await page.click("#one-step");
    await page.click("#tab-tape");
    await settled(page);
    await page.fill("#loss", "u * v");
    await settled(page);
    await expect.poll(() => page.locator("#panel-tape th[scope=row]").allTextContents()).toEqual(["u", "v", "v1"]);
    expect(errors).toEqual([]);
  });
});
