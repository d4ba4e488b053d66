// What `npm run docs` builds: the API reference and the guides, into docs/site/.
import markdownItMath from "markdown-it-math/no-default-renderer";
import temml from "temml";
import { JSX } from "typedoc";

const render = (displayMode) => (tex) => temml.renderToString(tex, { displayMode, throwOnError: true });

/** A link to the playground, which `npm run docs` builds beside the reference, on every page. */
function linkToPlayground({ renderer }) {
  renderer.hooks.on("sidebar.begin", ({ relativeURL }) =>
    JSX.createElement("p", {}, JSX.createElement("a", { href: relativeURL("playground/index.html") }, "Playground")),
  );
}

/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  entryPoints: ["../src/index.ts", "../src/math.ts"],
  alwaysCreateEntryPointModule: false,
  tsconfig: "../src/tsconfig.json",
  readme: "../README.md",
  projectDocuments: [
    "bce.md",
    "tape.md",
    "adding-an-op.md",
    "compile.md",
    "performance.md",
    "numerics.md",
    "derivations.md",
    "diagnose.md",
    "math.md",
    "compile.md",
    "performance.md",
    "numerics.md",
    "verified-gradients.md",
  ],
  out: "site",
  customCss: "site.css",
  plugin: [linkToPlayground],
  name: "gradtape",
  includeVersion: true,
  excludeInternal: true,
  excludePrivate: true,
  sort: ["source-order"],
  disableGit: true,
  sourceLinkTemplate: "https://github.com/gradtape/gradtape/blob/main/{path}#L{line}",
  // $…$ and $$…$$ become MathML at build time, which browsers show without a script or a font. TeX that does not parse
  // fails the build.
  markdownItLoader: (parser) => {
    parser.use(markdownItMath, { inlineAllowWhiteSpacePadding: true, inlineRenderer: render(false), blockRenderer: render(true) });
  },
  intentionallyNotExported: ["AnyOp", "IsDifferentiated"],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ["Class", "Interface", "Function", "Method", "Property", "TypeAlias", "Variable", "Accessor"],
};
