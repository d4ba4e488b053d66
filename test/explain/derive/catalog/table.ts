import type { Finding } from "./check.js";

// The catalog as it stands in docs/derivations.md.

/** The place of the catalog in a document. */
export const CATALOG = /(?<=^## The catalog\n)[\s\S]*?(?=\n## |$(?![\s\S]))/m;

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

/** The loss as derive defines it, with the named values of which it is made. */
const definitionsOf = ({ derivation }: Finding): string =>
  derivation.steps
    .filter(({ section, rule }) => section === "definitions" && !rule.startsWith("the size of"))
    .map(({ left, right }) => code(`${left} = ${right}`))
    .join("<br>");

const row = (finding: Finding): string => {
  const { entry, printed, isTextbook } = finding;
  const { name, source, textbook, order } = entry;
  const keys = Object.keys(textbook);
  const left = (key: string): string => (order === 2 ? `∂²/∂${key.includes(", ") ? key.replace(", ", "∂") : `${key}²`}` : `∂/∂${key}`);
  const forms = keys.map((key) => code(`${left(key)} = ${printed[key]}`)).join("<br>");
  const others = keys.filter((key) => printed[key] !== textbook[key]).map((key) => code(`${left(key)} = ${textbook[key]}`));
  return `| ${name} (${source}) | ${definitionsOf(finding)} | ${forms} | ${isTextbook ? "✓" : others.join("<br>")} |`;
};

/** How many there are, and how many of them are printed as textbooks have them. */
export function countsOf(findings: ReadonlyMap<string, readonly Finding[]>): { readonly all: number; readonly textbook: number } {
  const list = [...findings.values()].flat();
  return { all: list.length, textbook: list.filter(({ isTextbook }) => isTextbook).length };
}

/** All of it in Markdown. */
export function catalogText(findings: ReadonlyMap<string, readonly Finding[]>): string {
  const { all, textbook } = countsOf(findings);
  const tables = [...findings].map(
    ([field, list]) =>
      `\n### ${field}\n\n| loss | as derive reads it | what derive prints | textbook |\n| --- | --- | --- | --- |\n${list.map(row).join("\n")}\n`,
  );
  return `
${all} losses and models whose derivatives stand in textbooks and papers. Each printed formula is read again, by a reader that
shares no code with the algebra, and evaluated at three points that \`derive\` has not seen, and all have the numbers of \`grad\` and
\`hessian\` there. Each has a form that was written down by hand beside it, after the source that is named, from memory and without
looking up the equation. Of the ${all}, ${textbook} are printed in that form (✓), up to the order of terms and factors; for the others the last
column has it. \`npm run fill\` writes the tables, and a test compares them.
${tables.join("")}`;
}
