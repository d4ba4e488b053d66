import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtPackage } from "../support/built.js";
import { runIn } from "./pack.js";
import { imports, program } from "./threads-program.js";

// Threads out of the package as it would be published, in Node; threads.page.test.ts has those of pages.

test("Node has them, and ends though they were not stopped", { timeout: 300_000 }, async () => {
  const folder = join((await builtPackage()).project, "threads in Node");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "main.js"), `${imports}${program}console.log(result);`);
  expect(runIn(folder, process.execPath, ["main.js"]).trim()).toBe("2,true,true");
});
