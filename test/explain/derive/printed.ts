import { type FunctionNode, isFunctionNode, type MathNode, parse } from "mathjs";

/** Reads a formula as `derive` prints it with mathjs, which knows nothing of our algebra. */
export function parsePrinted(text: string): MathNode {
  const tokens = [...text.replaceAll("−", "-").matchAll(TOKEN)].map(([token]) => token);
  let result = "";
  let before = "";
  for (const [i, token] of tokens.entries()) {
    const isCall = tokens[i + 1] === "(" && FUNCTIONS.has(token);
    const beginsValue = /^[\p{L}∂√\d(]/u.test(token);
    const endsValue = before !== "" && /[\p{L}\p{M}₀-₉\d)⁰¹²³⁴⁵⁶⁷⁸⁹|]$/u.test(before) && !FUNCTIONS.has(before);
    if (beginsValue && endsValue) result += " * ";
    result += isCall ? (FUNCTIONS.get(token) ?? token) : translate(token);
    before = token;
  }
  return spelledOut(parse(result));
}

/** Functions that mathjs lacks, in terms of those that it has. */
const SPELLED: Readonly<Record<string, MathNode>> = {
  sigma: parse("1 / (1 + exp(-argument))"),
  softplus: parse("log(1 + exp(argument))"),
};

const spelledOut = (formula: MathNode): MathNode =>
  formula.transform((node) => {
    const template = isFunctionNode(node) ? SPELLED[node.fn.name] : undefined;
    if (template === undefined) return node;
    const argument = spelledOut((node as FunctionNode).args[0]);
    return template.transform((part) => (part.toString() === "argument" ? argument : part));
  });

const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ["ln", "log"],
  ["σ", "sigma"],
  ["√", "sqrt"],
  ["tanh", "tanh"],
  ["sin", "sin"],
  ["cos", "cos"],
  ["softplus", "softplus"],
]);

const NAME = "\\p{L}\\p{M}*[₀-₉]*";
const TOKEN = new RegExp(
  `∂${NAME}/∂${NAME}(?:\\|${NAME}(?:, ${NAME})*)?|ln(?=\\()|tanh|sin|cos|softplus|√|σ(?=\\()|${NAME}|\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|[-+/^()·]`,
  "gu",
);

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function translate(token: string): string {
  if (token === "·") return " * ";
  if (/^[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(token)) return `^(${[...token].map((sign) => (sign === "⁻" ? "-" : DIGITS.indexOf(sign))).join("")})`;
  if (token === "e" || !/^[\p{L}∂]/u.test(token)) return token;
  return identifier(token.replace(/\|.*/, "|")); // a partial derivative, whatever is held fixed
}

/** A name that mathjs can read for any name that is printed. */
export const identifier = (name: string): string => `v${[...name].map((sign) => sign.codePointAt(0)?.toString(16)).join("_")}`;
