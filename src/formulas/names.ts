import { listed } from "./expression.js";
import { functionOf } from "./functions.js";
import { factorsOf, isCapital, isLetter, lettersOf } from "./letters.js";
import { nearestFunctions } from "./nearest.js";
import { ExpressionError, type Suggestion } from "./place.js";
import { formulaFor } from "./synonyms.js";
import type { Call, Expression } from "./tree.js";

/** Refuses names of functions that do not exist, and functions without arguments or with another number than they take. */
export function checkFunctions(caller: string, source: string, nodes: readonly Expression[], variables: ReadonlySet<string>): void {
  for (const node of nodes) {
    if (node.kind === "variable" && functionOf(node.name) !== undefined && node.name !== "σ" && !variables.has(node.name))
      throw new ExpressionError(`${caller}: ${node.name} is a function, expected its arguments: ${node.name}(…)`, { source, ...node }, [
        ...pointwise(node, source),
        ...(source.trim() === node.name ? [replaced(node, `${node.name}(x)`, `${node.name} of a variable x`)] : []),
        replaced(node, `${node.name}_0`, `a variable called ${node.name}_0`),
      ]);
    if (node.kind !== "call" || node.name === undefined || node.operator) continue;
    if (functionOf(node.name) === undefined) refuseUnknown(caller, source, node);
    checkCount(source, node);
  }
}

const replaced = ({ start, end }: Pick<Expression, "start" | "end">, replacement: string, meaning: string): Suggestion => ({
  start,
  end,
  replacement,
  meaning,
});

/** exp^x is most likely exp(x). */
function pointwise({ start, end }: Expression, source: string): Suggestion[] {
  const power = /^\s*(?:\^|\*\*)\s*(\([^()]*\)|[\p{L}\p{M}\p{N}_.]+)/u.exec(source.slice(end));
  if (power === null) return [];
  const argument = power[1].startsWith("(") ? power[1] : `(${power[1]})`;
  const name = source.slice(start, end);
  return [{ start, end: end + power[0].length, replacement: name + argument, meaning: `${name} of it` }];
}

/** The arguments of a call as they are written. */
const argumentsOf = (source: string, { args }: Call): string[] => args.map(({ from, to }) => source.slice(from, to));

/** Functions of others that make numbers. */
const RANDOM = /^(?:rand\w*|normal|uniform|linspace|arange|range|zeros|ones)$/;

function refuseUnknown(caller: string, source: string, node: Call): never {
  const { name = "", args, start, end, from, to } = node;
  const refuse: (hint: string, suggestions: readonly Suggestion[]) => never = (hint, suggestions) => {
    throw new ExpressionError(
      `${caller}: expected the name of a function, got ${JSON.stringify(name)}${hint}`,
      { source, ...node },
      suggestions,
    );
  };
  const formula = formulaFor(name, argumentsOf(source, node));
  if (formula !== undefined) refuse(`; write ${formula}`, [{ start: from, end: to, replacement: formula, meaning: formula }]);
  // xsin(y): a factor and a function.
  const [first = ""] = lettersOf(name.slice(0, 1)) ?? [];
  const rest = name.slice(first.length);
  if (first !== "" && functionOf(rest) !== undefined && rest !== "σ")
    refuse(`; write ${first} * ${rest}(…)`, [replaced(node, `${first} * ${rest}`, `${first} times ${rest}`)]);
  const near = nearestFunctions(name);
  if (near.length > 0)
    refuse(
      `; did you mean ${listed(near)}?`,
      near.map((other) => replaced(node, other, `the function ${other}`)),
    );
  // w1x(…), f(x): factors.
  const factors = isLetter(name) ? [name] : factorsOf(name, new Set());
  const isProduct = args.length === 1 && factors !== undefined;
  const texts = argumentsOf(source, node);
  const offer = (replacement: string, meaning: string): Suggestion => ({ start: from, end: to, replacement, meaning });
  const [prediction, second] = texts;
  refuse(
    isProduct
      ? `; write ${factors.join(" * ")} * (…) for a product, or what ${name} stands for`
      : "; write its formula, or a product with *",
    args.length === 1 && !RANDOM.test(name)
      ? [
          {
            start,
            end,
            replacement: `${(factors ?? [name]).join(" * ")} * `,
            meaning: `${(factors ?? [name]).join(" times ")} times the parentheses`,
          },
        ]
      : RANDOM.test(name)
        ? [offer("[0.5, -1, 2]", "numbers, for example")]
        : texts.length === 0
          ? [replaced({ start: from, end: to }, name, `a variable ${name}`)]
          : /loss|criterion|cost|error|objective/i.test(name)
            ? ["meanSquaredError", "binaryCrossEntropy"].map((loss) => offer(`${loss}(${prediction}, ${second})`, `the function ${loss}`))
            : [offer(`(${texts.join(" * ")})`, "a product, for example")],
  );
}

