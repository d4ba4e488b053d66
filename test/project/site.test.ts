import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium as browserType, type Page } from "playwright";
import { beforeAll, describe, expect, test } from "vitest";
import { chromium } from "../setup/installed.js";
import { builtSite } from "../support/built.js";
import { root } from "../support/root.js";

let site: string;
let pages: string[] = [];

beforeAll(async () => {
  site = await builtSite();
  // The playground has tests of its own.
  const isPage = (name: string): boolean => name.endsWith(".html") && dirname(name) !== "playground";
  pages = readdirSync(site, { recursive: true, encoding: "utf8" }).filter(isPage);
}, 300_000);

const textOf = (page: string): string => readFileSync(join(site, page), "utf8");
const attributesOf = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`<[^<>]*\\s${name}="([^"]*)"`, "g"))].map(([, value]) => value.replaceAll("&amp;", "&"));
const isExternal = (link: string): boolean => /^(https?:|data:|mailto:)/.test(link);

test("every link of every page is relative and leads to a file of the site, and to a place in it", () => {
  const ids = new Map<string, Set<string>>();
  const idsOf = (page: string): Set<string> => {
    const known = ids.get(page) ?? new Set(attributesOf(textOf(page), "id"));
    ids.set(page, known);
    return known;
  };
  const broken: string[] = [];
  let count = 0;
  for (const page of pages) {
    const html = textOf(page);
    for (const link of [...attributesOf(html, "href"), ...attributesOf(html, "src")]) {
      if (isExternal(link)) continue;
      count++;
      const target = new URL(link, pathToFileURL(join(site, page)));
      const file = fileURLToPath(new URL(target.pathname, "file:"));
      const inside = relative(site, file);
      const anchor = decodeURIComponent(target.hash.slice(1));
      if (link.startsWith("/") || inside.startsWith("..") || !existsSync(file) || statSync(file).isDirectory())
        broken.push(`${page}: ${link}`);
      // The playground's address has a state behind the #, and no place.
      else if (anchor !== "" && file.endsWith(".html") && dirname(inside) !== "playground" && !idsOf(inside).has(anchor))
        broken.push(`${page}: no place for ${link}`);
    }
  }
  expect(broken, "mend these links in README.md, in docs/ or in a doc comment of src/").toEqual([]);
  expect(count).toBeGreaterThan(1000);
});

