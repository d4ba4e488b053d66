import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, expect, test } from "vitest";
import { builtPackage } from "../support/built.js";
import { root } from "../support/root.js";
import { quickStart, runIn } from "./pack.js";

// Uses the package as it would be published, in an empty project.
let project: string;
let installed: string;
let tarball: string;
const run = (command: string, args: readonly string[]): string => runIn(project, command, args);

beforeAll(async () => {
  ({ project, tarball } = await builtPackage());
  installed = join(project, "node_modules", "gradtape");
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
}, 300_000);

/** The files of the package, with / between their parts. */
const filesOf = (): string[] =>
  readdirSync(installed, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(installed.length + 1)
        .replaceAll("\\", "/"),
    );

test("the package holds the built files, their maps and types, the sources of these, and nothing else", () => {
  const files = filesOf();
  expect(
    files.filter(
      (name) => !/^(dist\/.*\.(js|d\.ts)(\.map)?|dist\/licenses\.txt|src\/.*\.ts|package\.json|(README|CHANGELOG)\.md|LICENSE)$/.test(name),
    ),
  ).toEqual([]);
  expect(
    files.filter((name) => name.startsWith("src/compile/machine/")),
    "leave them out by `files` in package.json",
  ).toEqual([]);
  for (const entry of ["index", "math"]) {
    for (const ending of [".js", ".js.map", ".d.ts", ".d.ts.map"]) expect(files).toContain(`dist/${entry}${ending}`);
  }
});

test("every file of code and of types has a map, and every map leads to sources that are there", () => {
  const files = filesOf();
  const mapped = files.filter((name) => /^dist\/.*\.(js|d\.ts)$/.test(name));
  expect(mapped.length).toBeGreaterThan(60);
  for (const name of mapped) {
    expect(files).toContain(`${name}.map`);
    expect(readFileSync(join(installed, name), "utf8")).toContain(`//# sourceMappingURL=${name.split("/").pop()}.map`);
    const map = JSON.parse(readFileSync(join(installed, `${name}.map`), "utf8")) as { sources: string[]; sourcesContent?: string[] };
    expect(map.sources.length, name).toBeGreaterThan(0);
    for (const [i, source] of map.sources.entries()) {
      const text = readFileSync(resolve(installed, dirname(name), source), "utf8");
      if (name.endsWith(".js")) expect(map.sourcesContent?.[i], `${name}: ${source}`).toBe(text);
    }
  }
});

test("no code of others is in it but what Peggy writes into parsers, which comes with its license", () => {
  const foreign = filesOf()
    .filter((name) => /^dist\/.*\.js\.map$/.test(name))
    .flatMap((name) => (JSON.parse(readFileSync(join(installed, name), "utf8")) as { sources: string[] }).sources)
    .filter((source) => source.includes("node_modules") || !source.startsWith("../src/"));
  expect(foreign, "say their licenses in src/build.mjs").toEqual([]);
  const licenses = readFileSync(join(installed, "dist", "licenses.txt"), "utf8");
  expect(licenses).toMatch(/Peggy \d+\.\d+\.\d+/);
  expect(licenses).toContain("Permission is hereby granted");
});

test("publint finds nothing to say about it", async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("attw finds its types right for every way to import an ES module", () => {
  const tool = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
  // It ends with an error if it finds any.
  expect(run(process.execPath, [tool, "--profile", "esm-only", "--no-color", tarball])).toContain('"gradtape/math"');
});

test("the README has a quick start for `npm run try-package` to follow", () => {
  expect(quickStart("a.tgz")).toMatch(/^npm init -y.*\nnpm install a\.tgz\n[\s\S]*node gradient\.mjs/);
});

test("JavaScript in an empty project imports it and gets a gradient", () => {
  writeFileSync(join(project, "use.mjs"), `import { grad } from "gradtape"; console.log(grad((x) => x.pow(3))(2).item());`);
  expect(run(process.execPath, ["use.mjs"]).trim()).toBe("12");
});

test("the ONNX entry knows the tensors of the main one, and needs its packages only when it is imported", () => {
  writeFileSync(
    join(project, "export.mjs"),
    `import { grad, record, tensor } from "gradtape"; import { toOnnx } from "gradtape/onnx";
console.log(toOnnx(record(grad((x) => x.pow(3)), tensor(2))).length > 0);`,
  );
  expect(() => run(process.execPath, ["export.mjs"])).toThrow(/Cannot find package '(@bufbuild\/protobuf|onnx-buf)'/);
  for (const name of ["@bufbuild", "onnx-buf"])
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
  expect(run(process.execPath, ["export.mjs"]).trim()).toBe("true");
});

test("formulas have an entry of their own that knows the tensors of the main one", () => {
  writeFileSync(
    join(project, "formula.mjs"),
    `import { grad, Tensor } from "gradtape"; import { math } from "gradtape/math";
console.log(math\`1\` instanceof Tensor, grad((x) => math\`\${x}^3\`)(2).item());`,
  );
  expect(run(process.execPath, ["formula.mjs"]).trim()).toBe("true 12");
});

test.each(["typescript", "typescript-7"])(
  "%s with strict NodeNext resolves its types, without those of Node or the DOM",
  { timeout: 60_000 },
  (compiler) => {
    writeFileSync(
      join(project, "use.ts"),
      `import { grad, record, Tensor, tensor } from "gradtape";
import { ExpressionError, type Formula, math, parseMath } from "gradtape/math";
import { type OnnxOptions, toOnnx } from "gradtape/onnx";
const options: OnnxOptions = { precision: "float32" };
export const bytes: Uint8Array = toOnnx(record((x: Tensor) => x.exp(), 1), options);
const formula: Formula = parseMath("x + 1");
export const sum: Tensor = math\`\${formula({ x: 1 })} + \${[1, 2]}\`;
export const place = (error: unknown): number => (error instanceof ExpressionError ? error.start : -1);
const g: { w: Tensor; b: Tensor } = grad((p: { w: Tensor; b: Tensor }) => p.w.sum().add(p.b))({ w: tensor([1, 2]), b: 3 });
export const total: number = g.w.sum().item();
// @ts-expect-error what is internal is not in the types
g.w.slot;
`,
    );
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "NodeNext",
          target: "ES2022",
          lib: ["ES2022"],
          types: [],
          noEmit: true,
          exactOptionalPropertyTypes: true,
        },
        files: ["use.ts"],
      }),
    );
    expect(run(process.execPath, [join(root, "node_modules", compiler, "bin", "tsc"), "-p", "tsconfig.json"])).toBe("");
  },
);
