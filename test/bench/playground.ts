// How smoothly the playground follows a slider: `npm run bench -- playground`. Needs Chromium.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright";
import { chromium as installed } from "../setup/installed.js";

const SECONDS = 4;

/** A loss of 75 nodes: a chain of neurons. */
const source = ["a0 = x", ...Array.from({ length: 24 }, (_, i) => `a${i + 1} = tanh(w * a${i} + b)`), "L = (a24 - y)² + w²"].join("\n");

/** Runs in the page: moves the slider at every frame, and tells when each was drawn and when it showed another number. */
const drag = (seconds: number): Promise<{ frames: number; shown: number; longest: number }> =>
  new Promise((resolve) => {
    const slider = document.querySelector<HTMLInputElement>("input[aria-label='w, slider']");
    const begin = performance.now();
    let last = begin;
    let frames = 0;
    let shown = 0;
    let longest = 0;
    let before = "";
    const frame = (now: number): void => {
      frames++;
      longest = Math.max(longest, now - last);
      last = now;
      // What is said of the step is always in sight, and has its numbers.
      const text = document.querySelector("#formulas")?.textContent ?? "";
      if (text !== before) shown++;
      before = text;
      if (now - begin > seconds * 1000 || slider === null) {
        resolve({ frames, shown, longest });
        return;
      }
      slider.value = String(Math.sin(now / 500).toFixed(3));
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });

if (installed === undefined) {
  console.log("The playground: Chromium is not installed");
  process.exit();
}
const folder = mkdtempSync(join(tmpdir(), "gradtape-playground-"));
const browser = await chromium.launch({ executablePath: installed, args: ["--no-sandbox", "--disable-background-networking"] });
try {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  execFileSync(
    process.execPath,
    ["node_modules/vite/bin/vite.js", "build", "--config", "docs/playground/vite.config.ts", "--outDir", folder],
    {
      cwd: root,
      stdio: "ignore",
      env: { ...process.env, NODE_ENV: "production" },
    },
  );
  const address = `${pathToFileURL(folder).href}/index.html`;
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  // tsx names inner functions by a helper, which the page does not have.
  await page.addInitScript("globalThis.__name = (f) => f");
  const session = await page.context().newCDPSession(page);
  await page.goto(`${address}#${new URLSearchParams({ f: source, by: "w", step: "60" })}`);
  await page.waitForSelector(".graph svg");
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  /** What the page's own thread has computed so far, in seconds of the processor. */
  const computed = async (): Promise<number> =>
    (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  console.log("The playground: a slider is dragged, a loss of 75 nodes, a backward step");
  for (const rate of [1, 6]) {
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    await page.waitForSelector("#page[aria-busy=false][data-late=false]", { timeout: 120_000 });
    const before = await computed();
    const { frames, shown, longest } = await page.evaluate(drag, SECONDS);
    const cost = (1000 * ((await computed()) - before)) / frames;
    console.log(
      `  ${rate === 1 ? "as it is" : `${rate} times slower`}: ${(frames / SECONDS).toFixed(0)} frames a second, ${(shown / SECONDS).toFixed(0)} of them with other numbers; the longest took ${longest.toFixed(0)} ms; its thread computes ${cost.toFixed(1)} ms a frame`,
    );
  }
  for (const rate of [1, 6]) {
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    await page.goto("about:blank");
    await page.goto(address);
    await page.waitForSelector(".graph svg");
    const paints = await page.evaluate(() =>
      performance.getEntriesByType("paint").map(({ name, startTime }) => [name, startTime] as const),
    );
    const first = paints.find(([name]) => name === "first-contentful-paint")?.[1] ?? Number.NaN;
    console.log(`  ${rate === 1 ? "as it is" : `${rate} times slower`}: the first paint after ${first.toFixed(0)} ms`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
