import { isCapital, isLetter } from "./letters.js";
import { productOf } from "./products.js";
import { refuse } from "./refusal.js";
import { type Call, type Expression, inOrder, rewritten, type Span } from "./tree.js";

/**
 * What the grammar asks while it reads: it makes nodes of what has one meaning, and refuses, with the choices, what has two.
 */

type At = readonly [start: number, end: number];

/** A raised number or a method behind an operand. */
interface Mark {
  readonly name: string;
  readonly more: readonly Expression[];
  readonly at: At;
}

interface Callee extends Span {
  readonly name: string;
}

const inverses: Readonly<Record<string, string>> = {
  sin: "asin",
  cos: "acos",
  tan: "atan",
  sinh: "asinh",
  cosh: "acosh",
  tanh: "atanh",
  exp: "log",
  log: "exp",
  ln: "exp",
};

/** `said` gives what the text says of a stretch, `isVariable` whether a name is known to be one. */
export function questions(said: (from: number, to: number) => string, isVariable: (name: string) => boolean) {
  const call = (name: string, args: readonly Expression[], [start, end]: At, [from, to]: At): Call => ({
    kind: "call",
    name,
    args,
    operator: true,
    start,
    end,
    from,
    to,
  });
  const textOf = ({ from, to }: Expression): string => said(from, to);

  /** mean (x)²: of the squares, or squared? mean(x)² is squared. */
  const checkSpaced = (x: Expression, [, end]: At): void => {
    if (x.kind !== "call" || x.operator || x.grouped || x.args.length !== 1) return;
    const gap = said(x.end, x.to);
    if (!/^\s+\(/.test(gap)) return;
    const [name, inside] = [said(x.start, x.end), gap.trim()];
    const power = said(x.to, end);
    const [one, other] = [`${name}(${inside}${power})`, `(${name}${inside})${power}`];
    refuse(
      `expected parentheses, ${one} or ${other}, got neither`,
      [x.from, end],
      [
        [one, `${name} of the power`],
        [other, `the power of ${name}`],
      ],
    );
  };

  /** A⁻¹ of a matrix is not 1/A place by place. */
  const checkInverse = (x: Expression, [, end]: At): void => {
    if (x.kind !== "variable" || !isCapital(x.name)) return;
    const name = textOf(x);
    refuse(
      `expected inv(${name}) (of a matrix) or 1 / ${name} (place by place), got neither`,
      [x.from, end],
      [
        [`inv(${name})`, "the inverse of the matrix"],
        [`(1 / ${name})`, "1 over each number"],
      ],
    );
  };

  /** ‖w‖² is the sum of squares: without the root it is exact, and smooth at 0. */
  const isNorm = (x: Expression): x is Call => x.kind === "call" && x.operator && x.name === "norm";
  const squaredNorm = (norm: Call, to: number): Call => {
    const [at, range] = [[norm.start, norm.end] as const, [norm.from, to] as const];
    return call("sum", [call("square", norm.args, at, range)], at, range);
  };

  return {
    product: (first: readonly Expression[], rest: Parameters<typeof productOf>[1]) => productOf(first, rest, said),

    /** An operand with a raised number, a transpose sign or a method behind it. */
    marked(x: Expression, { name, more, at }: Mark): Expression {
      if (name === "square" || name === "pow") checkSpaced(x, at);
      const [exponent] = more;
      if (exponent?.kind === "literal" && exponent.value === -1) checkInverse(x, at);
      return name === "square" && isNorm(x) ? squaredNorm(x, at[1]) : call(name, [x, ...more], at, [x.from, at[1]]);
    },

    power(base: Expression, node: Call): Expression {
      const [, exponent] = node.args;
      checkSpaced(base, [node.start, node.to]);
      const isInverse =
        exponent.kind === "call" &&
        exponent.name === "neg" &&
        textOf(exponent)
          .replace(/[\s()]/g, "")
          .slice(1) === "1";
      if (isInverse) checkInverse(base, [node.start, node.to]);
      if (exponent.kind === "variable" && exponent.name === "T" && !isVariable("T") && !exponent.grouped && base.kind !== "literal") {
        const name = textOf(base);
        refuse(
          `expected ${name}ᵀ (transposed) or ${name}^(T) (to the power of a variable T), got neither`,
          [node.from, node.to],
          [
            [`${name}ᵀ`, `${name} transposed`],
            [`${name}^(T)`, `${name} to the power T`],
          ],
        );
      }
      // w^Tx
      if (
        exponent.kind === "variable" &&
        /^T\p{L}/u.test(exponent.name) &&
        isLetter(exponent.name.slice(1)) &&
        !isVariable(exponent.name)
      ) {
        const [name, power] = [textOf(base), textOf(exponent)];
        const [one, other] = [`${name}ᵀ ${power.slice(1)}`, `${name}^(T * ${power.slice(1)})`];
        refuse(
          `expected ${one} (transposed) or ${other}, got neither`,
          [node.from, node.to],
          [
            [one, `${name} transposed, times ${power.slice(1)}`],
            [other, "a power"],
          ],
        );
      }
      if (exponent.kind === "literal" && exponent.value === 2 && isNorm(base)) return squaredNorm(base, node.to);
      // eˣ is exp(x), to the last digit.
      const isEuler = base.kind === "literal" && base.value === Math.E;
      return isEuler ? call("exp", [exponent], [node.start, node.end], [node.from, node.to]) : node;
    },

    root([start, end]: At, x: Expression): never {
      const [sign, inside, power] = [said(start, x.from).trim(), textOf(x), said(x.to, end).trim()];
      const [one, other] = [`${sign}(${inside}${power})`, `(${sign}${inside})${power}`];
      return refuse(
        `expected parentheses, ${one} or ${other}, got neither`,
        [start, end],
        [
          [one, "the root of the power"],
          [other, "the power of the root"],
        ],
      );
    },

    raised(text: string, [start, end]: At): never {
      const said = text.normalize("NFKC").replaceAll("−", "-");
      const plain = /[\p{L}\d]$/u.test(said) ? said : "…";
      return refuse(
        `expected a whole number raised, got "${text}"; write x^(${plain})`,
        [start, end],
        [[`^(${plain})`, `to the power ${plain}`]],
      );
    },

    norm(x: Expression, kind: string | null, at: At, range: At): Expression {
      const absolute = (): Call => call("abs", [x], at, range);
      const node =
        kind === "1" || kind === "₁"
          ? call("sum", [absolute()], at, range)
          : kind === "∞"
            ? call("max", [absolute()], at, range)
            : call("norm", [x], at, range);
      return { ...node, grouped: true };
    },

    /** The sum over all places. An index says the same as no index, so it goes: ∑ᵢ xᵢ yᵢ is the sum of x * y. */
    sum(
      { name, at, sign }: { readonly name: string; readonly at: At; readonly sign: string },
      limits: string | null,
      body: Expression,
      range: At,
    ): Expression {
      const isProduct = body.kind === "call" && body.operator && /^(mul|div|matmul|.*[pP]roduct.*)$/.test(body.name ?? "");
      if (name === "prod" && isProduct && !body.grouped)
        refuse(
          `expected parentheses around what ${sign} multiplies, got none`,
          [range[0], range[1]],
          [[`prod(${textOf(body)})`, "the product of all of it"]],
        );
      const index = /^[\s(]*(\p{L}(?:\s*,?\s*\p{L})*)\s*(?:=|∈|\)|$|<|≤)/u.exec(limits ?? "")?.[1].replace(/[\s,]/g, "");
      return {
        ...call(name, [index === undefined ? body : withoutIndex(body, index, sign)], at, range),
        ...(index === undefined ? {} : { index }),
      };
    },

    called(callee: Callee, power: Mark | null, args: readonly Expression[], [from, to]: At): Expression {
      const { name, start, end } = callee;
      const node: Call = { kind: "call", name, args, operator: false, start, end, from, to };
      return power === null ? node : raisedCall(node, power);
    },

    bare(callee: Callee, power: Mark | null, argument: Expression, [from, to]: At): Expression {
      const { name, start, end } = callee;
      const node: Call = { kind: "call", name, args: [argument], operator: false, start, end, from, to, bare: argument.grouped !== true };
      return power === null ? node : raisedCall(node, power);
    },
  };

  /** sin² x is (sin x)², but sin⁻¹ x is mostly not 1/sin x. */
  function raisedCall(node: Call, { name, more, at }: Mark): Expression {
    const [exponent] = more;
    const callee = said(node.start, node.end);
    if (exponent?.kind === "literal" && exponent.value === -1) {
      const inside = node.args.map(textOf).join(", ");
      const inverse = inverses[node.name ?? ""];
      refuse(
        `expected ${inverse === undefined ? "" : `${inverse}(${inside}) (the inverse) or `}1 / ${callee}(${inside}), got ${callee} to the power −1`,
        [node.from, node.to],
        [
          ...(inverse === undefined ? [] : [[`${inverse}(${inside})`, "the inverse function"] as const]),
          [`(1 / ${callee}(${inside}))`, `1 over ${callee}`],
        ],
      );
    }
    return { ...call(name, [node, ...more], at, [node.from, node.to]), bare: node.bare ?? false };
  }
}

const SUBSCRIPTS: Readonly<Record<string, string>> = { i: "ᵢ", j: "ⱼ", k: "ₖ", n: "ₙ", m: "ₘ" };

/** A name without its index, or the same name. */
export function withoutSubscript(name: string, index: string): string {
  for (const subscript of [`_${index}`, ...(index in SUBSCRIPTS ? [SUBSCRIPTS[index]] : [])])
    if (name.endsWith(subscript) && name.length > subscript.length) return name.slice(0, -subscript.length);
  return name;
}

/** What stands below a sum sign, without the index that the sum runs over: x_i and x^(i) are x. */
function withoutIndex(body: Expression, index: string, sign: string): Expression {
  const isIndex = (node: Expression | undefined): boolean => node?.kind === "variable" && node.name === index;
  const shortened = rewritten(body, (node) => {
    if (node.kind === "variable") return { ...node, name: withoutSubscript(node.name, index) };
    if (node.kind === "call" && node.name === "pow" && node.args[1].grouped && isIndex(node.args[1])) return node.args[0];
    return node;
  });
  for (const node of inOrder(shortened)) {
    if (node.kind !== "variable") continue;
    const isElsewhere =
      node.name === index || (/_\p{L}{2,3}$/u.test(node.name) && node.name.slice(node.name.lastIndexOf("_")).includes(index));
    if (isElsewhere)
      refuse(
        `expected the index ${index} of ${sign} only below names, as in x_${index}, got ${node.name}; sums of products of matrices are written with @, and a factor ${index} as a variable with the numbers 1, 2, …`,
        [node.start, node.end],
        [],
      );
  }
  return shortened;
}

/** The index of a sum that stands in the text outside of the sum, if there is one: a bracket is missing, most likely. */
export function strayIndex(
  nodes: readonly Expression[],
): { readonly sum: Call; readonly name: Expression; readonly index: string } | undefined {
  for (const sum of nodes) {
    if (sum.kind !== "call" || sum.index === undefined) continue;
    const { index } = sum;
    const name = nodes.find((node) => node.kind === "variable" && withoutSubscript(node.name, index) !== node.name);
    if (name !== undefined) return { sum, name, index };
  }
  return undefined;
}
