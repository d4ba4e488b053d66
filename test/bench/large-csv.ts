// Writes a large CSV file for the logistic regression, the same for the same seed: 30 columns of numbers and a column y of 0 and 1.
//
//     npx tsx test/bench/large-csv.ts FILE [rows = 1000000] [seed = 1]

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const COLUMNS = 30;
const [file, rows = "1000000", seed = "1"] = process.argv.slice(2);
if (file === undefined) {
  console.error("large-csv: expected a file to write to");
  process.exit(1);
}
const random = xoroshiro128plus(Number(seed));
const uniform = (): number => uniformFloat64(random);
/** By Box and Muller's transform. */
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

const out = createWriteStream(file);
let text = `${Array.from({ length: COLUMNS }, (_, j) => `x${j + 1}`).join(",")},y\n`;
for (let i = 0; i < Number(rows); i++) {
  let z = -0.5;
  for (let j = 0; j < COLUMNS; j++) {
    const value = normal();
    z += ((j % 7) - 3) * 0.1 * value;
    text += `${value},`;
  }
  text += `${uniform() < 1 / (1 + Math.exp(-z)) ? 1 : 0}\n`;
  if (text.length > 1 << 20) {
    if (!out.write(text)) await once(out, "drain");
    text = "";
  }
}
out.end(text);
await finished(out);
