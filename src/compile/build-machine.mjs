// Compiles the machine (machine/, in AssemblyScript) to WebAssembly and writes it into machine-code.ts as text, so that the
// package needs no file at run time. `npm ci` runs this, and `npm test`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
let code;
const { error, stderr } = await asc.main(
  // biome-ignore format: one option a line says less
  [
    "index.ts", "--baseDir", here("machine"), "--outFile", "machine.wasm",
    "--enable", "simd", "--runtime", "stub", "--importMemory", "--initialMemory", "1", "--use", "abort=",
    "-O3", "--noAssert",
  ],
  {
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) code = contents;
    },
  },
);
if (error !== null || code === undefined) {
  console.error(stderr.toString());
  throw error ?? new Error("build-machine: the compiler wrote nothing");
}
const memory = new WebAssembly.Memory({ initial: 1 });
const { instance } = await WebAssembly.instantiate(code, { env: { memory }, math: Math });
writeFileSync(
  here("machine-code.ts"),
  `// Written by build-machine.mjs.\n
/** Where a program may begin: what is before it is the machine's own. */
export const firstFree = ${instance.exports.firstFree.value};\n
/** ${code.length} bytes of WebAssembly, in hexadecimal: longer than base64, but compressed a fifth shorter, since each byte begins at a letter. */
export const machineCode =\n  "${Buffer.from(code).toString("hex")}";\n`,
);
console.log(`The machine: ${code.length} bytes of WebAssembly`);
