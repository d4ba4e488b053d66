// Compiles the machine (machine/, in AssemblyScript) to WebAssembly. It writes these files, which are not kept in git:
// - machine/operations.ts and machine/dispatch.ts: the codes, and what runs for each, for the machine itself;
// - machine/single.ts: each op as a function of its own, for code that is emitted;
// - machine-words.ts: the names of the instructions and of their words, for the encoder;
// - machine-code.ts: the WebAssembly as text, so that the package needs no file at run time.
// `npm ci` runs this, and `npm test`.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { readMachine, STRIDE } from "./read-machine.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The letters that are no hexadecimal digits. */
const LETTERS = "ghijklmnopqrstuvwxyz";
const WRITTEN = "// Written by build-machine.mjs.\n\n";

const OPERATIONS = "operations.ts";
const DISPATCH = "dispatch.ts";
const SINGLE = "single.ts";
const CODE = "machine-code.ts";
const machine = readMachine(here("machine"), [OPERATIONS, DISPATCH, SINGLE]);
writeFileSync(here(`machine/${OPERATIONS}`), operationsOf(machine));
writeFileSync(here(`machine/${SINGLE}`), singlesOf(machine));
writeFileSync(here(`machine/${DISPATCH}`), dispatchOf(machine));
writeFileSync(here("machine-words.ts"), wordsOf(machine));
const made = `// Made of what has the hash ${hashOfSources()}.\n`;
if (existsSync(here(CODE)) && readFileSync(here(CODE), "utf8").includes(made)) console.log("The machine has not changed");
else {
  const code = await compile();
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(code, { env: { memory }, math: Math, host: { call() {} } });
  writeFileSync(here(CODE), textOf(code, instance.exports.firstFree.value));
  console.log(`The machine: ${code.length} bytes of WebAssembly`);
}

/** Of all that decides what the WebAssembly is: to compile it takes seconds, and it is asked for at every turn. */
function hashOfSources() {
  const hash = createHash("sha256").update(asc.version);
  const sources = readdirSync(here("machine"), { recursive: true }).filter((name) => name.endsWith(".ts"));
  const files = [...sources.sort().map((name) => `machine/${name}`), "build-machine.mjs"];
  for (const name of files) hash.update(`${name}\n${readFileSync(here(name), "utf8")}`);
  return hash.digest("hex");
}

/** The codes, and the ops over many numbers. */
function operationsOf({ ops, instructions }) {
  const operands = ["", ", stepA, b, stepB", ", stepA, b, stepB, c, stepC"];
  const loopOf = ({ operands, isLong }) => (operands === 1 && isLong ? "loop1Long" : `loop${operands}`);
  const cases = ops.map(
    (op) => `case Code.${op.name}: return ${loopOf(op)}<${op.file}.${op.name}>(n, out, a${operands[op.operands - 1]});`,
  );
  return `${WRITTEN}${importsOf(ops)}
import { ${[...new Set(ops.map(loopOf))].sort().join(", ")} } from "./loops";

/** What an instruction begins with. */
export enum Code {
  ${[...ops, ...instructions].map(({ name }) => `${name},`).join("\n  ")}
}

/** The op with this code over n numbers; the steps are 0 or 1, that of a lone operand is 1. */
export function elements(code: u32, n: usize, out: usize, a: usize, stepA: usize, b: usize, stepB: usize, c: usize, stepC: usize): void {
  switch (code) {
    ${cases.join("\n    ")}
    default: unreachable();
  }
}
`;
}

/** The instructions. Those of a region and of a loop, which run others, are left to the machine's loop. */
function dispatchOf({ ops, instructions }) {
  const run = instructions.filter(({ runs }) => runs);
  const singles = ops.map((op) => `case Code.${op.name}: return single${op.operands}<${op.file}.${op.name}>(at);`);
  const many = run.map(({ file, name }) => `case Code.${name}: return changetype<${file}.${name}>(at).run(row, rows);`);
  return `${WRITTEN}${importsOf([...ops, ...run])}
import { ${[...new Set(ops.map((op) => `single${op.operands}`))].sort().join(", ")} } from "./loops";
import { Code } from "./operations";

/** Runs one instruction and returns where the next one begins. */
// @ts-ignore: decorator
@inline
export function step(at: usize, row: usize, rows: usize): usize {
  switch (load<u32>(at)) {
    ${singles.join("\n    ")}
    default: return runMany(at, row, rows);
  }
}

/** The same for those that are not on single numbers. */
function runMany(at: usize, row: usize, rows: usize): usize {
  switch (load<u32>(at)) {
    ${many.join("\n    ")}
    default: return unreachable();
  }
}
`;
}

