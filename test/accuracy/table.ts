import { catalog, judge, RIGHT, type Row, type Verdict } from "./catalog.js";

const errors = (value: number, gradient: number): string => `${errorText(value)}, ${errorText(gradient)}`;
const errorText = (error: number): string => (error <= RIGHT ? "–" : error >= 1 ? "all" : error.toExponential(0));

/** The formulas of the catalog with what becomes of them, in its order. */
export const rows = (): Row[] => catalog.map(judge);

/** How many formulas there are of each verdict. */
export function counts(all: readonly Row[]): Record<Verdict, number> {
  const count = { fixed: 0, "value only": 0, "found only": 0, missed: 0, "right as it is": 0 };
  for (const { verdict } of all) count[verdict]++;
  return count;
}

/** A table in Markdown of what becomes of the catalog, for the guide. */
export function tableOfCatalog(all: readonly Row[]): string {
  const lines = all.map(({ entry, verdict, plain, stable }) => {
    const formula = entry.formula.replaceAll("|", "\\|");
    return `| ${entry.name} | \`${formula}\` | ${errors(plain.value, plain.gradient)} | ${errors(stable.value, stable.gradient)} | ${verdict} |`;
  });
  return `| formula | as written | off before | off after | |\n| --- | --- | --- | --- | --- |\n${lines.join("\n")}\n`;
}

/** The place of that table in a document. */
export const TABLE_OF_CATALOG = /^\| formula \| as written \|.*\n(?:\|.*\n)+/m;

/** The sentence that counts them. */
export function summaryOfCatalog(all: readonly Row[]): string {
  const { fixed, "value only": value, "found only": found, missed, "right as it is": right } = counts(all);
  const worse = all.filter((row) => row.worse).length;
  return `Of ${all.length} formulas ${fixed} are fixed in value and gradient, ${value} in the value only, ${found} are found only, ${missed} missed, ${right} right as they are; ${worse} get worse.\n`;
}

/** The place of that sentence in a document. */
export const SUMMARY_OF_CATALOG = /^Of \d+ formulas \d+ are fixed.*\n/m;
