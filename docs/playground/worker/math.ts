import temml from "temml";

const written = new Map<string, string>();

/** A longer formula is nothing to read, and takes a browser seconds to lay out. */
const LONGEST = 20_000;

/**
 * LaTeX as MathML, which browsers show by themselves. Formulas come from the engine; the user's names in them are escaped by
 * Temml.
 */
export function math(latex: string): string {
  if (latex.length > LONGEST) return `<span class="note">a formula of ${latex.length} characters</span>`;
  let markup = written.get(latex);
  if (markup === undefined) {
    markup = temml.renderToString(latex, { throwOnError: false });
    if (written.size > 2000) written.clear();
    written.set(latex, markup);
  }
  return markup;
}
