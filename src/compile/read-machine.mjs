// What the machine can do is read from its sources, so that it is said once:
// - an exported class with `apply` is an op on single numbers, with as many operands as `apply` takes;
// - an exported class that extends Instruction is an instruction: its fields are its words, and its method `run` does the work;
// - an exported class with other fields is what is repeated at the end of an instruction;
// - an exported number is a size that the encoder has to know.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";

/** The base of instructions. Its field is the word that each begins with; what writes an instruction puts it there. */
const INSTRUCTION = "Instruction";
const CODE = "code";
/** The base of ops whose arithmetic is long. */
const LONG = "Long";
/** The loops take no more. */
const MOST_OPERANDS = 3;
/** After a word x, xStride makes an address of it that moves with the rows. */
export const STRIDE = "Stride";

/** All ops, instructions, their repeated ends, and sizes, in the order of the files and within a file as they stand there. */
export function readMachine(folder, written) {
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !written.includes(file))
    .sort()
    .map((file) => ts.createSourceFile(basename(file, ".ts"), readFileSync(join(folder, file), "utf8"), ts.ScriptTarget.Latest));
  const classes = sources.flatMap((source) => source.statements.filter(ts.isClassDeclaration).map((node) => classOf(node, source)));
  const byName = new Map();
  for (const found of classes) {
    if (byName.has(found.name)) throw new Error(`build-machine: two classes of the machine are called ${found.name}`);
    byName.set(found.name, found);
  }
  /** A class after the classes that it extends. */
  const lineage = (name) => (byName.has(name) ? [...lineage(byName.get(name).base), byName.get(name)] : []);
  const exported = classes
    .filter((found) => found.isExported)
    .map((found) => ({ ...found, above: lineage(found.base), fields: lineage(found.name).flatMap(({ fields }) => fields) }));
  exported.forEach(check);
  const withWords = exported.map((found) => ({ ...found, words: addressesIn(found.fields.filter(({ name }) => name !== CODE)) }));
  return {
    ops: exported.filter(({ operands }) => operands > 0).map((op) => ({ ...op, isLong: op.above.some(({ name }) => name === LONG) })),
    instructions: withWords.filter(({ above }) => above.some(({ name }) => name === INSTRUCTION)),
    ends: withWords.filter(({ fields }) => fields.length > 0 && fields[0].name !== CODE),
    sizes: sources.flatMap((source) => source.statements.filter(ts.isVariableStatement).flatMap((node) => sizesOf(node, source))),
  };
}

/** Refuses what compiles and does something else than it says. */
function check({ name, above, operands, runs, fields }) {
  // The compiler would make such a method look for its object's class at run time, which these objects do not know.
  const base = above.find((one) => one.runs || one.operands > 0);
  if (base !== undefined) throw new Error(`build-machine: ${name} extends ${base.name}, which has a method of its own`);
  if (operands > MOST_OPERANDS) throw new Error(`build-machine: expected at most ${MOST_OPERANDS} operands of ${name}, got ${operands}`);
  if (runs && fields[0]?.name !== CODE) throw new Error(`build-machine: expected ${name}, which has run, to extend Instruction`);
  const odd = fields.find(({ type }) => type !== "u32" && type !== "i32");
  if (odd !== undefined) throw new Error(`build-machine: expected words of 32 bits in ${name}, got ${odd.name}: ${odd.type}`);
}

function classOf(node, source) {
  const { members } = node;
  const method = (name) => members.find((member) => ts.isMethodDeclaration(member) && member.name.getText(source) === name);
  return {
    name: node.name.text,
    file: source.fileName,
    doc: docOf(node, source),
    isExported: isExported(node),
    base: node.heritageClauses?.[0].types[0].expression.getText(source),
    operands: method("apply")?.parameters.length ?? 0,
    runs: method("run") !== undefined,
    fields: members
      .filter(ts.isPropertyDeclaration)
      .map((member) => ({ name: member.name.getText(source), type: member.type?.getText(source) })),
  };
}

/** Makes one word of an address and the stride after it. */
const addressesIn = (fields) =>
  fields
    .map(({ name }, i) => ({ name, isAddress: fields[i + 1]?.name === name + STRIDE }))
    .filter(({ name }, i) => name !== `${fields[i - 1]?.name}${STRIDE}`);

const sizesOf = (node, source) =>
  node.declarationList.declarations
    .filter(({ initializer }) => isExported(node) && initializer !== undefined && ts.isNumericLiteral(initializer))
    .map(({ name, initializer }) => ({ name: name.getText(source), value: initializer.text, doc: docOf(node, source) }));

const isExported = (node) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

/** The comment before a declaration, as it stands there. */
const docOf = (node, source) => {
  const comments = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
  const last = comments.at(-1);
  const text = last === undefined ? "" : source.text.slice(last.pos, last.end);
  return text.startsWith("/**") ? text : "";
};
