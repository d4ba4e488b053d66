import { unsafeHTML } from "lit-html/directives/unsafe-html.js";
import temml from "temml";

const written = new Map<string, string>();

/** LaTeX as MathML, which browsers show by themselves. Formulas come from the engine; the user's names in them are escaped by Temml. */
export function math(latex: string): unknown {
  let markup = written.get(latex);
  if (markup === undefined) {
    markup = temml.renderToString(latex, { throwOnError: false });
    if (written.size > 2000) written.clear();
    written.set(latex, markup);
  }
  return unsafeHTML(markup);
}
