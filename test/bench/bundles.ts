// What a browser downloads for a program that imports the library.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const eager = `import { binaryCrossEntropyWithLogits, tensor, valueAndGrad } from "gradtape";
const X = tensor([[0.2, 1.5], [1.1, -0.4]]);
const y = tensor([1, 0]);
const step = valueAndGrad((w, b) => binaryCrossEntropyWithLogits(X.matmul(w).add(b), y), { argnums: [0, 1] });
console.log(step(tensor([0, 0]), tensor(0))[0].item());`;

/** Programs by what they use, each with the most that its bundle may take in thousands of bytes. */
export const programs = {
  eager: { code: eager, budget: 19.5 },
  compiled: {
    code: eager.replace("import { ", "import { compile, ").replace("valueAndGrad((", "compile(valueAndGrad((").replace("] });", "] }));"),
    budget: 54.9,
  },
  math: {
    code: `import { grad, tensor } from "gradtape";
import { math } from "gradtape/math";
console.log(grad((p) => math\`-log(\${p})\`)(tensor(0.5)).item());`,
    // More than half of it reads what people type, in signs, LaTeX, programs and words, and says what to write instead: docs/math.md.
    budget: 62.7,
  },
  onnx: {
    code: `import { record, tensor, valueAndGrad } from "gradtape";
import { toOnnx } from "gradtape/onnx";
console.log(toOnnx(record(valueAndGrad((x) => x.square().sum()), tensor([1, 2]))).length);`,
    budget: 31.6,
  },
} as const;

/** The program and all that it uses of a built library, in one minified file. */
export async function bundle(code: string, library: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    alias: {
      "gradtape/math": `${library}/math.js`,
      "gradtape/onnx": `${library}/onnx.js`,
      "gradtape/threads": `${library}/threads.js`,
      gradtape: `${library}/index.js`,
    },
    // What `gradtape/onnx` needs beside the library.
    external: ["onnx-buf", "@bufbuild/protobuf"],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

/** Thousands of bytes of a file as servers send it. */
export const compressedSize = (contents: Uint8Array): number => gzipSync(contents, { level: 9 }).length / 1000;
