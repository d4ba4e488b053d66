import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { builtSite } from "../support/built.js";
import { type Host, launch, openWindow, serve, violationsOf } from "../support/pages.js";

let site: string;
let host: Host;
let browser: Browser;
let page: Page;
/** What the page complains of. */
let complaints: string[] = [];

beforeAll(async () => {
  site = await builtSite();
  // A static host that has the site under some path.
  host = await serve(site, { path: "/some/where/" });
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  host.close();
});

afterEach(async () => {
  await page.evaluate("localStorage.clear()");
  // Whatever still runs ends with the page.
  await page.goto("about:blank");
  expect(complaints).toEqual([]);
  complaints = [];
});

const served = (name: string): string => host.address + name;

/** By their settings, since a window that has shown the site opens its next page in half the time of a new one. */
const windows = new Map<string, Page>();

async function newWindow(settings: BrowserContextOptions): Promise<Page> {
  const page = await openWindow(browser, { viewport: { width: 1280, height: 900 }, ...settings });
  // A browser does not take an icon from another file of a folder; a script of TypeDoc puts them into the page then.
  const isOfIcons = (text: string): boolean => text.includes("/icons.svg");
  page.on("console", (message) => {
    if (!isOfIcons(message.text())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return page;
}

/** Opens a page of the site as it was built: from the host, or from its file. */
async function open(
  name: string,
  { fromFile = false, ...settings }: BrowserContextOptions & { readonly fromFile?: boolean } = {},
): Promise<void> {
  const key = JSON.stringify(settings);
  page = windows.get(key) ?? (await newWindow(settings));
  windows.set(key, page);
  await page.goto(fromFile ? pathToFileURL(join(site, name)).href : served(name));
}

const chapter = (name: string): string => `documents/${name}.html`;

/** The bar of a block, counted from 0. */
const bar = (block: number) => page.locator(".live-bar").nth(block);
const output = (block: number) => page.locator(".live-output").nth(block);

async function expectAccessible(within = ".tsd-typography"): Promise<void> {
  expect(await violationsOf(page, within)).toEqual([]);
}

async function expectNoWiderThanScreen(): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
}

describe("The first page", () => {
  test("moves by itself, runs its code, and leads to the playground, the course and the guide", async () => {
    await open("index.html");
    const count = page.locator(".hero .live-count");
    await expect.poll(() => count.textContent()).toMatch(/^[2-9] \/ 9$/);
    await bar(0).locator(".live-run").click();
    await expect.poll(() => output(0).textContent()).toBe("12\n");
    await bar(1).locator(".live-run").click();
    await expect.poll(() => output(1).textContent()).toBe("An hour multiplies them by 3.87\n");
    for (const [name, address] of [
      ["Learn", /1-the-chain-rule-by-hand\.html$/],
      ["Install", /README\.html#use-it$/],
      ["Try it", /playground\/index\.html$/],
    ] as const) {
      await page.goto(served("index.html"));
      await page.locator(".button", { hasText: name }).click();
      await page.waitForURL(address);
    }
    await page.waitForSelector(".graph svg");
  });

  test("stands still for those who want no motion, and can be read on a phone, in the dark, and by axe", async () => {
    for (const [width, colorScheme] of [
      [390, "light"],
      [1280, "dark"],
    ] as const) {
      await open("index.html", { viewport: { width, height: 850 }, colorScheme, reducedMotion: "reduce" });
      await page.locator(".live-ready").waitFor();
      expect(await page.locator(".hero .live-run").first().textContent()).toContain("Run");
      expect(await page.locator(".hero .live-transport .live-run").textContent()).toBe("Play");
      await expectNoWiderThanScreen();
      await expectAccessible("main");
    }
    await open("index.html", { javaScriptEnabled: false });
    expect(await page.locator(".hero svg.live-graph").isVisible()).toBe(true);
  });
});

describe("A block of code", () => {
  test("runs with those before it, is edited, and goes back to what it was", async () => {
    await open(chapter("3-the-real-engine"));
    expect(await output(0).textContent()).toContain("-0.4501660026875221");
    await bar(0).locator(".live-edit").click();
    const editor = page.locator(".live-editor .cm-content");
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("\nconst twice: number = grad((t: Tensor) => t.pow(3))(2).item();\nconsole.log('edited', twice);");
    await page.keyboard.press("Control+Enter");
    await output(0).getByText("edited 12").waitFor();
    await bar(0).locator(".live-reset").click();
    await bar(0).locator(".live-run").click();
    await output(0).getByText("edited").waitFor({ state: "detached" });
    await output(0).getByText("-0.4501660026875221").waitFor();
  });

  test("shows a tape as a table, and a derivation as formulas, with the text at hand", async () => {
    await open(chapter("3-the-real-engine"));
    await bar(2).locator(".live-run").click();
    await output(2).locator("tr.turn").waitFor();
    expect(await output(2).locator("tbody tr:not(.turn)").count()).toBe(21);
    await bar(3).locator(".live-run").click();
    await output(3).locator("math").first().waitFor();
    expect(await output(3).locator(".live-verdict").textContent()).toContain("grad gives the same");
    await output(3).locator("summary").click();
    expect(await output(3).locator(".live-text pre").textContent()).toContain("∂L/∂w = (ŷ − y)/(ŷ(1 − ŷ)) · ŷ(1 − ŷ) · x  insert");
    await expectAccessible();
  });

  test("says which line is wrong, for types of errors that the stripper, the engine and the library find", async () => {
    await open(chapter("1-the-chain-rule-by-hand"));
    await bar(1).locator(".live-edit").click();
    const write = async (code: string): Promise<void> => {
      await page.locator(".live-editor .cm-content").click();
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText(code);
      await page.keyboard.press("Control+Enter");
    };
    await write("const a = 1;\nconst b = );");
    await output(1)
      .getByText(/^Line 2: Unexpected token/)
      .waitFor();
    await write("const a = 1;\n\nconst x = 2;");
    await output(1)
      .getByText(/already been declared/)
      .waitFor();
    await write("const a = 1;\n\nnothing(a);");
    await output(1).getByText("Line 3: ReferenceError: nothing is not defined").waitFor();
    await write('import { tensor } from "gradtape";\nconsole.log("before");\ntensor([[1], [1, 2]]);');
    await output(1)
      .getByText(/^Line 3: .*Error: tensor/)
      .waitFor();
    expect(await output(1).textContent()).toContain("before");
  });

  test("is stopped where it never ends", async () => {
    await open(chapter("1-the-chain-rule-by-hand"));
    await bar(1).locator(".live-edit").click();
    await page.locator(".live-editor .cm-content").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText("console.log('going');\nfor (;;);");
    await bar(1).locator(".live-run").click();
    await bar(1).getByText("Stop").waitFor();
    await output(1).getByText("going").waitFor();
    await bar(1).getByText("Stop").click();
    await bar(1).getByText("▶ Run").waitFor();
    await bar(1).getByText("▶ Run").click();
    await output(1)
      .getByText(/Stopped: it ran for 10 seconds/)
      .waitFor();
  });

  test("leaves the page as it is, whatever it does", async () => {
    await open(chapter("1-the-chain-rule-by-hand"));
    await bar(0).locator(".live-edit").click();
    const programs = [
      ["prints without end", "for (let i = 0; ; i++) console.log(i);", /12499\s*Line 1: Error: This program prints or draws more than/],
      ["prints empty lines without end", 'for (;;) console.log("");', /prints or draws more than/],
      ["prints a text that no page holds", 'console.log("x".repeat(1e8));', /prints or draws more than/],
      ["draws a million points", "plot(Array.from({ length: 1e6 }, (_, i) => i));", /prints or draws more than/],
      ["throws null", "throw null;", /^thrown: null$/],
      [
        "throws what cannot be looked at",
        "throw new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; }, getPrototypeOf() { throw 3; } });",
        /^thrown: something that cannot be shown$/,
      ],
      [
        "throws an error without a message",
        'throw Object.defineProperty(new Error(), "message", { get() { throw 1; } });',
        /cannot be shown$/,
      ],
      ["throws a book", 'throw new Error("y".repeat(1e8));', /^Line 1: Error: y{1900,2000} …$/],
      [
        "forgets a promise that fails",
        'Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 2000));',
        /^Line 1: Error: lost$/,
      ],
      ["talks past its console", "postMessage(null); for (;;);", /sent its page something that is no output/],
      ["talks of another block", 'postMessage({ kind: "shown", block: 99, shown: { kind: "text", text: "" } }); for (;;);', /no output/],
      ["forges a tape", 'postMessage({ kind: "shown", block: 0, shown: { kind: "tape", text: "" } }); for (;;);', /no output/],
      ["imports another module", 'import fs from "fs"; console.log(fs);', /A page can import gradtape and gradtape\/math, got fs/],
      ["fetches", 'await fetch("https://example.org/");', /Failed to fetch/],
      ["evaluates a text", 'eval("1 + 1");', /EvalError/],
      ["looks for the page", "console.log(typeof document, typeof parent, typeof localStorage);", /^undefined undefined undefined\s*$/],
      ["is no program", "(".repeat(100_000), /Maximum call stack|Unexpected token/],
    ] as const;
    for (const [what, code, says] of programs) {
      await page.locator(".live-editor .cm-content").click();
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText(code);
      await bar(0).locator(".live-run").click();
      await expect.poll(() => output(0).textContent(), { message: `a program that ${what}` }).toMatch(says);
      await bar(0).getByText("▶ Run").waitFor();
    }
  });

  test("compiles to the machine in its worker, in a page that was opened from a folder as well", async () => {
    await open(chapter("7-compile"), { fromFile: true });
    await bar(1).locator(".live-run").click();
    await expect.poll(() => output(1).textContent()).toContain("instructions");
    expect(await output(1).textContent()).toContain("MatMul(X, w)");
  });
});

describe("An exercise", () => {
  test("judges a formula, has a hint and an answer, and runs code behind the chapter", async () => {
    await open(chapter("1-the-chain-rule-by-hand"));
    const first = page.locator(".live-answer").filter({ hasText: "∂L/∂w" });
    const say = async (text: string): Promise<string> => {
      await first.locator("input").fill(text);
      await first.locator("input").press("Enter");
      return (await first.locator(".live-judged").textContent()) ?? "";
    };
    expect(await say("(ŷ − y)x")).not.toBe("Right.");
    expect(await say("-2(ŷ - y) * ŷ(1 - ŷ) * x")).toBe("Right up to the sign.");
    expect(await say("2x * (ŷ - y) * ŷ * (1 - ŷ)")).toBe("Right.");
    await page.locator("summary", { hasText: "Hint" }).first().click();
    await page.getByText("Only the first factor changes").waitFor();
    await expectAccessible();

    await open(chapter("2-a-tape-in-60-lines"));
    const exercise = page.locator(".live-exercise");
    await exercise.getByText("Write your answer here").click();
    await exercise.getByText("Check", { exact: true }).click();
    await exercise.getByText(/Not yet: at z = -3 the gradient should be/).waitFor();
    await exercise.locator(".cm-content").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(`const Exp: Op = { name: "Exp", value: Math.exp, slopes: (e) => [e] };
const Div: Op = { name: "Div", value: (x, y) => x / y, slopes: (q, _, y) => [1 / y, -q / y] };`);
    await exercise.getByText("Check", { exact: true }).click();
    await exercise.getByText("Right.").waitFor();
  });
});

describe("A figure", () => {
  test("of a network is seen learning", async () => {
    await open(chapter("10-a-network"));
    const figure = page.locator(".live-train");
    expect(await figure.locator(".live-answer").textContent()).toContain("Step 0");
    await figure.locator(".live-run").click();
    await expect.poll(() => figure.locator(".live-answer").textContent()).toMatch(/Step \d{3,}: .* on the points held back (9[5-9]|100)/);
    await figure.getByText("Pause").click();
    await expectAccessible();
  });

  test("of a slope follows the slider, with the numbers of the tape", async () => {
    await open(chapter("1-the-chain-rule-by-hand"));
    const figure = page.locator(".live-slope");
    expect(await figure.locator(".live-answer").textContent()).toContain("slope ∂L/∂w = −0.321");
    await figure.locator("input").fill("-2");
    expect(await figure.locator(".live-answer").textContent()).toMatch(/At w = −2: L = 1\.784, slope ∂L\/∂w = −0\.6656/);
    await expectAccessible();
  });

  test("of a tape steps to the gradient, and opens in the playground", async () => {
    await open(chapter("1-the-chain-rule-by-hand"));
    const figure = page.locator(".live-tape");
    const on = figure.getByLabel("One step on");
    while (await on.isEnabled()) await on.click();
    expect(await figure.locator(".live-moment").textContent()).toContain("∂L/∂w = −0.321");
    const link = (await figure.locator(".live-open").getAttribute("href")) as string;
    await page.goto(new URL(link, page.url()).href);
    await page.waitForSelector(".graph svg");
    expect(await page.locator("#loss").inputValue()).toContain("ŷ = sigmoid(z)");
  });

  test("of Newton’s method beside gradient descent tells their steps", async () => {
    await open(chapter("5-gradients-of-gradients"));
    const answer = page.locator(".live-descent .live-answer");
    await page.locator(".live-descent input").first().fill("1.3");
    expect(await answer.textContent()).toMatch(/It (oscillates|diverges)/);
    await page.locator(".live-descent input").first().fill("-1.3");
    expect(await answer.textContent()).toContain("It crawls");
    expect(await answer.textContent()).toMatch(/Newton’s method needs \d steps/);
  });

  test("of lost digits, of nudges and of a fitted curve answer", async () => {
    await open(chapter("6-numerics"));
    await page.locator(".live-complement input").fill("38");
    expect(await page.locator(".live-complement .live-answer").textContent()).toContain("1 − ŷ is exactly 0");
    await page.locator(".live-nudge input").fill("-14");
    expect(await page.locator(".live-nudge .live-answer").textContent()).toContain("the subtraction cancels them");
    await open(chapter("8-a-model-from-data-to-report"));
    const answer = page.locator(".live-logistic .live-answer");
    expect(await answer.textContent()).toContain("slope 1.505 ± 0.629");
    await page.locator(".live-logistic .point").first().press("Enter");
    expect(await answer.textContent()).not.toContain("slope 1.505");
    await expectAccessible();
  });
});

test("The gallery steps through each example, and writes a loss as a program for another library", async () => {
  await open(chapter("gallery"));
  for (const on of await page.getByLabel("To the end").all()) await on.click();
  await expect
    .poll(async () => (await page.locator(".live-moment").allTextContents()).filter((text) => text.includes("Done")).length, {})
    .toBe(await page.locator(".live-tape").count());
  const figure = page.locator(".live-export");
  expect(await figure.locator("pre").textContent()).toContain("    ŷ = torch.sigmoid(z)");
  await figure.locator("textarea").fill("L = mean((a * b)²)");
  await figure.locator("select").selectOption("JAX");
  expect(await figure.locator("pre").textContent()).toContain("jax.value_and_grad(loss)");
  await expectAccessible();
});

test("A derivation that is typed is checked line by line, and a classic mistake is named", async () => {
  await open(chapter("1-the-chain-rule-by-hand"));
  const figure = page.locator(".live-derivation");
  await figure.getByText("Check my derivation").click();
  await figure.getByText("Every line is true.").waitFor();
  await figure.locator("textarea").fill("∂L/∂ŷ = (ŷ - y)/(ŷ(1 - ŷ))\n∂L/∂w = 2(ŷ - y)x");
  await figure.getByText("Check my derivation").click();
  await figure.getByText("Line 2 is the first that is not true.").waitFor();
  expect(await figure.locator("li.first .hint").textContent()).toContain("2");
  await figure.getByText("a sign lost in ln(1 − ŷ)").click();
  await figure.getByText("Line 1 is the first that is not true.").waitFor();
  await expectAccessible();
});

test("On a phone no live page is wider than the screen, and in the dark it can be read", async () => {
  for (const name of ["1-the-chain-rule-by-hand", "5-gradients-of-gradients", "6-numerics", "8-a-model-from-data-to-report"]) {
    await open(chapter(name), { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    await page.locator(".live-ready").first().waitFor();
    await expectNoWiderThanScreen();
    await expectAccessible();
  }
  await open(chapter("2-a-tape-in-60-lines"));
});

test("Without JavaScript a page is its text, with no button and no empty frame", async () => {
  await open(chapter("1-the-chain-rule-by-hand"), { javaScriptEnabled: false });
  expect(await page.locator(".live-bar").count()).toBe(0);
  expect(await page.locator(".live-slope").isVisible()).toBe(false);
  expect(await page.locator(".live-tape svg").isVisible()).toBe(true);
  expect(await page.locator("pre").filter({ hasText: "factors      -1.670320" }).isVisible()).toBe(true);
});
