import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Derivation, derive, slogdet, type Tensor, tensor } from "gradtape";
import temml from "temml";
import { expect, test } from "vitest";
import { latexSymbol, latexText } from "../../../../src/explain/formula/latex-names.js";
import { randomProgram } from "./programs.js";

function derivationOf(seed: number): Derivation {
  const { f, inputs } = randomProgram(seed);
  const names = Object.keys(inputs);
  const at = (...xs: Tensor[]): Tensor => f(Object.fromEntries(names.map((name, k) => [name, xs[k]])));
  return derive<Tensor[]>(at, ...Object.values(inputs), { wrt: names.map((_, k) => k), notation: seed % 5 === 0 ? "index" : "matrix" });
}

/** Names as users write them, and what TeX would take for commands. */
const awkward = (): Derivation =>
  derive(
    ({ W_out, loss, rows }: { W_out: Tensor; loss: Tensor; rows: Tensor }) =>
      W_out.named("W_out")
        .mul(18)
        .mul(loss.exp().named("λ_1").abs())
        .take(rows)
        .softmax()
        .named("ŷ%_&#")
        .log()
        .sum()
        .mul(tensor(2).named("größe")),
    { W_out: [0.1, 0.2, 0.5], loss: 0.3, rows: [0, 2] },
    { notation: "index" },
  );
const determinant = (): Derivation =>
  derive(
    (A: Tensor) => slogdet(A)[1],
    tensor([
      [2, 0.3],
      [0.1, 1.5],
    ]).named("A"),
    { order: 2 },
  );
const derivations = (): Derivation[] => [awkward(), determinant(), ...Array.from({ length: 25 }, (_, k) => derivationOf(k + 1))];

test("a strict parser takes the LaTeX of every derivation, whole and line by line", () => {
  const render = (tex: string): string =>
    temml.renderToString(tex, {
      throwOnError: true,
      strict: true,
      displayMode: true,
      maxExpand: Number.POSITIVE_INFINITY,
    });
  for (const derivation of derivations()) {
    expect(render(derivation.toLatex())).toContain("<math");
    const equations = [...derivation.toMarkdown().matchAll(/^\| \$ (.*?) \$ \|/gm)].map(([, tex]) => tex);
    expect(equations).toHaveLength(derivation.steps.length);
    for (const tex of equations) expect(render(tex)).toContain("<math");
  }
});

const hasTeX = spawnSync("pdflatex", ["--version"]).status === 0;

test.runIf(hasTeX)("pdfLaTeX takes them, with numbers beside the lines", () => {
  const folder = mkdtempSync(join(tmpdir(), "derivations-"));
  try {
    const body = derivations().map((derivation) => derivation.toLatex());
    writeFileSync(
      join(folder, "all.tex"),
      `\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n${body.join("\n")}\n\\end{document}\n`,
    );
    const { status, stdout } = spawnSync("pdflatex", ["-halt-on-error", "-interaction=nonstopmode", "all.tex"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(
      status,
      stdout
        .split("\n")
        .filter((line) => /^(!|l\.)/.test(line))
        .join("\n"),
    ).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("names are set as people set them", () => {
  expect(["ŷ", "μ", "β̂", "W1", "W_out", "λ_1", "θ₁′", "h_ŷ", "loss", "Δt", "x_1_2", "100%", "größe"].map(latexSymbol)).toEqual([
    ...["\\hat{y}", "\\mu", "\\hat{\\beta}", "W_{1}", "W_{\\mathrm{out}}", "\\lambda_{1}", "{\\theta_{1}}'", "h_{\\hat{y}}"],
    ...["\\mathrm{loss}", "\\Delta \\mathrm{t}", "x_{\\mathrm{1\\_2}}", "\\mathrm{100\\%}", "\\text{größe}"],
  ]);
});

test("words have their signs in math mode", () => {
  expect(latexText("express through ŷ, W₁")).toBe("\\text{express through }\\hat{y},\\text{ }W_{1}");
  expect(latexText("Σ₁(y) = 1 at these inputs")).toBe("\\Sigma_{1}(y)\\text{ = 1 at these inputs}");
  expect(latexText("a constant, 100% of it")).toBe("\\text{a constant, 100\\% of it}");
});

test("numbers do not run together", () => {
  const { steps } = derive((u: Tensor) => u.square().mul(9), tensor(2).named("u"));
  expect(steps[steps.length - 1].latex).toContain("18 \\, u");
  const factors = derive((u: Tensor, v: Tensor) => u.mul(v).mul(2).exp().mul(18), tensor(2).named("u"), tensor(0.1).named("v"));
  expect(factors.toLatex()).not.toMatch(/\d \\, \d/);
});
