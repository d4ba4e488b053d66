import { functionOf } from "./functions.js";
import { Refusal } from "./refusal.js";
import { type Call, type Expression, rewritten } from "./tree.js";

/** What other libraries call the axis, and whether it stays. */
const AXIS = new Set(["axis", "axes", "dim", "dims"]);
const KEEP = new Set(["keepDims", "keepdims", "keepdim"]);

/**
 * A formula whose arguments stand in their places: sum(X, axis=0) is sum(X, 0). `max` and `min` of two values are `maximum` and
 * `minimum`; where the second could as well be an axis, that shows when it is evaluated.
 */
export const withOptions = (root: Expression): Expression =>
  withoutBrackets(
    rewritten(root, (node) => {
      if (node.kind !== "call") return node;
      if (node.operator) return node.args.some(isBracket) ? { ...node, args: node.args.map(withoutBrackets) } : node;
      return extremum(node.args.some(({ option }) => option !== undefined) ? placed(node) : node);
    }),
  );

/** −[y ln p + …]: brackets around one sum or product, beside an operator, are parentheses. */
const isBracket = (node: Expression): boolean => node.kind === "list" && node.items.length === 1 && isOperator(node.items[0]);
const isOperator = (node: Expression): boolean => node.kind === "call" && node.operator;
const withoutBrackets = (node: Expression): Expression =>
  node.kind === "list" && isBracket(node) ? { ...node.items[0], from: node.from, to: node.to, grouped: true } : node;

function placed(node: Call): Call {
  const { name = "", args } = node;
  const counts = functionOf(name)?.counts ?? [];
  const most = counts[counts.length - 1] ?? 0;
  const ordered: Expression[] = [];
  for (const arg of args) {
    const { option, ...rest } = arg;
    if (option === undefined) {
      ordered.push(rest as Expression);
      continue;
    }
    const place = AXIS.has(option) && most > 1 ? axisOf(name, counts) : KEEP.has(option) && counts.length === 3 ? 2 : undefined;
    if (place === undefined)
      refuseOption(`${name}: expected arguments without names, or axis=…, got ${option}=; options cannot be given in a formula`, arg);
    if (place > ordered.length && KEEP.has(option)) refuseOption(`${name}: expected axis=… before ${option}=, got none`, arg);
    if (place !== ordered.length)
      refuseOption(`${name}: expected ${place} argument${place === 1 ? "" : "s"} before ${option}=, got ${ordered.length}`, arg);
    ordered.push({ ...(rest as Expression), option });
  }
  return { ...node, args: ordered };
}

/** Which argument the axis is: the third of functions that take two things first. */
const axisOf = (name: string, counts: readonly number[]): number => (counts[0] === 2 && !name.startsWith("cum") ? 2 : 1);

function refuseOption(message: string, { start, end }: Expression): never {
  throw new Refusal(message, start, end, []);
}

const PAIRWISE: Readonly<Record<string, string>> = { max: "maximum", min: "minimum" };

function extremum(node: Call): Expression {
  const { name = "", args, operator } = node;
  if (operator || args.length < 2 || !Object.hasOwn(PAIRWISE, name)) return node;
  const [first, second, third] = args;
  if (third === undefined) {
    if (second.option !== undefined || second.kind === "list" || (isInteger(second) && first.kind !== "literal")) return node;
    return { ...node, name: PAIRWISE[name] };
  }
  if (third.option !== undefined || third.kind === "hole" || (third.kind === "literal" && typeof third.value === "boolean")) return node;
  // max(a, b, c) is the largest of three.
  return args.slice(1).reduce((left, right) => ({ ...node, name: PAIRWISE[name], args: [left, right] }), first);
}

/** A number that could be an axis. A hole may hold one. */
export function isInteger(node: Expression): boolean {
  if (node.kind === "hole") return true;
  if (node.kind === "call" && node.operator && node.name === "neg") return isInteger(node.args[0]);
  return node.kind === "literal" && Number.isInteger(node.value);
}
