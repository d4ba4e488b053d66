import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A Chromium that is already on the machine, where there is one. */
export const chromium = [process.env["CHROMIUM"] ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path !== "" && existsSync(path),
);

// What reads files or starts programs runs in Node only; everything else runs in the browser as well.
const nodeOnly = ["test/examples/**", "test/project/**", "test/**/*.node.test.ts"];

export default defineConfig({
  root,
  resolve: {
    alias: {
      "gradtape/math": fileURLToPath(new URL("../src/math.ts", import.meta.url)),
      gradtape: fileURLToPath(new URL("../src/index.ts", import.meta.url)),
    },
  },
  test: {
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/index.ts", "src/math.ts", "src/expression/parser.ts"],
      reporter: ["text", "html"],
      reportsDirectory: "coverage",
      thresholds: { lines: 98, branches: 98 },
    },
    projects: [
      { extends: true, test: { name: "node", include: ["test/**/*.test.ts"], testTimeout: 60_000 } },
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
