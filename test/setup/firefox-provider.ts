// Vitest has no provider for the Firefox that is installed on a machine: playwright drives one of its own build only. This one
// opens the pages of the tests over WebDriver BiDi, which Firefox speaks itself.
import { defineBrowserProvider } from "@vitest/browser";
import { type Browser, launch, type Page } from "puppeteer-core";

/** Of several pages all but one are in the background, where Firefox would let timers wait for a second and more. */
const EAGER_TIMERS = {
  "dom.min_background_timeout_value": 4,
  "dom.min_background_timeout_value_without_budget_throttling": 4,
  "dom.timeout.enable_budget_timer_throttling": false,
};

/** A provider of Vitest's browser mode that runs the tests in the Firefox at `executablePath`. */
export function firefoxProvider(executablePath: string) {
  return defineBrowserProvider({
    name: "firefox",
    supportedBrowser: ["firefox"],
    options: {},
    providerFactory() {
      let browser: Promise<Browser> | undefined;
      const pages = new Map<string, Page>();
      return {
        name: "firefox",
        supportsParallelism: true,
        getCommandsContext: (sessionId) => ({ page: pages.get(sessionId) }),
        async openPage(sessionId, url) {
          browser ??= launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox: EAGER_TIMERS });
          const context = await (await browser).createBrowserContext();
          const page = await context.newPage();
          pages.set(sessionId, page);
          await page.goto(url, { timeout: 0 });
        },
        async close() {
          pages.clear();
          await (await browser)?.close();
        },
      };
    },
  });
}
