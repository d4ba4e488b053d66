import { edgeFormulas, edgeFunctions, edgeFunctionsByColumns } from "./edge-functions.js";
import { checkEdges, type EdgeReport, edgeTable, type Run, type Word, wordsOf } from "./edges.js";

// The section of docs/verified-gradients.md about edges, tails and seams.

const always = (): boolean => true;
const columns: readonly { readonly title: string; readonly run: Run; readonly has: (word: Word) => boolean }[] = [
  { title: "value", run: "eager", has: (word) => word === "" },
  { title: "reverse", run: "eager", has: (word) => /^R+$/.test(word) },
  { title: "forward", run: "eager", has: (word) => /^F+$/.test(word) },
  { title: "mixed", run: "eager", has: (word) => /RF|FR/.test(word) },
  { title: '"wasm"', run: "wasm", has: always },
  { title: '"js"', run: "js", has: always },
  { title: "stabilized", run: "stabilized", has: always },
];

function show(reports: readonly EdgeReport[]): string {
  const wrong = reports.reduce((sum, { failures }) => sum + failures.length, 0);
  if (wrong > 0) return `**${wrong} wrong**`;
  if (reports.every((report) => report.checked === 0)) return "–";
  const worst = Math.max(...reports.map((report) => report.worst));
  return worst === 0 ? "0" : worst.toExponential(0);
}

/** The section as Markdown, and how many numbers it stands for. */
export function edgeSection(): { readonly text: string; readonly checked: number } {
  let checked = 0;
  const reasons: string[] = [];
  const rows = Object.entries(edgeTable).map(([name, { points, slack, why }]) => {
    const cells = columns.map(({ run, has }) => {
      const functions = [
        ...(name in edgeFunctions ? [edgeFunctions[name]] : []),
        ...(name in edgeFunctionsByColumns ? [edgeFunctionsByColumns[name]] : []),
        ...(run === "stabilized" ? (edgeFormulas[name] ?? []) : []),
      ];
      if (functions.length === 0) return "–";
      const own = wordsOf(name).filter(has);
      const reports = functions.flatMap((f) => own.map((word) => checkEdges(name, run, word, f)));
      for (const report of reports) checked += report.checked;
      return show(reports);
    });
    let note = "";
    if (slack !== undefined && why !== undefined && Object.keys(slack).length > 0) {
      if (!reasons.includes(why)) reasons.push(why);
      note = `(${reasons.indexOf(why) + 1})`;
    }
    return `| ${name.replaceAll("|", "\\|")} | ${points[0].length} | ${cells.join(" | ")} | ${note} |`;
  });
  const text = `## At edges, in tails and at seams

A fourth oracle holds values and all partial derivatives to order 3 to references in 1,000 digits: Taylor arithmetic over mpmath, which
knows no rule of the library (\`test/references/jets.py\`), at the exact double, rounded to a double once, at the end. The points go from
5·10⁻³²⁴ to 1.7·10³⁰⁸, of both signs, with ±0, ±∞, NaN, and both sides of each number at which a kernel changes its formula. Each function is
differentiated in all 14 orders of reverse and forward mode (grad, jvp, grad of grad, jvp of grad, …), eager, compiled for both
backends, and after \`stabilize\`; a row of a formula that goes wrong as it stands, such as log(exp(x) + exp(y)), is held to what it means once
it is stabilized. \`test/references/edges.test.ts\` runs all of it.

A number is right if it is within 2·10⁻¹³ of the reference, relative, or within 10⁻³²⁰, where numbers have few digits; ∞ and NaN are to be
met exactly. The table shows the largest relative error, in the orders 1 to 3 together (1 for rows of nine). A number at the end of a row names a bound beyond
that, in some derivatives, and its reason:

${reasons.map((reason, i) => `${i + 1}. ${reason}.`).join("\n")}

What counts as right at an edge: the limit, for each derivative on its own, at ±∞ and where a derivative is infinite; 0 for the derivative at
the kinks of \`relu\` and \`abs\`, an equal share for equal ones in an extremum, all of it at the bounds of \`clamp\`; NaN wherever a NaN went
in. A cotangent or tangent that is exactly 0 contributes 0, also next to an infinite derivative.

| function | points | ${columns.map(({ title }) => title).join(" | ")} | bound |
| --- | ${["points", ...columns].map(() => "---").join(" | ")} | --- |
${rows.join("\n")}
`;
  return { text, checked };
}
