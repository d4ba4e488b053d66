import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { configDefaults, defineConfig } from "vitest/config";
import { chromium } from "./chromium.js";
import { mpirun } from "./mpirun.js";

const root = fileURLToPath(new URL("..", import.meta.url));

// What starts several processes over Open MPI runs where it is installed.
const withMpi = ["test/**/*.mpi.test.ts"];
// What reads files or starts programs runs in Node only; everything else runs in the browser as well.
const nodeOnly = ["test/examples/**", "test/project/**", "test/**/*.node.test.ts"];

// Runs in Node, and drives Chromium.
const drivesChromium = ["test/playground/*.node.test.ts"];

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
      exclude: ["src/index.ts", "src/math.ts", "src/onnx.ts", "src/expression/parser.ts"],
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
      ...(chromium === undefined
        ? []
        : [
            {
              extends: true as const,
              test: {
                name: "chromium",
                include: ["test/**/*.test.ts"],
                exclude: nodeOnly,
                testTimeout: 60_000,
                browser: {
                  enabled: true,
                  headless: true,
                  screenshotFailures: false,
                  provider: playwright({
                    launchOptions: { executablePath: chromium, args: ["--no-sandbox", "--disable-background-networking"] },
                  }),
                  instances: [{ browser: "chromium" as const }],
                },
              },
            },
          ]),
    ],
  },
});