function checkCount(source: string, node: Call): void {
  const { name = "", args, from, to } = node;
  const known = functionOf(name);
  if (known === undefined) return;
  const { counts, takesOptions } = known;
  if (counts.includes(args.length)) return;
  const isMore = args.length > counts[counts.length - 1];
  const [first, second] = argumentsOf(source, node);
  const isLog = isMore && (name === "log" || name === "ln");
  const hint =
    isMore && takesOptions ? "; options cannot be given in a formula" : isLog ? `; write ${name}(x) / ${name}(b) for base b` : "";
  const expected = `${listed(counts.map(String))} argument${counts.length === 1 && counts[0] === 1 ? "" : "s"}`;
  const suggestions: Suggestion[] = [];
  const offer = (replacement: string, meaning: string): void => {
    suggestions.push({ start: from, end: to, replacement, meaning });
  };
  if (args.length === 0 && counts.includes(1)) offer(`${name}(x)`, `${name} of a variable x`);
  if (isLog && args.length === 2) offer(`${name}(${first}) / ${name}(${second})`, `the logarithm to the base ${second}`);
  if (name === "sqrt" && args.length === 2) offer(`(${first})^(1 / (${second}))`, "that root");
  if (isMore && counts[0] === 1 && node.args.every(({ kind }) => kind === "literal") && !isLog)
    offer(`${name}([${argumentsOf(source, node).join(", ")}])`, "of a list");
  if (isMore && !isLog)
    offer(
      `${name}(${argumentsOf(source, node)
        .slice(0, counts[counts.length - 1])
        .join(", ")})`,
      "without what is too much",
    );
  throw new ExpressionError(`${name}: expected ${expected}, got ${args.length}${hint}`, { source, ...node }, suggestions);
}

/**
 * Asks about names that may be products: `wx` is w times x on paper and one name in a program. `known` are names that are one
 * for sure.
 */
export function checkLetters(caller: string, source: string, nodes: readonly Expression[], known: ReadonlySet<string>): void {
  checkDerivatives(caller, source, nodes);
  const letters = new Set(nodes.flatMap((node) => (node.kind === "variable" && isLetter(node.name) ? [node.name] : [])));
  for (const node of nodes) {
    if (node.kind !== "variable" || known.has(node.name)) continue;
    const called = functionIn(node.name);
    if (called !== undefined) {
      const { factor, name, argument } = called;
      const [call, single] = [`${factor === "" ? "" : `${factor} * `}${name}(${argument})`, `${factor}${name}_${argument}`];
      throw new ExpressionError(`${caller}: expected ${call}, or one name, ${single}, got ${node.name}`, { source, ...node }, [
        replaced(node, call, `${factor === "" ? "" : `${factor} times `}${name} of ${argument}`),
        replaced(node, single, "one name"),
      ]);
    }
    const factors = factorsOf(node.name, letters);
    if (factors === undefined) continue;
    const needsParentheses = /[\^/÷√∛\p{L}]\s*$|\*\*\s*$/u.test(source.slice(0, node.start));
    const written = (sign: string): string => {
      const product = factors.join(` ${sign} `);
      return needsParentheses ? `(${product})` : product;
    };
    const single = factors.join("_");
    const products = [replaced(node, written("*"), `${factors.join(" times ")}, place by place`)];
    if (factors.length === 2)
      products.push(replaced(node, written("@"), isCapital(factors[0]) ? "the product of matrices" : "the inner product"));
    if (factors.some(isCapital)) products.reverse();
    throw new ExpressionError(
      `${caller}: expected ${listed([...products.map(({ replacement }) => replacement), `one name such as ${single}`])}, got ${node.name}`,
      { source, ...node },
      [...products, replaced(node, single, "one name")],
    );
  }
}

const ELEMENTARY = ["sin", "cos", "tan", "tanh", "log", "ln", "exp", "sqrt", "abs", "relu", "sigmoid"];

/** sinx, logp, xlogx: a function and one letter without anything between them, with or without a factor. */
function functionIn(written: string): { readonly factor: string; readonly name: string; readonly argument: string } | undefined {
  if (/^(?:cost|logs|blogs|clogs)$/.test(written)) return undefined;
  const [letter = ""] = lettersOf(written.slice(0, 1)) ?? [];
  for (const factor of ["", letter])
    for (const name of ELEMENTARY) {
      const argument = written.slice(factor.length + name.length);
      if (written.startsWith(factor + name) && isLetter(argument)) return { factor, name, argument };
    }
  return undefined;
}

/** d/dx x², dL/dw: what is asked for is computed, not written. */
function checkDerivatives(caller: string, source: string, nodes: readonly Expression[]): void {
  for (const node of nodes) {
    if (node.kind !== "call" || node.name !== "div" || !node.operator) continue;
    const [above, under] = node.args;
    const isDerivative = [above, under].every((part) => part.kind === "variable" && /^d\p{L}?/u.test(part.name) && part.name.length <= 3);
    if (!isDerivative || under.kind !== "variable" || under.name.length < 2) continue;
    const [gap] = /^\s*/.exec(source.slice(node.to)) ?? [""];
    throw new ExpressionError(
      `${caller}: expected a function, got a derivative of one; write the function only, its gradient is computed from it`,
      { source, start: node.from, end: node.to },
      source.slice(0, node.from).trim() + source.slice(node.to).trim() === ""
        ? [{ start: 0, end: source.length, replacement: "(w * x - y)²", meaning: "an example of a function" }]
        : [{ start: node.from, end: node.to + gap.length, replacement: "", meaning: "the function only" }],
    );
  }
}
