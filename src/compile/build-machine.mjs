// Compiles the machine (machine/, in AssemblyScript) to WebAssembly. It writes three files, which are not kept in git:
// - machine/dispatch.ts: which code is run by what, for the machine itself;
// - machine-words.ts: the names of the instructions and of their words, for the encoder;
// - machine-code.ts: the WebAssembly as text, so that the package needs no file at run time.
// `npm ci` runs this, and `npm test`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { readMachine } from "./read-machine.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const WRITTEN = "// Written by build-machine.mjs.\n\n";

const DISPATCH = "dispatch.ts";
const machine = readMachine(here("machine"), DISPATCH);
writeFileSync(here(`machine/${DISPATCH}`), dispatchOf(machine));
writeFileSync(here("machine-words.ts"), wordsOf(machine));
const code = await compile();
const memory = new WebAssembly.Memory({ initial: 1 });
const { instance } = await WebAssembly.instantiate(code, { env: { memory }, math: Math });
writeFileSync(
  here("machine-code.ts"),
  `${WRITTEN}/** Where a program may begin: what is before it is the machine's own. */
export const firstFree = ${instance.exports.firstFree.value};\n
/** ${code.length} bytes of WebAssembly, in hexadecimal: longer than base64, but compressed a fifth shorter, since each byte begins at a letter. */
export const machineCode =\n  "${Buffer.from(code).toString("hex")}";\n`,
);
console.log(`The machine: ${code.length} bytes of WebAssembly`);

/** A code is a place in the list of the ops and then the instructions. */
function dispatchOf({ ops, instructions }) {
  const files = new Set([...ops, ...instructions].map(({ file }) => file));
  const operands = ["", ", stepA, b, stepB", ", stepA, b, stepB, c, stepC"];
  const loopOf = ({ operands, isLong }) => `loop${operands}${isLong ? "Long" : ""}`;
  const cases = (list, from, text) => list.map((found, i) => `case ${from + i}: ${text(found)}`);
  const singles = cases(ops, 0, (op) => `at = single${op.operands}<${op.file}.${op.name}>(at); break;`);
  const many = cases(instructions, ops.length, ({ file, name }) => `return changetype<${file}.${name}>(at).run(row, rows);`);
  const loops = cases(ops, 0, (op) => `return ${loopOf(op)}<${op.file}.${op.name}>(n, out, a${operands[op.operands - 1]});`);
  return `${WRITTEN}import { ${[...new Set(ops.flatMap((op) => [`single${op.operands}`, loopOf(op)]))].sort().join(", ")} } from "./loops";
${[...files].map((file) => `import * as ${file} from "./${file}";`).join("\n")}

/** Runs the instructions from \`at\` up to \`end\`. Within a region: on \`rows\` rows from \`row\` on; otherwise 1 and 0. */
export function run(at: usize, end: usize, row: usize, rows: usize): void {
  while (at < end) {
    switch (load<u32>(at)) {
      ${singles.join("\n      ")}
      default: at = runMany(at, row, rows);
    }
  }
}

/** Runs one instruction over many numbers and returns where the next one begins. */
function runMany(at: usize, row: usize, rows: usize): usize {
  switch (load<u32>(at)) {
    ${many.join("\n    ")}
    default: return unreachable();
  }
}

/** The op with this code over n numbers; the steps are 0 or 1, that of a lone operand is 1. */
export function elements(code: u32, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize): void {
  switch (code) {
    ${loops.join("\n    ")}
    default: unreachable();
  }
}
`;
}

function wordsOf({ ops, instructions, ends, sizes }) {
  const list = (names) => names.map((name) => `"${name}"`).join(", ");
  const withWords = [...instructions, ...ends];
  const types = withWords.map(({ name, doc, words }) => {
    const members = words.map((word) => `readonly ${word.name}: ${word.isAddress ? "Address" : "number"}`);
    return `${doc.replaceAll("\n", "\n  ")}\n  readonly ${name}: { ${members.join("; ")} };`;
  });
  return `${WRITTEN}import type { Address } from "./instructions/instruction.js";

/** What the machine knows, each by its code: first the ops on single numbers, then the instructions. */
export const names = [${list([...ops, ...instructions].map(({ name }) => name))}] as const;

/** The names of the ops on single numbers. */
export type Operation = ${ops.map(({ name }) => `"${name}"`).join(" | ")};

/** What stands after the code of an instruction, and what is repeated at the end of one. */
export interface Words {
  ${types.join("\n  ")}
}

/** The same in order; an address is two words. */
export const wordNames: Readonly<Record<keyof Words, readonly string[]>> = {
  ${withWords.map(({ name, words }) => `${name}: [${list(words.map((word) => word.name))}],`).join("\n  ")}
};
${sizes.map(({ name, value, doc }) => `\n${doc}\nexport const ${name} = ${value};\n`).join("")}`;
}

async function compile() {
  let written;
  const { error, stderr } = await asc.main(
    // biome-ignore format: one option a line says less
    [
      "index.ts", "--baseDir", here("machine"), "--outFile", "machine.wasm",
      "--enable", "simd", "--runtime", "stub", "--importMemory", "--initialMemory", "1", "--use", "abort=",
      "-O3", "--noAssert",
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith(".wasm")) written = contents;
      },
    },
  );
  if (error !== null || written === undefined) {
    console.error(stderr.toString());
    throw error ?? new Error("build-machine: the compiler wrote nothing");
  }
  return written;
}
