// Turns grammar.peggy into parser.ts with Peggy, which is needed for this only. `npm ci` runs this, and `npm test`.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import peggy from "peggy";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const grammar = here("grammar.peggy");
const source = peggy.generate([{ source: grammar, text: readFileSync(grammar, "utf8") }], {
  grammarSource: "grammar.peggy",
  output: "source",
  format: "es",
  optimize: "size",
});
writeFileSync(here("parser.ts"), `// Written by build-parser.mjs.\n// @ts-nocheck\n${source}`);