test("links into the repository lead to files of it", () => {
  const paths = pages.flatMap((page) =>
    [...textOf(page).matchAll(/href="https:\/\/github\.com\/gradtape\/gradtape\/blob\/main\/([^"#]*)/g)].map(([, path]) => path),
  );
  expect(new Set(paths).size).toBeGreaterThan(30);
  expect(
    [...new Set(paths)].filter((path) => path.includes("node_modules") || !existsSync(root + path)),
    "mend the links to these in docs/ or in a doc comment of src/",
  ).toEqual([]);
});

test("every name of the reference stands in a group that says what it is for", () => {
  const groups = [...textOf(join("modules", "gradtape.html")).matchAll(/<h2 class="tsd-anchor-link" id="[^"]*">([^<]+)</g)].map(
    ([, name]) => name,
  );
  expect(groups.length).toBeGreaterThan(8);
  expect(groups, "say in docs/site-structure.mjs where the names of the room belong").not.toContain("More");
});

test("pages need nothing from elsewhere", () => {
  const fetched = pages.flatMap((page) => {
    const html = textOf(page);
    const sources = [...attributesOf(html, "src"), ...[...html.matchAll(/<link [^>]*href="([^"]*)"/g)].map(([, href]) => href)];
    return sources.filter((link) => /^(https?:)?\/\//.test(link)).map((link) => `${page}: ${link}`);
  });
  expect(fetched, "see docs/typedoc.mjs and docs/site.css").toEqual([]);
});

test("every page has a policy under which it runs no script but those beside it, and has none within it", () => {
  for (const page of [...pages, join("playground", "index.html")]) {
    const html = textOf(page);
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    expect(policy, page).toMatch(/^default-src 'none'; script-src 'self'( 'wasm-unsafe-eval')?;/);
    expect(policy, page).toContain("base-uri 'none'");
    // Nothing that could run stands before the policy.
    expect(html.slice(0, html.indexOf("Content-Security-Policy")), page).not.toContain("<script");
    expect(html.match(/<script(?![^>]* src=)/g) ?? [], page).toEqual([]);
    expect(html.match(/<[^<>]* on[a-z]+="/g) ?? [], page).toEqual([]);
  }
});

test("each document of docs/ is a page, each chapter has its answers, and no source is left as a download", () => {
  const documents = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !/^(site|home)\b/.test(name))
    .map((name) => name.replaceAll("\\", "/").replace(/^.*\//, "").replace(/\.md$/, ""));
  expect(
    documents.filter((name) => !pages.includes(join("documents", `${name}.html`))),
    "list these in docs/typedoc.mjs and docs/site-structure.mjs",
  ).toEqual([]);
  const chapters = documents.filter((name) => /^\d/.test(name));
  expect(chapters).toHaveLength(10);
  for (const chapter of chapters) {
    expect(textOf(join("documents", `${chapter}.html`))).toContain(`href="${chapter}.test.ts.html"`);
    expect(textOf(join("documents", `${chapter}.test.ts.html`))).toContain("expect");
  }
  expect(readdirSync(join(site, "media")).filter((name) => !/\.(svg|png)$/.test(name))).toEqual([]);
});

describe.runIf(chromium !== undefined)("opened from a folder", () => {
  test("the first page, the sidebar and the search work, and no page is wider than a phone", { timeout: 300_000 }, async () => {
    const browser = await browserType.launch({ executablePath: chromium as string, args: ["--no-sandbox"] });
    try {
      const failed: string[] = [];
      const newPage = async (width: number, height: number): Promise<Page> => {
        const page = await browser.newPage({ viewport: { width, height } });
        // A browser does not take an icon from another file of a folder; a script of TypeDoc puts them into the page then.
        page.on("requestfailed", (request) => {
          const aside = /\/(icons|favicon)\.svg$/.test(request.url()) || request.isNavigationRequest(); // waitForURL looks at those
          if (!aside) failed.push(`${request.url()}: ${request.failure()?.errorText}`);
        });
        page.on("pageerror", (error) => failed.push(String(error)));
        return page;
      };
      const addressOf = (name: string): string => pathToFileURL(join(site, name)).href;

      const phone = await newPage(390, 844);
      const wide: string[] = [];
      for (const name of ["index.html", ...pages.filter((name) => dirname(name) === "documents")]) {
        await phone.goto(addressOf(name));
        const excess = await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (excess > 0) wide.push(`${name}: ${excess}`);
      }
      expect(wide, "see docs/site.css, or cut a line of the page").toEqual([]);

      const desktop = await newPage(1280, 800);
      await desktop.goto(addressOf("index.html"));
      await desktop.locator(".top a", { hasText: "Guide" }).click();
      await desktop.waitForURL(/README\.html$/);
      await desktop.locator(".tsd-navigation summary", { hasText: "Learn" }).first().click();
      const icon = desktop.locator(".tsd-navigation a svg use").first();
      expect(await icon.evaluate((use) => (use as SVGUseElement).getBBox().width)).toBeGreaterThan(10);
      await desktop.locator(".tsd-navigation a", { hasText: "A tape in" }).first().click();
      await desktop.waitForURL(/2-a-tape-in-60-lines\.html$/);
      await desktop.locator("#tsd-search-trigger").click();
      await desktop.locator("#tsd-search-input").fill("hessian");
      await desktop.locator("#tsd-search-results a", { hasText: "hessian" }).first().click();
      await desktop.waitForURL(/functions\/gradtape\.hessian\.html/);
      for (const [words, name] of [
        ["backprop", "grad"],
        ["concatenate", "concat"],
        ["hinge", "relu"],
      ]) {
        await desktop.locator("#tsd-search-trigger").click();
        await desktop.locator("#tsd-search-input").fill(words);
        await desktop
          .locator("#tsd-search-results a", { hasText: new RegExp(`${name}$`) })
          .first()
          .waitFor();
        await desktop.keyboard.press("Escape");
      }
      await desktop.goto(addressOf(join("functions", "gradtape.sigmoid.html")));
      expect(await desktop.locator("#gradient ~ math").isVisible()).toBe(true);
      await desktop.getByText("Step through its tape in the playground").click();
      await desktop.waitForURL(/playground\/index\.html#f=L\+%3D\+sigmoid/);
      expect(failed).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
