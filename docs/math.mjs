// A TypeDoc plugin: $…$ and $$…$$ in doc comments and guides become MathML at build time, which browsers show without
// a script or a font. TeX that does not parse fails the build.
import markdownItMath from "markdown-it-math/no-default-renderer";
import temml from "temml";

const render = (displayMode) => (tex) => temml.renderToString(tex, { displayMode, throwOnError: true });

export function load(app) {
  app.options.setValue("markdownItLoader", (parser) => {
    parser.use(markdownItMath, { inlineRenderer: render(false), blockRenderer: render(true) });
  });
}
