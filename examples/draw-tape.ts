// Draws the tape of the binary cross entropy and that of its gradient: npx tsx examples/draw-tape.ts [directory]
// The library writes a tape as text for Graphviz, for Mermaid or as LaTeX; Graphviz, here from npm, lays it out.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { instance } from "@viz-js/viz";
import { record, type Tensor, tensor, toDot, toLatex, valueAndGrad } from "gradtape";

const directory = process.argv[2] ?? "docs";
if (!existsSync(directory)) {
  console.error(`draw-tape: expected a directory to write to, got ${directory}`);
  process.exit(1);
}

const loss = (W: Tensor, x: Tensor, y: Tensor): Tensor => {
  const z = W.matmul(x).named("z"); // (3)
  const p = z.sigmoid().named("ŷ"); // (2)
  return y
    .mul(p.log())
    .add(y.rsub(1).mul(p.rsub(1).log()))
    .neg()
    .named("L"); // (1)
};
const inputs = [tensor([0.5, -1, 2]).named("W"), tensor([1, 0.3, 0.8]).named("x"), tensor(1).named("y")] as const;
const tape = record(loss, ...inputs);
const gradient = record(valueAndGrad(loss), ...inputs);

const graphviz = await instance();
for (const [file, drawn, direction] of [
  ["bce-tape.svg", tape, "LR"],
  ["bce-gradient-tape.svg", gradient, "TB"],
] as const) {
  writeFileSync(join(directory, file), graphviz.renderString(toDot(drawn), { format: "svg", graphAttributes: { rankdir: direction } }));
  console.log(`${join(directory, file)}: ${drawn.nodes.length} nodes`);
}
console.log(`\nThe same as formulas, with a bar for cotangents:\n\n${toLatex(gradient)}`);
