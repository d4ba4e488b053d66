import temml from "temml";

/** LaTeX as MathML. Names in it are escaped by Temml. */
export const mathml = (latex: string): string => temml.renderToString(latex, { throwOnError: false });