/** The ops on single numbers, each as a function that the machine exports. */
function singlesOf({ ops }) {
  const names = ["x", "y", "z"];
  const functions = ops.map(({ file, name, operands }) => {
    const given = names.slice(0, operands);
    const parameters = given.map((x) => `${x}: v128`).join(", ");
    return `export function ${name}(${parameters}): v128 { return lone${operands}<${file}.${name}>(${given.join(", ")}); }`;
  });
  return `${WRITTEN}${importsOf(ops)}
import { ${[...new Set(ops.map(({ operands }) => `lone${operands}`))].sort().join(", ")} } from "./loops";

${functions.join("\n")}
`;
}

function importsOf(classes) {
  return [...new Set(classes.map(({ file }) => `import * as ${file} from "./${file}";`))].join("\n");
}

function wordsOf({ ops, instructions, ends, sizes }) {
  const list = (named) => named.map(({ name }) => `"${name}"`).join(", ");
  const inOrder = (words) => words.map(({ name, isAddress }) => `"${name}"${isAddress ? `, "${name}${STRIDE}"` : ""}`).join(", ");
  const types = [...instructions, ...ends].map(({ name, doc, words }) => {
    const members = words.map((word) => `readonly ${word.name}: ${word.isAddress ? "Address" : "number"}`);
    return `${doc.replaceAll("\n", "\n  ")}\n  readonly ${name}: { ${members.join("; ")} };`;
  });
  return `${WRITTEN}import type { Address } from "./instructions/instruction.js";

/** What the machine knows, each by its code: first the ops on single numbers, then the instructions. */
export const names = [${list([...ops, ...instructions])}] as const;

/** The names of the ops on single numbers. */
export type Operation = ${ops.map(({ name }) => `"${name}"`).join(" | ")};

/** What stands after the code of an instruction, and what is repeated at the end of one. */
export interface Words {
  ${types.join("\n  ")}
}

/** How many operands each of these takes, by its code. */
export const operandsOf = [${ops.map(({ operands }) => operands).join(", ")}] as const;

/** The words of each in order: the code of an instruction, and what it is given; after an address x its stride, x${STRIDE}. */
export const order: Readonly<Record<keyof Words, readonly (number | string)[]>> = {
  ${instructions.map(({ name, words }, i) => `${name}: [${ops.length + i}, ${inOrder(words)}],`).join("\n  ")}
  ${ends.map(({ name, words }) => `${name}: [${inOrder(words)}],`).join("\n  ")}
};
${sizes.map(({ name, value, doc }) => `\n${doc}\nexport const ${name} = ${value};\n`).join("")}`;
}

/** The code as text that compresses well: a letter for each of the most frequent bytes, two hexadecimal digits for the others. */
function textOf(code, firstFree) {
  const hexadecimal = Buffer.from(code).toString("hex").match(/../g);
  const count = new Map();
  for (const byte of hexadecimal) count.set(byte, (count.get(byte) ?? 0) + 1);
  const frequent = [...count.keys()].sort((a, b) => count.get(b) - count.get(a)).slice(0, LETTERS.length);
  const text = hexadecimal.map((byte) => LETTERS[frequent.indexOf(byte)] ?? byte).join("");
  return `${WRITTEN}${made}
/** Where a program may begin: what is before it is the machine's own. */
export const firstFree = ${firstFree};

/** The bytes that are one letter. */
export const letters: Readonly<Record<string, string>> = { ${frequent.map((byte, i) => `${LETTERS[i]}: "${byte}"`).join(", ")} };

/** ${code.length} bytes of WebAssembly, each a letter or two hexadecimal digits. Compressed this is a fourth shorter than base64. */
export const machineCode =\n  "${text}";
`;
}

async function compile() {
  let written;
  const { error, stderr } = await asc.main(
    // The last pass numbers local variables by how often they are used, which compresses better.
    // biome-ignore format: one option a line says less
    [
      "index.ts", "--baseDir", here("machine"), "--outFile", "machine.wasm",
      "--enable", "simd", "--runtime", "stub", "--importMemory", "--initialMemory", "1", "--use", "abort=",
      "-O3", "--noAssert", "--runPasses", "reorder-locals",
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
