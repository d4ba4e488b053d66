import { pathToFileURL } from "node:url";
import { binaryCrossEntropyWithLogits, grad, minimize, type Tensor, tensor, valueAndGrad } from "gradtape";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { examples } from "../../docs/playground/examples.js";
import { codeOf, type Target } from "../../docs/playground/export.js";
import { type Run, runOf } from "../../docs/playground/run.js";
import { fromHash, initialTraining } from "../../docs/playground/state.js";
import { formatNumber, formatTensor } from "../../docs/playground/text.js";
import { Model, objective } from "../../docs/playground/training/model.js";
import { pointsOf } from "../../docs/playground/training/points.js";
import { type Details, detailsOf } from "../../docs/playground/worker/details.js";
import { shownOf } from "../../docs/playground/worker/shown.js";
import { builtPlayground } from "../support/built.js";
import { launch, openWindow, violationsOf } from "../support/pages.js";

let folder: string;
let address: string;
let browser: Browser;
/** One window serves all tests, since a new one reads two megabytes of program anew. */
let page: Page;
/** What the page complains of, or wants from outside. */
let complaints: string[];

beforeAll(async () => {
  folder = pathToFileURL(await builtPlayground()).href;
  address = `${folder}/index.html`;
  browser = await launch();
  await newWindow({ viewport: { width: 1280, height: 800 } });
  await load();
});

afterAll(() => browser.close());

beforeEach(async () => {
  complaints = [];
  await page.mouse.move(0, 0);
});

afterEach(() => {
  expect(complaints).toEqual([]);
});

type Settings = Pick<BrowserContextOptions, "viewport" | "colorScheme">;

