import { unsafeHTML } from "lit-html/directives/unsafe-html.js";
import temml from "temml";

const written = new Map<string, string>();

/** LaTeX as MathML, which browsers show by themselves. Formulas come from the engine; the user's names in them are escaped by Temml. */
export function math(latex: string, displayMode = false): unknown {
  const key = `${displayMode}${latex}`;
  let markup = written.get(key);
  if (markup === undefined) {
    markup = temml.renderToString(latex, { displayMode, throwOnError: false });
    if (written.size > 2000) written.clear();
    written.set(key, markup);
  }
  return unsafeHTML(markup);
}
