import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// Packs the package as it would be published, unpacks it into an empty project, and uses it there.
const root = fileURLToPath(new URL("../../", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "gradtape-"));
const installed = join(project, "node_modules", "gradtape");
const run = (command: string, args: readonly string[], cwd = project): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], shell: process.platform === "win32" });

beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  run("npm", ["pack", "--silent", "--pack-destination", project], root);
  const [tarball] = readdirSync(project).filter((name) => name.endsWith(".tgz"));
  run("tar", ["-xzf", join(project, tarball), "-C", installed, "--strip-components=1"]);
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("the package holds the built files, their maps and types, and nothing else", () => {
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));
  expect(files.filter((name) => !/^(dist[\\/].*\.(js|d\.ts)(\.map)?|package\.json|README\.md|LICENSE)$/.test(name))).toEqual([]);
  expect(files).toContain(join("dist", "index.js"));
  expect(files).toContain(join("dist", "index.d.ts"));
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

test("TypeScript with strict NodeNext resolves its types, without those of Node or the DOM", { timeout: 60_000 }, () => {
  writeFileSync(
    join(project, "use.ts"),
    `import { grad, record, Tensor, tensor } from "gradtape";
import { type OnnxOptions, toOnnx } from "gradtape/onnx";
const options: OnnxOptions = { precision: "float32" };
export const bytes: Uint8Array = toOnnx(record((x: Tensor) => x.exp(), 1), options);
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
  expect(run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.json"])).toBe("");
});
