import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
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
