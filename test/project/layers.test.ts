import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../support/root.js";

// Value imports go one way through the rooms of `src/`, from a later one to an earlier one; `import type` may point anywhere, it
// is gone at run time. CONTRIBUTING says what each room is for. The entries stand behind the rooms that they show.
// biome-ignore format: one line each for the engine and for what is optional
const rooms = [
  "base", "kernels", "ops", "tape", "tensor", "functions", "transforms", "optim", "passes", "compile", "explain", "index",
  "formulas", "math", "onnx", "threads",
];

/** No file has more lines of code than this: comments and blank lines are not counted. */
const LONGEST = 400;

/** Written by scripts when the package is built. */
const generated = ["compile/machine-code.ts", "formulas/parser.ts", "passes/stabilize/parsed-rules.ts"];

/** The packages that an optional entry may import, and the one file that does. */
const packages: Record<string, string> = { "@bufbuild/protobuf": "onnx/encode", "onnx-buf": "onnx/encode" };

const src = `${root}src`;
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

/** The files whose values a file imports or re-exports, from `src` on and without their ending; packages by their name. */
function valueImports(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(src, file), "utf8"), ts.ScriptTarget.Latest);
  const found: string[] = [];
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    if (statement.moduleSpecifier === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (isTypeOnly(statement)) continue;
    const { text } = statement.moduleSpecifier;
    const path = relative(src, join(src, dirname(file), text)).replaceAll("\\", "/");
    found.push(text.startsWith(".") ? path.replace(/\.js$/, "") : text);
  }
  return found;
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause;
    return (
      statement.isTypeOnly ||
      (clause !== undefined && ts.isNamedExports(clause) && clause.elements.length > 0 && clause.elements.every((e) => e.isTypeOnly))
    );
  }
  const clause = statement.importClause;
  if (clause === undefined) return false; // import "./x.js" runs it
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return clause.name === undefined && named !== undefined && ts.isNamedImports(named) && named.elements.every((e) => e.isTypeOnly);
}

const graph = new Map(files.map((file) => [file.replaceAll("\\", "/").replace(/\.ts$/, ""), valueImports(file)]));
const roomOf = (module: string): number => rooms.indexOf(module.split("/")[0]);

test("every file belongs to a room", () => {
  expect(
    [...graph.keys()].filter((module) => roomOf(module) < 0),
    "put these into a room, or name their new room in test/project/layers.test.ts and in CONTRIBUTING.md",
  ).toEqual([]);
  expect(graph.size).toBeGreaterThan(15);
});

test("value imports go from a later room to an earlier one, or stay within one", () => {
  const wrong = [...graph].flatMap(([from, targets]) =>
    targets.filter((to) => !(to in packages) && (roomOf(to) > roomOf(from) || roomOf(to) < 0)).map((to) => `${from} → ${to}`),
  );
  expect(wrong, "the order of the rooms stands in test/project/layers.test.ts").toEqual([]);
});

test("there is no cycle of value imports", () => {
  const done = new Set<string>();
  const visit = (module: string, path: readonly string[]): void => {
    if (path.includes(module)) throw new Error(`cycle: ${[...path.slice(path.indexOf(module)), module].join(" → ")}`);
    if (done.has(module)) return;
    for (const next of graph.get(module) ?? []) visit(next, [...path, module]);
    done.add(module);
  };
  for (const module of graph.keys()) visit(module, []);
});

test("no import has a side effect, the engine imports no package, and an optional entry imports its own in one file", () => {
  for (const [module, targets] of graph) {
    const wrong = targets.filter((to) => !graph.has(to) && packages[to] !== module);
    expect(wrong, `see src/${module}.ts; what an entry may import stands in test/project/layers.test.ts`).toEqual([]);
  }
});

test("no file is longer than one can read at a sitting", () => {
  const long = files.flatMap((file) => {
    const code = readFileSync(join(src, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    const lines = code.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;
    return lines > LONGEST && !generated.includes(file) ? [`${file}: ${lines} lines of code`] : [];
  });
  expect(long, "split these by what they are about").toEqual([]);
});
