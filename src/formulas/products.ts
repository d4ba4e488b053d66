import { isCapital, isWord } from "./letters.js";
import { refuse } from "./refusal.js";
import type { Call, Expression } from "./tree.js";

/**
 * Products. Between two factors there may be no sign: 2x, x(1 − x), wᵀx. Such a product is place by place, and beside a transpose it
 * is that of matrices, as in papers. Where both readings are common, it is asked which one is meant.
 */

/** A sign with its place, and the factors behind it. */
type Rest = readonly (readonly [sign: { readonly name: string; readonly at: readonly [number, number] }, factors: readonly Expression[]])[];

/** What the text says from one node to another. */
type Said = (from: number, to: number) => string;

export function productOf(first: readonly Expression[], rest: Rest, said: Said): Expression {
  let left = implied(first, said);
  for (const [sign, factors] of rest) {
    const last = factors[factors.length - 1];
    if (sign.name === "div") checkBare(left, last, said);
    const ofOne = (right: Expression): Expression => signed(sign, left, right);
    if (factors.length > 1 && sign.name !== "mul") {
      if (!isFraction(left, sign.at, factors)) askWhere(left, sign.at, factors, said);
      left = implied([ofOne(factors[0]), ...factors.slice(1)], said);
    } else left = ofOne(implied(factors, said));
  }
  return left;
}

const signed = ({ name, at: [start, end] }: Rest[number][0], left: Expression, right: Expression): Call => ({
  kind: "call",
  name,
  args: [left, right],
  operator: true,
  start,
  end,
  from: left.from,
  to: right.to,
});

/** 1/2 x and 1/n ∑ x: a fraction written closely, a space or a sum sign after it. 1/2x could mean two things. */
function isFraction(left: Expression, [start, end]: readonly [number, number], [below, next]: readonly Expression[]): boolean {
  if (isBigSum(next)) return true;
  return left.to === start && below.from === end && next.from > below.to;
}

const isBigSum = (node: Expression): boolean =>
  node.kind === "call" && node.operator && (node.name === "sum" || node.name === "prod") && node.start === node.from;

function askWhere(left: Expression, [start, end]: readonly [number, number], factors: readonly Expression[], said: Said): never {
  const last = factors[factors.length - 1];
  const [a, sign, b] = [said(left.from, left.to), said(start, end), said(factors[0].from, factors[0].to)];
  const [more, all] = [said(factors[1].from, last.to), said(factors[0].from, last.to)];
  const [one, other] = [`(${a} ${sign} ${b}) * ${more}`, `${a} ${sign} (${all})`];
  refuse(
    `expected parentheses, ${one} or ${other}, got neither`,
    [left.from, last.to],
    [
      [one, `${a} ${sign} ${b}, times ${more}`],
      [other, `all of ${all} behind the ${sign}`],
    ],
  );
}

/** Factors without a sign between them. */
function implied(factors: readonly Expression[], said: Said): Expression {
  if (factors.length === 1) return factors[0];
  const isLinear = factors.some(isTransposed);
  let left = factors[0];
  for (const [i, right] of factors.entries()) {
    if (i === 0) continue;
    const before = factors[i - 1];
    checkBare(before, right, said);
    checkExponent(before, right, said);
    if (!isLinear) checkNames(before, right, said);
    left = {
      kind: "call",
      name: isLinear ? (isTransposed(right) ? "productWithTransposed" : "productOfMatrices") : "impliedProduct",
      args: [left, right],
      operator: true,
      start: before.from,
      end: right.to,
      from: left.from,
      to: right.to,
    };
  }
  return left;
}

const isTransposed = (node: Expression): boolean => node.kind === "call" && node.operator && node.name === "transpose";

/** sin x y, log p / q, √2x: how far does the argument reach? */
function checkBare(before: Expression, next: Expression, said: Said): void {
  const node = bareIn(before);
  if (node === undefined) return;
  const [argument] = node.args;
  const isRoot = node.operator;
  const gap = said(before.to, next.from);
  const isDivision = /[/÷∕⁄]/.test(gap);
  // √2 x and √2 / x are clear, and so is sin x cos x.
  if (isRoot ? gap !== "" : !isDivision && next.kind === "call" && !next.operator) return;
  const name = said(node.from, argument.from).trim();
  const [inside, whole] = [said(argument.from, argument.to), said(argument.from, next.to)];
  const sign = isDivision ? " / " : " * ";
  const alone = isRoot ? `${name}${inside}` : `${name}(${inside})`;
  const one = `${alone}${sign}${said(next.from, next.to)}`;
  const other = `${name}(${whole})`;
  refuse(
    `expected parentheses, ${one} or ${other}, got neither`,
    [node.from, next.to],
    [
      [one, `${name} of ${inside} only`],
      [other, `${name} of all of it`],
    ],
  );
}

function bareIn(node: Expression): Call | undefined {
  if (node.kind !== "call" || node.grouped) return undefined;
  if (node.bare) return node;
  return node.operator && node.name === "neg" ? bareIn(node.args[0]) : undefined;
}

/** e^2x: of other bases the power ends where it ends. */
function checkExponent(before: Expression, next: Expression, said: Said): void {
  if (before.kind !== "call" || !before.operator || before.name !== "exp" || before.grouped || before.to !== next.from) return;
  const [exponent] = before.args;
  if (exponent.grouped) return;
  const one = `${said(before.from, before.start)}^(${said(exponent.from, next.to)})`;
  const other = `${said(before.from, before.to)} * ${said(next.from, next.to)}`;
  refuse(
    `expected parentheses or a sign, ${one} or ${other}, got neither`,
    [before.from, next.to],
    [
      [one, `${said(exponent.from, next.to)} above`],
      [other, `times ${said(next.from, next.to)}`],
    ],
  );
}

/** W x: of matrices, or place by place? And are two words one name? */
function checkNames(before: Expression, next: Expression, said: Said): void {
  const [a, b] = [said(before.from, before.to), said(next.from, next.to)];
  const place = [before.from, next.to] as const;
  const isNumber = before.kind === "literal";
  if (!isNumber && (isMatrixName(before) || isMatrixName(next)))
    refuse(`expected ${a} @ ${b} (of matrices) or ${a} * ${b} (place by place), got no sign`, place, [
      [`${a} @ ${b}`, "the product of matrices"],
      [`${a} * ${b}`, "the product place by place"],
    ]);
  if (before.kind === "variable" && next.kind === "variable" && (isWord(before.name) || isWord(next.name)))
    refuse(`expected ${a} * ${b}, or one name, ${a}_${b}, got two names`, place, [
      [`${a} * ${b}`, `${a} times ${b}`],
      [`${a}_${b}`, "one name"],
    ]);
}

const isMatrixName = (node: Expression): boolean => node.kind === "variable" && isCapital(node.name);
