// Turns rules.txt into rules.ts, with formulas parsed by the grammar of gradtape/math, so that no parser is needed at run time.
// `npm ci` runs this, and `npm test`.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import peggy from "peggy";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const parser = peggy.generate(readFileSync(here("../../formulas/grammar.peggy"), "utf8"));

const call = (name, args) => ({ kind: "call", name, args });
const onlyOne = ([factor, ...more]) => {
  if (more.length > 0) throw new Error("expected a sign between factors, got none");
  return factor;
};
/** Rules have one spelling of each thing, and nothing to ask about: every name before parentheses is called. */
const options = {
  holes: false,
  deepest: 100,
  nameOf: (name) => name.normalize("NFC"),
  nameOfOthers: (name) => name,
  isKeyword: () => false,
  isVariable: () => true,
  isFunction: () => false,
  isCalled: () => true,
  ask: {
    product: (first, rest) => rest.reduce((left, [sign, right]) => call(sign.name, [left, onlyOne(right)]), onlyOne(first)),
    marked: (x, { name, more }) => call(name, [x, ...more]),
    power: (_, node) => node,
    called: ({ name }, _, args) => call(name, args),
  },
};
const parse = (text) => parser.parse(text, options);

const OTHER_NAMES = { σ: "sigmoid", ln: "log" };

/** What is worked out now. */
const FOLDED = { neg: (x) => -x, div: (x, y) => x / y, pow: (x, y) => (x === 10 ? Number(`1e${y}`) : x ** y), log: Math.log };

/** Numbers, names of variables, and lists of a function's name and its arguments; see pattern.ts. */
function treeOf(node) {
  // JSON has no ∞.
  if (node.kind === "literal") return node.value === Number.POSITIVE_INFINITY ? "∞" : node.value;
  if (node.kind === "variable") return node.name;
  if (node.kind !== "call") throw new Error(`rules.txt: expected a formula, got a ${node.kind}`);
  const args = node.args.map(treeOf);
  const name = OTHER_NAMES[node.name] ?? node.name;
  const fold = FOLDED[name];
  return fold !== undefined && args.every((arg) => typeof arg === "number") ? fold(...args) : [name, ...args];
}

const LINES = { "=": "replacement", "≡": "replacement", if: "condition", because: "why", from: "source", loss: "loss" };

function ruleOf(block) {
  const [first, ...others] = block.split("\n");
  const rule = { pattern: first };
  for (const line of others) {
    const [, key, text] = /^ {2}(\S+) (.+)$/.exec(line) ?? [];
    const field = LINES[key];
    if (field === undefined) throw new Error(`rules.txt: expected "=", "≡", "if", "because", "from" or "loss", got "${line}"`);
    rule[field] = text;
    if (key === "≡") rule.contracts = true;
  }
  try {
    return {
      ...rule,
      patternTree: treeOf(parse(rule.pattern)),
      replacementTree: treeOf(parse(rule.replacement)),
      conditionTrees: (rule.condition ?? "")
        .split(" and ")
        .filter(Boolean)
        .map((text) => treeOf(parse(text))),
    };
  } catch (error) {
    throw new Error(`rules.txt: ${rule.pattern}: ${error.message}`);
  }
}

const text = readFileSync(here("rules.txt"), "utf8");
const blocks = text
  .split("\n")
  .filter((line) => !line.startsWith("#"))
  .join("\n")
  .split(/\n\n+/)
  .map((block) => block.replace(/^\n+|\n+$/g, ""))
  .filter((block) => block !== "");
const rules = blocks.map(ruleOf).map((rule) => {
  for (const key of ["replacement", "why", "source"]) if (!rule[key]) throw new Error(`rules.txt: ${rule.pattern} has no ${key}`);
  return rule;
});
const row = (rule) =>
  `  [${[rule.contracts ? 1 : 0, rule.pattern, rule.replacement, rule.condition ?? "", rule.why, rule.source, rule.loss ?? ""].map((x) => JSON.stringify(x)).join(", ")},\n` +
  `    ${JSON.stringify(rule.patternTree)}, ${JSON.stringify(rule.replacementTree)}, ${JSON.stringify(rule.conditionTrees)}],`;
writeFileSync(
  here("parsed-rules.ts"),
  `// Written by build-rules.mjs.\n\nexport const rows: readonly unknown[] = [\n${rules.map(row).join("\n")}\n];\n`,
);
console.log(`Rules of stabilize: ${rules.length}`);
