// What the machine can do is read from its sources, so that it is said once:
// - an exported class with `apply` is an op on single numbers, with as many operands as `apply` takes;
// - an exported class with `run` is an instruction, and its fields are its words; one with fields only is repeated at the end of one;
// - an exported number is a size that the encoder has to know.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";

/** The base of ops whose arithmetic is long. */
const LONG = "Long";
/** The word that every instruction begins with; what writes an instruction puts it there. */
const CODE = "code";
/** After a word x, xStride makes an address of it that moves with the rows. */
const STRIDE = "Stride";

/** All ops, instructions, their repeated ends, and sizes, in the order of the files and within a file as they stand there. */
export function readMachine(folder, generated) {
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && file !== generated)
    .sort()
    .map((file) => ts.createSourceFile(basename(file, ".ts"), readFileSync(join(folder, file), "utf8"), ts.ScriptTarget.Latest));
  const classes = sources.flatMap((source) => source.statements.filter(ts.isClassDeclaration).map((node) => classOf(node, source)));
  const byName = new Map(classes.map((found) => [found.name, found]));
  if (byName.size < classes.length) throw new Error("build-machine: two classes of the machine have the same name");
  /** A class after the classes that it extends. */
  const lineage = (name) => (byName.has(name) ? [...lineage(byName.get(name).base), byName.get(name)] : []);

  // The compiler would make such a method look for its object's class at run time, which these objects do not know.
  for (const { name, base } of classes) {
    const above = byName.get(base);
    if (above?.runs || above?.operands > 0) throw new Error(`build-machine: ${name} extends ${base}, which has a method of its own`);
  }

  const exported = classes.filter((found) => found.isExported);
  const withWords = exported.map((found) => {
    const fields = lineage(found.name).flatMap((one) => one.fields);
    return { ...found, hasCode: fields[0] === CODE, words: addressesIn(fields.filter((field) => field !== CODE)) };
  });
  return {
    ops: exported
      .filter(({ operands }) => operands > 0)
      .map((op) => ({ ...op, isLong: lineage(op.name).some(({ name }) => name === LONG) })),
    instructions: withWords.filter(({ runs }) => runs),
    ends: withWords.filter(({ runs, hasCode, words }) => !runs && !hasCode && words.length > 0),
    sizes: sources.flatMap((source) => source.statements.filter(ts.isVariableStatement).flatMap((node) => sizesOf(node, source))),
  };
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
    fields: members.filter(ts.isPropertyDeclaration).map((member) => member.name.getText(source)),
  };
}

/** Makes one word of an address and the stride after it. */
const addressesIn = (fields) =>
  fields
    .map((name, i) => ({ name, isAddress: fields[i + 1] === name + STRIDE }))
    .filter(({ name }, i) => i === 0 || name !== fields[i - 1] + STRIDE);

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
