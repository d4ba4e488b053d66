import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { LIST } from "../../docs/licenses/modules.mjs";
import { packagesOf } from "../../docs/licenses/packages.mjs";
import { builtSite } from "../support/built.js";
import { root } from "../support/root.js";

let site: string;
let html: string;

beforeAll(async () => {
  site = await builtSite();
  html = readFileSync(join(site, "licenses.html"), "utf8");
}, 300_000);

/** The part of the page about a package. */
const entryOf = (name: string): string => html.split("<section>").find((entry) => entry.includes(`>${name} `)) ?? "";

test("the page of licenses has every package of which a bundle of the site holds a module, with version, license and text", () => {
  for (const folder of ["live", "playground"]) {
    const modules = JSON.parse(readFileSync(join(site, folder, LIST), "utf8")) as string[];
    const names = new Set(modules.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] as string));
    expect(names.size).toBeGreaterThan(4);
    for (const name of names) {
      const { version, license } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as Record<
        string,
        string
      >;
      expect(entryOf(name), name).toContain(`>${name} ${version}<`);
      expect(entryOf(name), name).toContain(`<p>${license}. `);
      expect(entryOf(name).length, name).toBeGreaterThan(800);
    }
  }
});

test("it has what can be told from the text of the bundles, and from the programs within them", () => {
  const found = [
    ["assets/main.js", /lunr/, "lunr"],
    ["assets/main.js", /tsd-/, "typedoc"],
    ["live/editor.js", /cm-editor/, "@codemirror/view"],
    ["live/library.js", /peg\$|expected found/i, "peggy"],
    ["live/runner.js", /matches1AtIndex/, "sucrase"],
    ["live/mathml.js", /temml/i, "temml"],
    ["playground/playground.js", /uplot/, "uplot"],
    ["playground/playground.js", /lit\$|_\$lit/, "lit-html"],
    ["playground/worker.js", /graphviz/i, "graphviz"],
    ["playground/worker.js", /emscripten|wasmMemory|HEAPU8/i, "emscripten"],
  ] as const;
  for (const [file, sign, name] of found) {
    expect(sign.test(readFileSync(join(site, file), "utf8")), `${file}: ${sign}`).toBe(true);
    expect(entryOf(name).length, name).toBeGreaterThan(800);
  }
  expect(entryOf("graphviz")).toContain("ECLIPSE PUBLIC LICENSE");
  expect(entryOf("expat")).toContain("Expat maintainers");
  expect(html).toContain("Creative Commons Attribution 4.0");
});

test("every page of the site leads to it, the playground by the first one", () => {
  const pages = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((name) => /\.html$/.test(name) && name !== "licenses.html");
  expect(pages.length).toBeGreaterThan(50);
  const without = pages.filter((name) => !/href="(\.\.\/)*(\.\/)?licenses\.html"/.test(readFileSync(join(site, name), "utf8")));
  expect(without.map((name) => name.replaceAll("\\", "/"))).toEqual(["playground/index.html"]);
});

let folder = "";
afterEach(() => {
  if (folder !== "") rmSync(folder, { recursive: true });
  folder = "";
});

test("a package without the text of a license stops the build, and is named", () => {
  folder = mkdtempSync(join(tmpdir(), "gradtape-licenses-"));
  const inside = join(folder, "node_modules", "@someone", "bare");
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, "package.json"), JSON.stringify({ name: "@someone/bare", version: "1.0.0", license: "MIT" }));
  const modules = ["node_modules/@someone/bare/index.js"];
  expect(() => packagesOf(modules, folder)).toThrow(/expected node_modules\/@someone\/bare to have the text of a license, got none/);
  writeFileSync(join(inside, "LICENSE"), "As you like.");
  expect(packagesOf(modules, folder)).toEqual([expect.objectContaining({ name: "@someone/bare", text: "As you like." })]);
});
