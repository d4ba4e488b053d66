// What `npm run docs` builds: the API reference and the guides, into docs/site/.
import markdownItMath from "markdown-it-math/no-default-renderer";
import temml from "temml";
import { JSX, PageEvent } from "typedoc";
import { liveMarks } from "./live/plugin.mjs";

const render = (displayMode) => (tex) => temml.renderToString(tex, { displayMode, throwOnError: true });

/**
 * Code in a heading as text between marks: TypeDoc takes a page's contents, and the places that links lead to, from the text of
 * headings alone.
 */
function keepCodeOfHeadings(parser) {
  parser.core.ruler.push("code of headings", ({ tokens, Token }) => {
    const between = (type, content) => Object.assign(new Token(type, "", 0), { content });
    tokens.forEach((token, i) => {
      if (tokens[i - 1]?.type !== "heading_open") return;
      token.children = token.children.flatMap((child) =>
        child.type === "code_inline"
          ? [between("html_inline", "<code>"), between("text", child.content), between("html_inline", "</code>")]
          : [child],
      );
    });
  });
}

/** The same links as on the first page, at the top of each page; and which part of a page is its content. */
function linksAtTop({ renderer }) {
  const links = {
    Playground: "playground/index.html",
    Learn: "documents/1-the-chain-rule-by-hand.html",
    Guide: "documents/README.html",
    Reference: "modules/gradtape.html",
  };
  renderer.on(PageEvent.END, (page) => {
    const base = /data-base="([^"]*)"/.exec(page.contents ?? "")?.[1] ?? "./";
    const written = Object.entries(links).map(([title, address]) => `<a href="${base}${address}">${title}</a>`);
    page.contents = page.contents
      ?.replace('<div id="tsd-toolbar-links">', `$&${written.join("")}`)
      .replace('<div class="col-content">', '<div class="col-content" role="main">');
  });
}

/** And one to the licenses of what the pages are made of, which docs/licenses/ writes when all is built. */
function linkToLicenses({ renderer }) {
  renderer.hooks.on("footer.end", ({ relativeURL }) =>
    JSX.createElement("p", {}, JSX.createElement("a", { href: relativeURL("licenses.html") }, "Licenses of what these pages are made of")),
  );
}

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  entryPoints: ["../src/index.ts", "../src/math.ts", "../src/onnx.ts", "../src/threads.ts"],
  alwaysCreateEntryPointModule: false,
  tsconfig: "../src/tsconfig.json",
  // The first page is docs/home/; the README is a document like the others.
  readme: "none",
  // In the order of the sidebar; site-structure.mjs puts them into groups.
  projectDocuments: [
    "../README.md",
    "learn/1-the-chain-rule-by-hand.md",
    "learn/2-a-tape-in-60-lines.md",
    "learn/3-the-real-engine.md",
    "learn/4-tensors-and-broadcasting.md",
    "learn/5-gradients-of-gradients.md",
    "learn/6-numerics.md",
    "learn/7-compile.md",
    "learn/8-a-model-from-data-to-report.md",
    "learn/9-gradient-descent.md",
    "learn/10-a-network.md",
    "coming-from.md",
    "bce.md",
    "tape.md",
    "adding-an-op.md",
    "compile.md",
    "loops.md",
    "recipes.md",
    "performance.md",
    "numerics.md",
    "derivations.md",
    "notation.md",
    "check-your-derivation.md",
    "diagnose.md",
    "logistic-regression.md",
    "scaling.md",
    "math.md",
    "security.md",
    "gallery.md",
    "onnx.md",
    "verified-gradients.md",
    "../CONTRIBUTING.md",
  ],
  plugin: [
    linksAtTop,
    linkToLicenses,
    "./site-structure.mjs",
    "./live/plugin.mjs",
    "./home/plugin.mjs",
    "./reference/plugin.mjs",
    "./site-policy.mjs",
  ],
  router: "gradtape",
  headings: { readme: false, document: false },
  navigation: { includeGroups: true },
  out: "site",
  // Where the site will be, with a slash at the end: needed for whole addresses only.
  ...(process.env.SITE_URL === undefined ? {} : { hostedBaseUrl: process.env.SITE_URL }),
  customCss: "site.css",
  favicon: "home/logo.svg",
  name: "gradtape",
  includeVersion: true,
  useFirstParagraphOfCommentAsSummary: true,
  excludeInternal: true,
  excludePrivate: true,
  highlightLanguages: ["bash", "javascript", "python", "typescript"],
  sort: ["source-order"],
  disableGit: true,
  displayBasePath: "..",
  sourceLinkTemplate: "https://github.com/gradtape/gradtape/blob/main/{path}#L{line}",
  // CHANGELOG.md is a file, not an address.
  markdownItOptions: { html: true, linkify: false },
  searchInDocuments: true,
  // $…$ and $$…$$ become MathML at build time, which browsers show without a script or a font. TeX that does not parse
  // fails the build.
  markdownItLoader: (parser) => {
    keepCodeOfHeadings(parser);
    liveMarks(parser);
    parser.use(markdownItMath, { inlineAllowWhiteSpacePadding: true, inlineRenderer: render(false), blockRenderer: render(true) });
  },
  intentionallyNotExported: ["AnyOp", "InStep", "IsDifferentiated"],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ["Class", "Interface", "Function", "Method", "Property", "TypeAlias", "Variable", "Accessor"],
};