async function newWindow(settings: Settings): Promise<void> {
  // What moves all the time would keep a processor busy.
  page = await openWindow(browser, {
    ...settings,
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(folder) && !/^(data|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
}

/** Does something in a window of its own. */
async function inWindow(settings: Settings, body: () => Promise<void>): Promise<void> {
  const usual = page;
  await newWindow(settings);
  try {
    await body();
  } finally {
    await page.context().close();
    page = usual;
  }
}

/** Loads the page as it was built, from its file, without a server. */
async function load(): Promise<void> {
  await page.goto(address);
  await page.waitForSelector(".graph svg");
  await settled();
}

let visits = 0;

/** Goes to an address of the page, as a link does. It is loaded once; the number, which it does not read, makes each address another. */
async function open(hash = ""): Promise<void> {
  if (!page.url().startsWith(address)) await load();
  await page.evaluate(`new Promise((done) => {
    document.activeElement.blur();
    scrollTo(0, 0);
    addEventListener("hashchange", () => done(), { once: true });
    location.hash = ${JSON.stringify(`${hash}&visit=${++visits}`)};
  })`);
  await page.waitForSelector(hash.includes("tab=training") ? "#plane" : ".graph svg");
  await settled();
}

/** Waits until a text in JavaScript is true of the page. The page's policy lets a browser's tester evaluate, but not a page's function. */
const until = (expression: string): Promise<void> => expect.poll(() => page.evaluate(expression), { interval: 20 }).toBe(true);

/** Waits until what was changed has been run, and its derivation is there. */
const settled = async (): Promise<void> => void (await page.waitForSelector("#page[aria-busy=false][data-late=false]"));

/** The run that the library makes in Node of what an address says. */
function runInNode(hash: string): Run {
  const run = runOf(fromHash(hash));
  if ("error" in run) throw new Error(run.error);
  return run;
}

const detailsInNode = (run: Run): Details => detailsOf(run, shownOf(run).structure, 0);

const texts = async (selector: string): Promise<string[]> => {
  await settled();
  return page.locator(selector).evaluateAll((elements) => elements.map((element) => (element.textContent ?? "").trim()));
};

/** The state in the address, once it has been written. */
async function sharedHash(): Promise<string> {
  await page.click("#share");
  // Of two browsers at once only one may write to the clipboard; the address is written in any case.
  await page.getByText(/^The (?:link is copied|address of this page is the link)\.$/).waitFor();
  return new URL(page.url()).hash.slice(1);
}

/** Columns of the tape's table against the same run in Node. */
async function expectTape(run: Run, step: number): Promise<void> {
  const moment = run.moments[step];
  const values = [...run.tape.inputs, ...run.tape.nodes.map(({ output }) => output)];
  // Of a value that is used twice the sum stands behind its parts.
  const found = await texts("#panel-tape tbody td.cotangent");
  expect(
    found.map((text) =>
      text
        .replace(/ so far$/, "")
        .split(" = ")
        .at(-1),
    ),
  ).toEqual(
    values.map((x) => {
      const g = moment.cotangents.get(x);
      return g === undefined ? "" : formatTensor(g);
    }),
  );
  expect(await texts("#panel-tape tbody td.number:not(.cotangent)")).toEqual(
    values.map((x, i) => (i - run.tape.inputs.length < moment.computed ? formatTensor(x) : "")),
  );
  expect((await page.textContent("#title"))?.trim()).not.toBe("");
}

describe("The tape", () => {
  test("opens with the derivation's example at its first step, all views made of one tape", async () => {
    const run = runInNode("");
    await expectTape(run, 0);
    expect(await page.locator("#panel-derivation math").count()).toBe(0);
    await page.click("#last");
    expect(await page.locator("#panel-graph g.node").count()).toBe(run.tape.nodes.length + run.tape.inputs.length);
    expect((await texts("#panel-graph g.node.op .name")).sort()).toEqual(run.tape.nodes.map(({ output }) => run.name(output)).sort());
    const { derivation } = detailsInNode(run);
    expect(await page.locator("#panel-derivation math").count()).toBe(derivation.steps.length);
    expect(await texts("#panel-derivation .verdict")).toEqual([derivation.verdict]);
    expect(await page.textContent("#result")).toBe(`∂L/∂W = ${formatTensor(run.gradient)}`);
    expect(await page.locator("#hint").textContent()).toContain("∂L/∂W is (ŷ − y)x");
  });

  test("steps forward and backward by keys, with the numbers of the library, and back in time", async () => {
    await open();
    const run = runInNode("");
    await page.keyboard.press("Home");
    await expectTape(run, 0);
    for (let step = 1; step < run.moments.length; step++) {
      await page.keyboard.press("ArrowRight");
      await expectTape(run, step);
    }
    const gradient = grad((W: Tensor) => run.loss.f(W, tensor([1, 0.3, 0.8]), tensor(1)))(tensor([0.5, -1, 2]));
    expect((await texts("#panel-tape tbody tr:first-child td.cotangent"))[0]).toBe(formatTensor(gradient));
    expect(await texts("#panel-check tbody tr:nth-child(-n+3) td.cotangent")).toEqual(
      [...gradient.data].map((value) => formatNumber(value)),
    );
    await page.keyboard.press("ArrowLeft");
    await expectTape(run, run.moments.length - 2);
    await page.keyboard.press("Home");
    await expectTape(run, 0);
  });

  test("marks the same step in all views, and lets the cotangents flow along the edges", async () => {
    await open("step=19");
    const run = runInNode("");
    const [part] = run.moments[19].parts;
    expect(await texts("#panel-tape tr.current th")).toEqual(["ŷ"]);
    expect(await page.locator("g.node.current").getAttribute("data-id")).toBe("n2");
    expect(await page.locator("#panel-derivation tr.current").count()).toBe(2);
    expect((await texts("#panel-derivation tr.current .why"))[0]).toContain("derivative of σ (Sigmoid)");
    const incoming = run.moments[19].cotangents.get(run.tape.nodes[1].output) as Tensor;
    const local = formatTensor(part.local as Tensor, 4);
    expect(await texts(".flow-label")).toEqual([`${local} × (${formatTensor(incoming, 4)}) = ${formatTensor(part.amount, 4)}`]);
    expect(await page.locator("g.edge.flow").getAttribute("data-id")).toBe("n1->n2");
    expect(await page.locator("#formulas math").count()).toBe(1);
    expect(await page.textContent("#formulas")).toContain(formatTensor(part.amount));
  });

  test("goes to a node that is clicked in the graph or in the list, to a place of the slider, and plays", async () => {
    await open();
    await page.locator('g.node[data-id="n3"]').click();
    expect(await texts("#panel-tape tr.current th")).toEqual(["v3"]);
    await page.getByRole("button", { name: "Go to node 1", exact: true }).click();
    expect(await texts("#panel-tape tr.current th")).toEqual(["z"]);
    await page.locator("#step").fill("20");
    expect(await texts("#panel-tape tr.target th")).toEqual(["W"]);
    await page.click("#play");
    await page.locator("#panel-tape tr.current").waitFor();
    expect(await page.textContent("#play")).toBe("Pause");
    await page.click("#play");
  });

  test("reads a loss that is typed; its variables become sliders and tables, each of which changes the run", async () => {
    await open();
    await page.fill("#loss", "h = tanh(a * t + b)\nL = (h − 1)²");
    expect(await texts(".variable-name")).toEqual(["a", "t", "b"]);
    await page.getByLabel("a, slider").fill("2");
    await page.getByLabel("t", { exact: true }).fill("-0.25");
    await page.getByLabel("t", { exact: true }).press("Enter");
    await page.selectOption("#by", "b");
    await page.keyboard.press("Tab");
    const hash = await sharedHash();
    expect(fromHash(hash).values).toMatchObject({ a: 2, t: -0.25 });
    await expectTape(runInNode(hash), 0);

    await page.fill("#loss", "L = sum((M @ v)²)");
    await settled();
    const { M, v } = runInNode(await sharedHash()).inferred;
    await page.getByLabel("M[1, 1]").fill("1/4");
    await page.getByLabel("M[1, 1]").press("Enter");
    await page.getByLabel("v[1]").fill("4,5");
    await page.getByLabel("v[1]").press("Enter");
    await page.getByRole("button", { name: "Add a row of M" }).click();
    const shared = await sharedHash();
    const [first, second, ...others] = M as number[][];
    expect(fromHash(shared).values).toMatchObject({
      M: [first, [second[0], 0.25], ...others, [0, 0]],
      v: [(v as number[])[0], 4.5],
    });
    const run = runInNode(shared);
    await expectTape(run, 0);
    await page.click("#last");
    await expectTape(run, run.moments.length - 1);
  });

  test("shows where a text is wrong, and keeps the last loss that could be run", async () => {
    await open();
    await page.fill("#loss", "z = W @ x\nL = z + * 2");
    await settled();
    expect(await page.textContent("#problem p")).toMatch(/^Line 2, column 9: expected an operand/);
    expect(await page.textContent("#problem mark")).toBe("*");
    expect(await page.getAttribute("#loss", "aria-invalid")).toBe("true");
    await page.locator("#stale").waitFor();
    await expectTape(runInNode(""), 0);
    await page.fill("#loss", "L = foo(W)");
    await settled();
    expect(await page.textContent("#problem mark")).toBe("foo");
    expect(await texts(".repair")).toEqual(["foo *  (foo times the parentheses)"]);
    // It is read out after a pause only.
    await page.locator("[role=alert]", { hasText: "foo" }).waitFor({ state: "attached" });
    // What the user has set is kept, even where the loss cannot be run with it.
    await page.getByLabel("W[1]").fill("0.75");
    await page.getByLabel("W[1]").press("Enter");
    await page.fill("#loss", "L = sum(W * [1, 2])");
    await settled();
    expect(await page.textContent("#problem p")).toMatch(/\[3\] and \[2\]/);
    expect(await page.textContent("#problem mark")).toBe("*");
    await page.fill("#loss", "W * 2");
    await settled();
    expect(await page.textContent("#problem")).toContain("must be a single number");
    await page.fill("#loss", "sum(W * 2)");
    await settled();
    expect(await page.locator("#problem p").count()).toBe(0);
  });

  test("offers a click for each refusal: what to write, or else the last loss that ran", async () => {
    await open();
    for (const [text, label, result] of [
      ["", "(a − 2)²  (an example)", "(a − 2)²"],
      ["1 + 2", "x * (1 + 2)  (a variable x times it)", "x * (1 + 2)"],
      ["L = z²\nz = 3x", "put the line of z first", "z = 3x\nL = z²"],
      ["\\sum_{i} i u_i", "Back to the last loss that ran", "z = 3x\nL = z²"],
      [
        Array.from({ length: 60 }, (_, i) => `a${i} = sin(${i === 0 ? "x" : `a${i - 1}`}) + ${i}`).join("\n"),
        "Back to the last loss that ran",
        "z = 3x\nL = z²",
      ],
    ]) {
      await page.fill("#loss", text);
      await settled();
      expect(await texts(".repair"), text).toEqual([label]);
      await page.click(".repair");
      await settled();
      expect(await page.inputValue("#loss"), text).toBe(result);
      expect(await page.locator("#problem p").count(), text).toBe(0);
    }
  });

  test("names the variable that is used, whatever came before: links, texts, examples, numbers of any size", async () => {
    await open();
    const settled = (): Promise<unknown> => page.waitForSelector("#page[aria-busy=false]", { state: "attached" });
    const type = (text: string) => (): Promise<void> => page.fill("#loss", text);
    const link = (parts: Readonly<Record<string, string>>) => (): Promise<void> =>
      page.evaluate((hash) => {
        location.hash = hash;
      }, new URLSearchParams(parts).toString());
    const example = (title: string) => async (): Promise<void> => void (await page.selectOption("#example", { label: title }));
    const steps: (() => Promise<void>)[] = [
      type("sum((X@w - y)²)"),
      type("x y"),
      link({ f: "e^x", by: "q", step: "0" }),
      type("(w*x - y)^2"),
      example("Binary cross entropy of one sample"),
      async () => void (await page.selectOption("#by", "x")),
      type("x = 3\nx^2*y"),
      type("sum((X@w - y)²)"),
      example("One neuron"),
      link({ f: "w x", v: '{"w":1e308,"x":-1e308}', by: "x" }),
      link({ f: "w x", v: '{"w":1e308,"x":5}', by: "w" }),
      type("u * v"),
    ];
    for (const [i, step] of steps.entries()) {
      await step();
      await settled();
      const shown = async (): Promise<readonly unknown[]> => [
        await page.inputValue("#by"),
        (await page.textContent("#heading-plot"))?.replace(/^.* against /, ""),
      ];
      await expect.poll(async () => new Set(await shown()).size, { message: `step ${i}` }).toBe(1);
      expect(await page.inputValue("#by")).not.toBe("");
    }
  });

  test("marks what is unsafe and stabilizes it with one click", async () => {
    await open();
    await page.selectOption("#example", examples[1].title);
    await settled();
    expect(await page.textContent(".health strong")).toBe("domain edge");
    expect(await page.textContent("#hint")).toContain("Press “Stabilize”");
    expect(await page.locator("g.node.unsafe").getAttribute("data-id")).toBe("n9");
    expect(await page.locator("#panel-tape .warning").count()).toBe(1);
    await page.click("#stabilize");
    await settled();
    expect(await page.locator(".health strong").count()).toBe(0);
    expect(await page.textContent(".health [role=status]")).toMatch(/^stabilize has rewritten/);
    expect(await page.evaluate("document.activeElement.id")).toBe("stabilize");
    expect(await page.textContent("#hint")).not.toContain("Press “Stabilize”");
    const hash = await sharedHash();
    expect(fromHash(hash).stabilized).toBe(true);
    const run = runInNode(hash);
    await page.click("#last");
    await expectTape(run, run.moments.length - 1);
    expect(run.gradient.item()).toBeCloseTo(-Math.exp(-40), 30);
    await page.fill("#loss", "L = z * y");
    await settled();
    expect(fromHash(await sharedHash()).stabilized).toBe(false);
  });

  test.each(["x", "L = x", "constructor * 2", "__proto__ * 2"])("steps through the loss %s", async (source) => {
    await open(new URLSearchParams({ f: source }).toString());
    const run = runInNode(new URLSearchParams({ f: source, v: "{}" }).toString());
    for (let step = 0; step < run.moments.length; step++) {
      await page.keyboard.press(step === 0 ? "Home" : "ArrowRight");
      await expectTape(run, step);
    }
    expect(await page.textContent("#panel-graph g.input .cotangent")).toBe(`∂ ${formatTensor(run.gradient)}`);
  });

  test("stays in place while one steps, with the current line of each view in sight", async () => {
    await open();
    const run = runInNode("");
    const top = "document.querySelector('.views').getBoundingClientRect().top";
    const before = await page.evaluate(top);
    expect(before).toBeLessThan(400);
    await page.keyboard.press("Home");
    for (let step = 1; step < run.moments.length; step++) {
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate(top)).toBe(before);
      await expectInSight();
    }
    await open("step=20");
    await expectInSight();
  });

  /** In each view that has a current line, the first one can be seen. */
  async function expectInSight(): Promise<void> {
    const hidden = await page.locator(".scroll").evaluateAll((views) =>
      views.flatMap((view) => {
        const line = view.querySelector("tr.current, g.node.current");
        if (line === null) return [];
        const [outer, inner] = [view.getBoundingClientRect(), line.getBoundingClientRect()];
        const isSeen =
          inner.top >= outer.top - 1 &&
          inner.bottom <= outer.bottom + 1 &&
          (line.tagName === "TR" || (inner.left >= outer.left - 1 && inner.right <= outer.right + 1));
        return isSeen ? [] : [view.parentElement?.id];
      }),
    );
    expect(hidden).toEqual([]);
  }

  test("writes the numbers at the edges within the picture", async () => {
    await open(new URLSearchParams({ f: examples[2].source, v: JSON.stringify(examples[2].values), by: "w" }).toString());
    const { moments } = runInNode(
      new URLSearchParams({ f: examples[2].source, v: JSON.stringify(examples[2].values), by: "w" }).toString(),
    );
    await page.keyboard.press("End");
    for (let step = moments.length - 1; step > 0; step--) {
      const cut = await page.locator(".flow-label").evaluateAll(
        (labels) =>
          labels.filter((label) => {
            const [outer, inner] = [label.closest("svg")?.getBoundingClientRect(), label.getBoundingClientRect()];
            return outer === undefined || inner.left < outer.left || inner.right > outer.right;
          }).length,
      );
      expect(cut).toBe(0);
      await page.keyboard.press("ArrowLeft");
    }
  });

  test("leaves the keys alone where they scroll, and keeps the focus at the last step", async () => {
    await open("step=19");
    await page.focus("#panel-derivation .scroll");
    await page.keyboard.press("Home");
    expect(await page.inputValue("#step")).toBe("19");
    await page.focus("#forth");
    await page.keyboard.press("Enter");
    expect(await page.inputValue("#step")).toBe("20");
    expect(await page.getAttribute("#forth", "aria-disabled")).toBe("true");
    expect(await page.evaluate("document.activeElement.id")).toBe("forth");
  });

  test("goes to the same step from the graph and from the list", async () => {
    await open("step=19");
    await page.locator('g.node[data-id="n4"]').click();
    const fromGraph = await page.textContent("#title");
    await open("step=19");
    await page.getByRole("button", { name: "Go to node 4", exact: true }).click();
    expect(await page.textContent("#title")).toBe(fromGraph);
    expect(fromGraph).toMatch(/^Backward/);
  });

  test("keeps the reach of a slider while it is dragged, and only then; the picture is not laid out anew", async () => {
    await open(new URLSearchParams({ f: "x * 2", v: '{"x":400}' }).toString());
    const slider = page.getByLabel("x, slider");
    expect(await slider.getAttribute("max")).toBe("1000");
    await page.evaluate("window.picture = document.querySelector('.graph svg')");
    await slider.evaluate((input: HTMLInputElement) => {
      for (const value of ["300", "200", "310"]) {
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    await until("document.querySelector('.graph .input .value').textContent === '310'");
    expect(await page.evaluate("window.picture === document.querySelector('.graph svg')")).toBe(true);
    await slider.evaluate((input: HTMLInputElement) => {
      input.value = "2";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await until("document.querySelector('.graph .input .value').textContent === '2'");
    expect(await slider.getAttribute("max")).toBe("1000");
    await slider.dispatchEvent("change");
    await until("document.querySelector('.variable input[type=range]').max === '5'");
  });

  test("shares a view by its address", async () => {
    await open("step=14");
    await page.getByLabel("W[1]").fill("0.75");
    await page.getByLabel("W[1]").press("Enter");
    const before = await texts("#panel-tape td");
    const hash = await sharedHash();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(page.url());
    await open(hash);
    expect(await texts("#panel-tape td")).toEqual(before);
    expect(await page.inputValue("#step")).toBe("14");
  });

  test("tells of a link that is copied for as long after another", async () => {
    await inWindow({ viewport: { width: 1280, height: 800 } }, async () => {
      await page.clock.install();
      await load();
      await sharedHash();
      await page.clock.runFor(3000);
      await sharedHash();
      // The notice of the first would have been taken away by now.
      await page.clock.runFor(1100);
      expect(await page.locator(".share [role=status]").textContent()).toMatch(/^The /);
    });
  });
});

describe("The user's own derivation and code", () => {
  test("is checked line by line for any loss, a mistake that many make is named, and a line is mended", async () => {
    await open(new URLSearchParams({ f: "ŷ = X @ w\nL = mean((ŷ − y)²)", by: "w" }).toString());
    await page.getByRole("button", { name: "Check your own" }).click();
    expect(await page.evaluate("document.activeElement.id")).toBe("own-lines");
    await page.fill("#own-lines", "∂L/∂ŷ = 2(ŷ − y)\n∂L/∂w = 2Xᵀ(ŷ − y)/n");
    await page.click("#check-lines");
    await page.getByText("Line 1 is the first that is not true.").waitFor();
    expect(await texts("#checked li .verdict")).toEqual(["false", "true"]);
    expect(await page.textContent("#checked li.first .hint")).toContain("1/n");
    await page.fill("#own-lines", "∂L/∂ŷ = 2(ŷ − y)/n\n∂L/∂w = 2Xᵀ(ŷ − y)/n");
    await page.click("#check-lines");
    await page.getByText("Every line is true.").waitFor();
    expect((await texts(".beginning")).slice(0, 4)).toEqual(["the library’s", "a sign lost", "a factor 2", "1/n forgotten"]);
    for (const [title, hint] of [
      ["a sign lost", "sign"],
      ["a factor 2", "2"],
      ["1/n forgotten", "1/n"],
    ] as const) {
      await page.locator(".beginning", { hasText: title }).click();
      await page.locator("#checked li.first .hint", { hasText: hint }).waitFor();
    }
    await page.locator(".beginning", { hasText: "library" }).click();
    await page.getByText("Every line is true.").waitFor();
    await page.fill("#own-lines", "∂L/∂nothing = )");
    await page.click("#check-lines");
    await page.locator("#checked li.first .verdict", { hasText: "not understood" }).waitFor();
  });

  test("is the program for another library, with the numbers of the page", async () => {
    await open(new URLSearchParams({ f: "L = (a * b − 1)²", v: '{"a":2,"b":3}', by: "b" }).toString());
    await page.getByRole("button", { name: "As code" }).click();
    const code = page.locator("#own-code pre");
    await code.getByText("import torch").waitFor();
    const inNode = (target: Target, a: number): string => codeOf("L = (a * b − 1)²", { a, b: 3 }, "b", target);
    expect(await code.textContent()).toBe(inNode("PyTorch", 2));
    for (const target of ["JAX", "gradtape"] as const) {
      await page.selectOption("#target", target);
      await expect.poll(() => code.textContent()).toBe(inNode(target, 2));
    }
    await page.getByLabel("a, slider").fill("4");
    await expect.poll(() => code.textContent()).toBe(inNode("gradtape", 4));
    await page.click("#copy-code");
    await page.getByText("Copied.", { exact: true }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(inNode("gradtape", 4));
    await page.fill("#loss", "L = median(x)");
    await page.locator("#own-code .wrong", { hasText: "expected ops that all three libraries have" }).waitFor();
  });
});

describe("Training", () => {
  const none = "tab=training&points=none";

  /** A place of the plane [−3.5, 3.5]² on the screen; the axes take 30 pixels. */
  async function at(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = await page.locator("#plane").boundingBox();
    if (box === null) throw new Error("there is no plane");
    return { x: 30 + ((x + 3.5) / 7) * (box.width - 30), y: (1 - (y + 3.5) / 7) * (box.height - 30) };
  }

  test("places points by the mouse and the keyboard, and takes steps whose numbers are those of the library", async () => {
    await open(none);
    await page.click("#plane", { position: await at(1.5, 1) });
    await page.click("#plane", { position: await at(0.5, 1.5) });
    await page.click("#plane", { position: await at(-1, -0.5), modifiers: ["Shift"] });
    await page.check("input[name=label][value='0']");
    await page.click("#plane", { position: await at(1, 0.5) });
    await page.focus("#plane");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("1");
    const { placed } = fromHash(await sharedHash()).training;
    expect(placed.map(([, , label]) => label)).toEqual([1, 1, 0, 0, 1]);
    expect(placed[4]).toEqual([-1, 0.25, 1]);
    for (const [i, [x, y]] of (
      [
        [1.5, 1],
        [0.5, 1.5],
        [-1, -0.5],
        [1, 0.5],
      ] as const
    ).entries()) {
      expect(Math.abs(placed[i][0] - x)).toBeLessThan(0.02);
      expect(Math.abs(placed[i][1] - y)).toBeLessThan(0.02);
    }

    for (let i = 0; i < 5; i++) await page.click("#one-step");
    const X = tensor(placed.map(([a, b]) => [1, a, b]));
    const y = tensor(placed.map(([, , label]) => label));
    let w = tensor([0, 0, 0]);
    const inNode = valueAndGrad((v: Tensor) => objective(v, X, y, tensor(initialTraining.l2)));
    for (let i = 0; i < 5; i++) w = w.sub(inNode(w)[1].mul(initialTraining.learningRate));
    const { training } = fromHash(await sharedHash());
    expect(training.iteration).toBe(5);
    for (const [i, value] of training.weights.entries()) expect(Math.abs(value - w.data[i])).toBeLessThan(1e-14);
    expect(await texts(".weight")).toEqual([...w.data].map((value) => formatNumber(value, 4)));
    expect(await page.textContent("#loss-now")).toBe(formatNumber(inNode(w)[0].item()));

    await page.locator("#plane").hover({ position: await at(1.5, 1) });
    const [a, b, label] = placed[0];
    const residual =
      w
        .matmul(tensor([1, a, b]))
        .sigmoid()
        .item() - label;
    expect(await page.textContent("#pull strong")).toBe(`[${[1, a, b].map((x) => formatNumber(residual * x, 4)).join(", ")}]`);
    await page.click("#undo");
    expect(fromHash(await sharedHash()).training.placed.length).toBe(4);
  });

  test("trains live on a thousand points until it is stopped, and a shared address goes on from there", async () => {
    await open("tab=training");
    await page.click("#train");
    await until("Number(document.querySelector('#iteration').textContent) >= 30");
    await page.click("#train");
    const hash = await sharedHash();
    const { weights, iteration } = fromHash(hash).training;
    const model = new Model();
    model.load(pointsOf(initialTraining).train);
    let inNode: typeof weights = [0, 0, 0];
    for (let i = 0; i < iteration; i++) inNode = model.step(inNode, "gd", initialTraining.learningRate, initialTraining.l2).weights;
    for (const [i, value] of weights.entries()) expect(Math.abs(value - inNode[i])).toBeLessThan(1e-12);
    const before = await texts(".numbers dd");
    await open(hash);
    expect(await texts(".numbers dd")).toEqual(before);
  });

  test("keeps the pull of a point that is clicked, and removes it; elsewhere a click places", async () => {
    await open(`${none}&placed=1 1 1 -1 -1 0`);
    await page.click("#plane", { position: await at(1.05, 1) });
    await page.mouse.move(0, 0);
    expect(await page.textContent("#pull strong")).toBe("[−0.5, −0.5, −0.5]");
    await page.click("#remove");
    expect(fromHash(await sharedHash()).training.placed).toEqual([[-1, -1, 0]]);
    await page.click("#plane", { position: await at(2, 2) });
    expect(fromHash(await sharedHash()).training.placed.length).toBe(2);
  });

  test("leaves the browser's own keys alone, keeps the cross within the plane and tells of it", async () => {
    await open(`${none}&placed=1 1 1`);
    await page.focus("#plane");
    await page.keyboard.press("Control+0");
    for (let i = 0; i < 5; i++) await page.keyboard.press("Shift+ArrowRight");
    expect(await page.textContent("#said")).toBe("Cross at 3.5, 0.");
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowLeft");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowUp");
    expect(await page.textContent("#said")).toBe(
      "Cross at 1, 1. Point of class 1 at [1, 1]; its share of the gradient is [−0.5, −0.5, −0.5].",
    );
    expect(fromHash(await sharedHash()).training.placed.length).toBe(1);
  });

  test("stops when its last point is taken away", async () => {
    await open(`${none}&placed=1 1 1`);
    await page.click("#train");
    await page.click("#undo");
    expect(await page.textContent("#train")).toBe("Train");
    expect(await page.isDisabled("#train")).toBe(true);
    expect(await page.evaluate("document.activeElement.id")).toBe("undo");
  });

  test("shares what it has reached while it goes on, the course of the loss and the chosen class with it", async () => {
    await open("tab=training");
    await page.check("input[name=label][value='0']");
    await page.click("#train");
    await until("Number(document.querySelector('#iteration').textContent) >= 10");
    const { training } = fromHash(await sharedHash());
    expect(training.iteration).toBeGreaterThanOrEqual(10);
    expect(training.label).toBe(0);
    expect(training.curve[0]).toEqual([0, Number(Math.LN2.toPrecision(5))]);
    expect(training.curve.length).toBeLessThanOrEqual(50);
    await open(new URL(page.url()).hash.slice(1));
    expect(await page.getAttribute(".curve", "aria-label")).toMatch(/^Loss curve from 0\.693/);
    expect(await page.isChecked("input[name=label][value='0']")).toBe(true);
  });

  test("draws a plane of any link without complaint", async () => {
    await open("tab=training&features=foo,bar&points=data&placed=1e9 1e9 1 90 -90 1");
    await page.click("#one-step");
    expect(await page.textContent("#iteration")).toBe("1");
  });

  test("fits two features of the real data by Newton's method to the minimum", async () => {
    await open("tab=training&points=data&features=mean_radius,worst_concavity&method=newton");
    await page.click("#train");
    await page.getByText("Converged").waitFor();
    const { training } = fromHash(await sharedHash());
    const points = pointsOf(training).train;
    expect(points.length).toBe(427); // three of four pairs train
    const X = tensor(points.map(([a, b]) => [1, a, b]));
    const y = tensor(points.map(([, , label]) => label));
    const loss = (w: Tensor): Tensor =>
      binaryCrossEntropyWithLogits(X.matmul(w), y).add(
        w
          .slice([[1, null]])
          .square()
          .sum()
          .mul(0.005),
      );
    const { params } = minimize(loss, tensor([0, 0, 0]), { method: "lbfgs", gradientTolerance: 1e-9 });
    for (const [i, value] of training.weights.entries()) expect(Math.abs(value - params.data[i])).toBeLessThan(1e-5);
    expect(training.iteration).toBeLessThan(12);
  });

  test("says so when the loss runs away, and when there is nothing to train on", async () => {
    await open("tab=training&rate=1e300&l2=10");
    await page.click("#train");
    await page.getByText("the learning rate is too large").waitFor();
    await page.selectOption("#points", "none");
    expect(await page.textContent("#training-message")).toContain("Place points");
    expect(await page.isDisabled("#train")).toBe(true);
  });
});

describe("For everybody", () => {
  const views: Readonly<Record<string, string>> = {
    "the end of the forward pass": "",
    "a backward step": "step=19",
    "an unsafe run": new URLSearchParams({ f: examples[1].source, v: JSON.stringify(examples[1].values), by: "z" }).toString(),
    "a long name": new URLSearchParams({ f: `${"a_very_long_name".repeat(6)} * 2` }).toString(),
    "too long a name": new URLSearchParams({ f: `${"a_very_long_name".repeat(8)} * 2` }).toString(),
    matrices: new URLSearchParams({ f: examples[2].source, v: JSON.stringify(examples[2].values), by: "w", step: "11" }).toString(),
    "a text that is wrong": "step=3",
    "training on the sample": "tab=training",
    "training on the real data": "tab=training&points=data",
  };

  test.each([
    ["light", 1280, 800],
    ["dark", 390, 844],
  ] as const)("axe finds nothing in %s at %d × %d, and nothing is wider than the screen", async (colorScheme, width, height) => {
    await inWindow({ viewport: { width, height }, colorScheme }, async () => {
      await load();
      for (const [name, hash] of Object.entries(views)) {
        await open(hash);
        if (name === "a text that is wrong") await page.fill("#loss", "L = foo(W)");
        await settled();
        expect(await violationsOf(page, "html"), name).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        // The page ends where its content ends.
        const blank =
          "document.documentElement.scrollHeight - Math.max(innerHeight, document.querySelector('main').getBoundingClientRect().bottom + scrollY)";
        expect(await page.evaluate(blank)).toBeLessThanOrEqual(1);
      }
    });
  });

  test("tabs change by the arrow keys, and what happens at a step is announced", async () => {
    await open();
    await page.focus("#tab-tape");
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("#tab-training").getAttribute("aria-selected")).toBe("true");
    await page.locator("#plane").waitFor();
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("#title[aria-live=polite]").count()).toBe(1);
    await page.focus("#forth");
    await page.keyboard.press("Enter");
    expect(await page.textContent("#title")).toMatch(/^Forward, node 1/);
    expect(await page.getAttribute("#step", "aria-valuetext")).toMatch(/^Forward, node 1/);
  });
});
