import type { Suggestion } from "./place.js";

/**
 * What books and programs have where a formula could stand, and what is none: integrals, limits, cases, loops over lists. Each is
 * refused with what to write, also where the grammar would find letters in it.
 */
export interface Foreign {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly suggestions: readonly Suggestion[];
}

/** What is found, what is said of it, and what could stand in its place: pairs of a text and what it means. */
interface Rule {
  readonly pattern: RegExp;
  readonly says: string;
  write(match: RegExpExecArray): readonly (readonly [replacement: string, meaning: string])[] | undefined;
}

/** Most texts have nothing of the kind. */
const SUSPECT =
  /^\s*(?:[Dd]ifferent|[Dd]eriv|[Mm]inimi|[Mm]aximi|[Ii]ntegr|[Ff]ind|[Cc]omp|[Cc]alc|[Pp]lot|[Ss]implify|[Ss]olve)|[∂∇∫∈𝔼]|\\[a-zA-Z]|\b(?:for|if|einsum)\b|(?:min|max)_|^\s*\w['′’]|N\(/u;

/** Longer texts are not looked through. */
const LONGEST = 2000;

/** Says what a text has that is no formula. */
export function foreignIn(source: string): Foreign | undefined {
  if (source.length > LONGEST || !SUSPECT.test(source)) return undefined;
  for (const { pattern, says, write } of RULES) {
    const match = pattern.exec(source);
    const choices = match === null ? undefined : write(match);
    if (match === null || choices === undefined) continue;
    const [start, end] = [match.index, match.index + match[0].length];
    const suggestions = choices.map(([replacement, meaning]) => ({ start, end, replacement, meaning }));
    return { message: says, start, end, suggestions };
  }
  return loopIn(source) ?? setIn(source);
}

/** What stands in braces, themselves with braces in them, such as \hat{y}. */
const INSIDE = String.raw`(?:[^{}]|\{[^{}]*\})*`;
/** What stands below and above a sign. */
const LIMITS = String.raw`(?:\s*[_^]\s*(?:\{${INSIDE}\}|\\[A-Za-z]+|[\p{L}\p{N}])|[₀-₉⁰¹²³⁴⁵⁶⁷⁸⁹])*`;
const D = String.raw`\s*(?:\\partial(?![A-Za-z])|d(?![A-Za-z]{2}))${INSIDE}`;
const NAME = String.raw`\p{L}\p{M}*(?:_\p{L}+|[₀-₉\d]+)?`;
const DERIVATIVE = String.raw`\\[dtc]?frac\s*\{${D}\}\s*\{${D}\}|∂\s*(?:${NAME})?\s*\/\s*∂\s*${NAME}|(?:∇|\\nabla(?![A-Za-z]))${LIMITS}|[fghFGHJL]\s*[′'’]+(?=\s*\()`;
/** A name alone, or with arguments: nothing that has a derivative yet. */
const NOTHING_YET = /^(?:\\[A-Za-z]+\s*)?\{?(?:\p{L}\p{M}*)?\}?(?:_\p{L}+)?\s*(?:\([^()]*\))?\s*=?\s*$/u;

const SUBSCRIPTS: Readonly<Record<string, string>> = { i: "ᵢ", j: "ⱼ", k: "ₖ", n: "ₙ", m: "ₘ" };

/** A formula over all places, of one that names an index. */
const withoutIndex = (text: string, index: string): string =>
  text.replaceAll(new RegExp(String.raw`_\{?${index}\}?(?![\p{L}\p{N}])|\[${index}\]`, "gu"), "").replaceAll(SUBSCRIPTS[index] ?? "\0", "");

const RULES: readonly Rule[] = [
  {
    pattern: new RegExp(String.raw`^\s*(?:${DERIVATIVE})\s*=?\s*(.*)$`, "su"),
    says: "expected a function, got a derivative of one; write the function only, its gradient is computed from it",
    write: ([whole, rest]) => {
      if (NOTHING_YET.test(rest)) return [["(w * x - y)²", "an example of a function"]];
      const [, matrix] = /^\s*([FGHJL])\s*[′'’](?=\s*\()/u.exec(whole) ?? [];
      return [[rest, "the function only"], ...(matrix === undefined ? [] : [[`${matrix}ᵀ${rest}`, `${matrix} transposed`] as const])];
    },
  },
  {
    pattern:
      /^\s*(?:[Dd]ifferentiate|[Dd]erivative of|[Dd]erive|[Mm]inimi[sz]e|[Mm]aximi[sz]e|[Ff]ind|[Cc]ompute|[Cc]alculate|[Pp]lot|[Ss]implify|[Ss]olve|[Ii]ntegrate)\s+(?!of\b)([\p{L}\d(|√‖\\½-].*)$/su,
    says: "expected a formula, got what to do with one; write the function only",
    write: ([, rest]) => [[rest, "the function only"]],
  },
  {
    pattern: new RegExp(
      String.raw`(?:\\int(?![A-Za-z])|∫)${LIMITS}\s*(.*?)(?:(?:\\[,;:]|\s|(?<=\)))\s*(?:\\mathrm\{d\}|d)\s*[\p{L}]\s*)?$`,
      "su",
    ),
    says: "expected a formula, got an integral; there are none here, write the function only",
    write: ([, rest]) => [[rest.trim(), "the function only"]],
  },
  {
    pattern: new RegExp(String.raw`\\lim(?![A-Za-z])${LIMITS}\s*`, "u"),
    says: "expected a formula, got a limit; there are none here, write the function only",
    write: () => [["", "the function only"]],
  },
  // max over i of xᵢ, min over w of L(w)
  {
    pattern:
      /(?<![\p{L}\p{N}_])(?:\\operatorname\*?\s*\{\s*)?\\?(?:arg\s*\\?)?(min|max)\s*\}?(?:\\limits)?\s*_\s*(?:\{([^{}]*)\}|\\?(\p{L})(?![\p{L}\p{N}]))(?=\s*[\\([|‖∥√∑Σ{]|\s+[\p{L}\d])\s*(.*)$/su,
    says: "expected a formula, got what it is smallest or largest over; write the formula only, or max(…) or min(…) over all places",
    write: ([, name, braces, letter, rest]) => {
      const index = (braces ?? letter).trim();
      const others = /^\p{L}$/u.test(index) ? withoutIndex(rest, index) : rest;
      const isIndex = others !== rest;
      return isIndex ? [[`${name}(${others.trim()})`, "over all places"]] : [[rest, "the formula only"]];
    },
  },
  {
    pattern: new RegExp(String.raw`\\[dt]?binom\s*\{(${INSIDE})\}\s*\{(${INSIDE})\}`, "u"),
    says: "expected a formula, got a binomial coefficient; write it with lgamma",
    write: ([, n, k]) => [
      [`exp(lgamma(${n} + 1) - lgamma(${k} + 1) - lgamma(${n} - ${operand(k)} + 1))`, "the binomial coefficient, for any numbers"],
    ],
  },
  {
    pattern: /\\begin\s*\{cases\}(.*?)\\end\s*\{cases\}/su,
    says: "expected a formula, got cases; write where(condition, a, b)",
    write: ([, rows]) => {
      const cases = rows.split("\\\\").flatMap((row) => (row.trim() === "" ? [] : [row.split("&").map((part) => part.trim())]));
      const [last] = cases.at(-1) ?? [];
      if (cases.length < 2) return undefined;
      const condition = (text = ""): string => text.replace(/^(?:\\(?:text|mathrm|mbox)\s*\{\s*(?:if|for)?[\s~]*\}|if\b|for\b)\s*/, "");
      const nested = cases
        .slice(0, -1)
        .reduceRight((rest, [value, when]) => `where(${condition(when)}, ${plainly(value)}, ${rest})`, plainly(last));
      return [[nested, "one or the other, place by place"]];
    },
  },
  {
    pattern: /^\s*if\s+(?:\(([^()]*)\)|([^:]*?))\s*(?::|then\b|(?<=\)))\s*(.*?)[;,]?\s*else\b\s*:?\s*(.*?)\s*$/su,
    says: "expected a formula, got if and else; write where(condition, a, b)",
    write: ([, inside, condition, one, other]) => [[`where(${inside ?? condition}, ${one}, ${other})`, "one or the other, place by place"]],
  },
  {
    pattern:
      /(?:\\mathcal\s*\{?\s*N\s*\}?|(?<![\p{L}\p{N}_])N)\s*(?:\\left\s*)?\(\s*([^;|,()]+?)\s*(?:[;|∣]|\\mid|\\vert)\s*([^,()]+?)\s*,\s*([^,()]+?)\s*(?:\\right\s*)?\)/u,
    says: "expected a formula, got the name of a density; write it out",
    write: ([, x, mean, variance]) => [
      [
        `(exp(-(${x} - ${operand(mean)})² / (2 ${operand(variance)})) / √(2π ${operand(variance)}))`,
        "the density of a normal distribution",
      ],
    ],
  },
  {
    pattern: /(?:\\mathbb\s*\{?\s*E\s*\}?|𝔼)\s*(?:_\s*(?:\{[^{}]*\}|\p{L}))?\s*(?:\\left\s*)?(?:\[([^[\]]*)\]|\(([^()]*)\))/u,
    says: "expected a formula, got an expected value; write mean(…)",
    write: ([, inside, other]) => [[`mean(${(inside ?? other).replace(/\\right\s*$/, "")})`, "the mean"]],
  },
  {
    pattern: /(?:[a-z]+\.)?einsum\s*\(\s*['"]([^'"]*)['"]\s*,\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)/u,
    says: "expected a formula, got einsum; write products with @ and * and sums with sum(…)",
    write: ([, subscripts, a, b]) => {
      const [x, y, result] = subscripts.replaceAll(/\s/g, "").split(/,|->/);
      const [one, other] = [operand(a), operand(b)];
      if (x === y && result === "") return [[`sum(${one} * ${other})`, "the sum of all products"]];
      if (x === y && result === x) return [[`(${one} * ${other})`, "the products, place by place"]];
      if (x?.length === 1 && y?.length === 1 && result === x + y) return [[`outer(${a}, ${b})`, "all products"]];
      const isProduct =
        x !== undefined && y !== undefined && x.at(-1) === y[0] && (x + y).length <= 4 && result === x.slice(0, -1) + y.slice(1);
      return isProduct ? [[`(${one} @ ${other})`, "the product of matrices"]] : [];
    },
  },
];

/** What is put between signs: in parentheses if it has some itself. */
const operand = (text: string): string => (/^[\p{L}\p{M}\p{N}_.²³\\]+$/u.test(text.trim()) ? text.trim() : `(${text.trim()})`);

/** A part of a list of arguments, without what stands behind it. */
const plainly = (text = ""): string => text.replace(/[,.;]\s*$/, "");

const LOOP =
  /\sfor\s+([\p{L}\w]+(?:\s*,\s*[\p{L}\w]+)*)\s+in\s+(?:(zip|enumerate)\(([^()]*)\)|range\([^()]*(?:\([^()]*\))?\)|([\p{L}\w.]+))/u;

/** sum(x² for x in xs), sum([a * b for a, b in zip(u, v)]), sum(x[i] for i in range(n)) */
function loopIn(source: string): Foreign | undefined {
  const match = LOOP.exec(source);
  if (match === null) return undefined;
  const [whole, names, called, zipped, list] = match;
  let start = match.index;
  for (let depth = 0; start > 0; start--) {
    const c = source[start - 1];
    if (")]".includes(c)) depth++;
    else if ("([".includes(c) && --depth < 0) break;
  }
  const body = source.slice(start, match.index);
  const isList = source[start - 1] === "[";
  const end = match.index + whole.length;
  const isCounted = called === "enumerate";
  const [counter, ...counted] = names.split(",").map((name) => name.trim());
  const loops = isCounted ? counted : [counter, ...counted];
  const lists = (zipped ?? list)?.split(",").map((name) => name.trim());
  const written =
    lists === undefined
      ? withoutIndex(body, counter)
      : body.replaceAll(/[\p{L}_][\p{L}\p{M}\w]*/gu, (name) => lists[loops.indexOf(name)] ?? name);
  const change = { start: isList ? start - 1 : start, end: isList && source[end] === "]" ? end + 1 : end };
  const message = "expected a formula, got a loop over a list; write the formula of the whole tensor, as in sum(x²)";
  return {
    message,
    ...change,
    // Where the number of the round is used nothing says what would stand for it.
    suggestions:
      body.trim() === "" || (isCounted && [...body.matchAll(/[\p{L}\p{M}\w]+/gu)].some(([word]) => word === counter))
        ? []
        : [{ ...change, replacement: written.trim(), meaning: "of the whole tensor" }],
  };
}

/** x ∈ ℝ. Below a sum sign the set is that of the index. */
function setIn(source: string): Foreign | undefined {
  const at = source.search(/∈|\\in(?![A-Za-z])/);
  const before = source.slice(0, Math.max(0, at));
  if (before.trim() === "" || before.lastIndexOf("{") > before.lastIndexOf("}") || /[∑∏_]\s*\p{L}?\s*$/u.test(before)) return undefined;
  const start = before.trimEnd().length;
  const change = { start, end: source.length };
  return {
    message: "expected a formula, got a set; write the formula only",
    ...change,
    suggestions: [{ ...change, replacement: "", meaning: "without the set" }],
  };
}
