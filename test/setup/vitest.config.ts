import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { configDefaults, defineConfig, type TestProjectConfiguration } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { firefoxProvider } from "./firefox-provider.js";
import { chromium, firefox, mpirun, PATIENCE } from "./installed.js";
import { Slowest } from "./slowest.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// What starts several processes over Open MPI runs where it is installed.
const withMpi = ["test/**/*.mpi.test.ts"];
// Runs in Node, and drives the Chromium that is installed.
const ofPages = ["test/**/*.page.test.ts"];
// Reads files or starts programs, and runs in Node only.
const nodeOnly = ["test/**/*.node.test.ts"];

/**
 * What can differ from one JavaScript engine to the next, and so runs in browsers too. The rest of the library is compositions of
 * this, in the language itself: transforms of tapes into tapes, derivations, optimizers.
 */
const inEveryEngine = [
  // Math.exp and its like have other last digits, and NaN, −0 and denormal numbers are where compilers of engines err.
  "test/{kernels,ops,functions}/*.test.ts",
  "test/oracles/{oracles,numerics}.test.ts",
  // WebAssembly, its SIMD and its memory.
  "test/compile/*.test.ts",
  // How deep calls may nest, and how long lists of arguments may be.
  "test/{transforms,formulas}/*.test.ts",
  // What errors and stack traces look like, the text of functions, how numbers are printed for people.
  "test/{base,tensor,tape}/*.test.ts",
  "test/explain/{diagnose,require-finite}.test.ts",
  // Addresses, elements, workers.
  "test/playground/*.test.ts",
];

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
        sequence: { groupOrder: 1 },
        include: inEveryEngine,
        exclude: [...nodeOnly, ...ofPages],
        browser: { enabled: true, headless: true, screenshotFailures: false, provider: provider(path), instances: [{ browser: name }] },
      },
    },
  ];
}

/** Pages of the site, the playground and the package, where the machine has a Chromium; after all else, which would slow them down. */
const pages: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "pages",
    include: ofPages,
    sequence: { groupOrder: 2 },
    testTimeout: 5 * PATIENCE,
    hookTimeout: 10 * PATIENCE,
    expect: { poll: { timeout: PATIENCE } },
  },
};

export default defineConfig({
  root: here("../.."),
  resolve: {
    alias: {
      "gradtape/onnx": here("../../src/onnx.ts"),
      "gradtape/math": here("../../src/math.ts"),
      "gradtape/threads": here("../../src/threads.ts"),
      gradtape: here("../../src/index.ts"),
    },
  },
  test: {
    globalSetup: here("built.ts"),
    reporters: ["default", new Slowest()],
    // Vitest would leave a processor to itself, and needs little of it.
    maxWorkers: "100%",
    // The library holds no state between calls, nor do its tests: files share what has been loaded, in Node and in a page.
    isolate: false,
    testTimeout: 60_000,
    slowTestThreshold: 2_000,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: [
        "src/index.ts",
        "src/math.ts",
        "src/onnx.ts",
        "src/threads.ts",
        "src/compile/threads/worker.ts",
        "src/formulas/parser.ts",
        "src/passes/stabilize/parsed-rules.ts",
      ],
      reporter: ["text", "html"],
      reportsDirectory: "coverage",
      thresholds: { lines: 98, branches: 98 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          // Many wait at times, for programs that they start and for clocks: one more than processors has these at work.
          maxWorkers: availableParallelism() + 1,
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...ofPages, ...(mpirun === undefined ? withMpi : [])],
        },
      },
      ...(chromium === undefined ? [] : [pages]),
      ...inBrowser("chromium", chromium, (executablePath) =>
        playwright({ launchOptions: { executablePath, args: ["--no-sandbox", "--disable-background-networking"] } }),
      ),
      ...inBrowser("firefox", firefox, firefoxProvider),
    ],
  },
});
