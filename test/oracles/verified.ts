// `npm run verified`: measures every op by four independent oracles and by duality, and writes docs/verified-gradients.md.
import { writeFileSync } from "node:fs";
import { edgeSection } from "../references/edge-table.js";
import { cases } from "./cases.js";
import { functionNames, transformNames } from "./families.js";
import { byComplexStep, byDifferences, byDuality, references } from "./oracles.js";

const show = (value: number | undefined): string => (value === undefined ? "–" : value === 0 ? "0" : value.toExponential(0));

const rows = [...functionNames, ...transformNames]
  .sort((a, b) => a.localeCompare(b))
  .map((op) => {
    const own = cases.filter((c) => c.op === op);
    const stored = references.filter((reference) => reference.op === op);
    const sources = [...new Set(stored.map(({ source }) => source))].join(", ");
    // stopGradient is meant to disagree with differences of its function.
    const differences = op === "stopGradient" ? undefined : Math.max(...own.map(byDifferences));
    return `| \`${op}\` | ${own.length} | ${show(differences)} | ${show(byComplexStep(op))} | ${show(Math.max(...own.map(byDuality)))} | ${show(Math.max(...stored.map(({ error }) => error())))} | ${sources} |`;
  });

const edges = edgeSection();

writeFileSync(
  new URL("../../docs/verified-gradients.md", import.meta.url),
  `# Verified gradients

Every op and loss of the library, and the largest error that three independent oracles and a check of the two modes against each
other find in its derivatives, relative where a number exceeds 1. \`npm run verified\` measures and writes this page;
\`test/oracles/oracles.test.ts\` holds the library to all four at every run, and fails if an op is missing here.

1. *Differences*: reverse mode, forward mode, forward over reverse and reverse over reverse against central differences of
   five points, first and second order, on the given number of cases (\`test/oracles/records/\`: shapes, broadcasts, axes, options). The
   error is mostly that of the differences.
2. *Complex step*: Im f(x + ih)/h with functions over complex numbers from mathjs, which has no rounding to speak of, for the
   functions that are defined there.
3. *Reference*: values and gradients from another implementation, stored in \`test/references/\`: arithmetic with 1,000 digits
   (mpmath, at 0, ±1e-8, ±30, ±90, ±750, ±1000 and others) for functions of one number, PyTorch in float64 for the rest.

*Duality* is ⟨v, J·u⟩ by forward mode against ⟨Jᵀ·v, u⟩ by reverse mode at random u and v. It finds a rule that is wrong in one of the
modes, to the last digits, and is no oracle by itself: it compares the library with the library, and would not see an error that
both modes share.

| op | cases | differences | complex step | duality | reference | from |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

${edges.text}`,
);
console.log(`${rows.length} ops in docs/verified-gradients.md, and ${edges.checked} numbers at edges`);
