import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { configDefaults, defineConfig, type TestProjectConfiguration } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { firefoxProvider } from "./firefox-provider.js";
import { chromium, firefox, mpirun } from "./installed.js";

const root = fileURLToPath(new URL("..", import.meta.url));

// What starts several processes over Open MPI runs where it is installed.
const withMpi = ["test/**/*.mpi.test.ts"];
// What reads files or starts programs runs in Node only; everything else runs in the browsers as well.
const nodeOnly = ["test/examples/**", "test/project/**", "test/**/*.node.test.ts"];

// Runs in Node, and drives Chromium.
const drivesChromium = ["test/playground/*.node.test.ts"];

/** The suite in a browser, where the machine has it. */
function inBrowser(
  name: "chromium" | "firefox",
  path: string | undefined,
  provider: (path: string) => BrowserProviderOption,
): TestProjectConfiguration[] {
  if (path === undefined) return [];
  return [
    {
      extends: true,
      test: {
        name,
        include: ["test/**/*.test.ts"],
        exclude: nodeOnly,
        testTimeout: 60_000,
        // The library holds no state between calls, nor do its tests: they share a page, which loads it once.
        isolate: false,
        browser: { enabled: true, headless: true, screenshotFailures: false, provider: provider(path), instances: [{ browser: name }] },
      },
    },
  ];
}

export default defineConfig({
  root,
  resolve: {
    alias: {
      "gradtape/onnx": fileURLToPath(new URL("../src/onnx.ts", import.meta.url)),
      "gradtape/math": fileURLToPath(new URL("../src/math.ts", import.meta.url)),
      gradtape: fileURLToPath(new URL("../src/index.ts", import.meta.url)),
    },
  },
  test: {
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/index.ts", "src/math.ts", "src/onnx.ts", "src/formulas/parser.ts", "src/passes/stabilize/parsed-rules.ts"],
      reporter: ["text", "html"],
      reportsDirectory: "coverage",
      thresholds: { lines: 98, branches: 98 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...(mpirun === undefined ? withMpi : []), ...(chromium === undefined ? drivesChromium : [])],
          testTimeout: 60_000,
        },
      },
      ...inBrowser("chromium", chromium, (executablePath) =>
        playwright({ launchOptions: { executablePath, args: ["--no-sandbox", "--disable-background-networking"] } }),
      ),
      ...inBrowser("firefox", firefox, firefoxProvider),
    ],
  },
});
