import { nearestFunctions } from "./nearest.js";
import type { Suggestion } from "./place.js";

/** What to write instead of something that cannot be read, in words and as changes of the text, of which those that mend it are kept. */
export interface Advice {
  /** Ends the message; begins with "; ". */
  readonly hint: string;
  readonly suggestions: readonly Suggestion[];
}

/** An operand as it is mostly written: a name, a number, a call, parentheses. */
const OPERAND = String.raw`[\p{L}\p{M}\p{N}_.]*(?:\([^()]*\)|[\p{L}\p{M}\p{N}_.])`;
const LEFT = new RegExp(String.raw`(${OPERAND})\s*$`, "u");
const RIGHT = new RegExp(String.raw`^\s*(${OPERAND})`, "u");

/** Advice for a text that cannot be read from `at` on; `wantsOperand` says whether an operand was expected there. */
export function adviceAt(source: string, at: number, wantsOperand: boolean): Advice {
  const [before, after] = [source.slice(0, at), source.slice(at)];
  if (source.trim() === "") return { hint: "; write a formula, such as (x − 3)²", suggestions: [] };
  for (const rule of RULES) {
    const advice = rule(before, after, wantsOperand);
    if (advice !== undefined) return advice;
  }
  return general(before, after, wantsOperand);
}

type Rule = (before: string, after: string, wantsOperand: boolean) => Advice | undefined;

const change = (start: number, end: number, replacement: string, meaning: string): Suggestion => ({ start, end, replacement, meaning });
const advise = (hint: string, ...suggestions: readonly Suggestion[]): Advice => ({ hint: `; ${hint}`, suggestions });

/** The operands beside a sign of `length` characters, as a change that puts `write` of both there. */
function between(
  before: string,
  after: string,
  length: number,
  write: (a: string, b: string) => string,
  meaning: string,
): readonly Suggestion[] {
  const [left, a] = LEFT.exec(before) ?? [];
  const [right, b] = RIGHT.exec(after.slice(length)) ?? [];
  if (left === undefined || right === undefined) return [];
  return [change(before.length - left.length, before.length + length + right.length, write(a, b), meaning)];
}

const RULES: readonly Rule[] = [
  // a = b
  (before, after) => {
    if (!/^(?::=|=(?!=)|←)/.test(after)) return undefined;
    const length = after.startsWith(":=") ? 2 : 1;
    const compare = change(before.length, before.length + length, "==", "1 where both are equal, else 0");
    return /^[^=<>]*$/.test(before)
      ? advise(
          "write only what stands right of the =, or == to compare",
          change(0, before.length + length, "", "only the right side"),
          compare,
        )
      : advise("write == to compare", compare);
  },
  // a < b < c
  (before, after) => {
    const sign = /^(?:<=|>=|==|!=|[<>≤≥≠])/.exec(after)?.[0];
    const middle = LEFT.exec(before);
    if (sign === undefined || middle === null || !/[<>≤≥≠=]/.test(before)) return undefined;
    const right = RIGHT.exec(after.slice(sign.length));
    if (right === null) return undefined;
    const first = before.search(/[<>≤≥≠=]/);
    const left = LEFT.exec(before.slice(0, first));
    if (left === null) return undefined;
    const start = first - left[0].length;
    const text = `(${before.slice(start).trim()}) * (${middle[1]} ${sign} ${right[1]})`;
    return advise(
      "comparisons do not chain; write a product of two",
      change(start, before.length + sign.length + right[0].length, text, "1 where both hold"),
    );
  },
  // x[0]
  (before, after) => {
    const index = /^\[([^[\]]*)\]/.exec(after);
    if (index === null) return undefined;
    const operand = LEFT.exec(before)?.[1];
    if (operand === undefined) return undefined;
    const start = before.lastIndexOf(operand);
    const end = before.length + index[0].length;
    if (operand === "E") return advise("write mean(…)", change(start, end, `mean(${index[1]})`, "the mean"));
    if (/^\s*-?\d*\s*(?::\s*-?\d*\s*)?(?:,\s*-?\d*\s*(?::\s*-?\d*\s*)?)*$/.test(index[1]) && !/^[\d.]+$/.test(operand)) {
      const ranges = index[1].split(",").map((part) => {
        if (!part.includes(":")) return part.trim();
        const [from, to] = part.split(":").map((number) => number.trim());
        return from === "" && to === "" ? "null" : `[${from || "0"}, ${to || "null"}]`;
      });
      const text = `slice(${operand}, [${ranges.join(", ")}])`;
      return advise(
        `write ${text} for a part of a tensor; the first place is 0`,
        change(start, end, text, `the places [${index[1]}] of ${operand}, counted from 0`),
      );
    }
    return advise("write parentheses, not brackets", change(before.length, end, `(${index[1]})`, "parentheses"));
  },
  // ||x| − 1|
  (before, after) => {
    const start = before.lastIndexOf("||");
    if (!after.startsWith("|") || start < 0) return undefined;
    const rest = /^\|([^|]*)\|/.exec(after);
    const text = `abs(|${before.slice(start + 2)}|${rest?.[1] ?? ""})`;
    const end = before.length + (rest?.[0].length ?? 1);
    return advise("two bars are a norm; write abs(…) for bars within bars", change(start, end, text, "the absolute value"));
  },
  // 1_000
  (before, after) => {
    const digits = /^_(\d+(?:_\d+)*)/.exec(after);
    if (digits === null || !/\d$/.test(before)) return undefined;
    return advise(
      "write numbers without separators",
      change(before.length, before.length + digits[0].length, digits[1].replaceAll("_", ""), "one number"),
    );
  },
  // 0,5 and a last comma
  (before, after) => {
    if (!after.startsWith(",")) return undefined;
    const at = before.length;
    if (/\d$/.test(before) && /^,\d/.test(after)) return advise("write a decimal point", change(at, at + 1, ".", "a decimal point"));
    return advise("write one formula", change(at, at + 1, "", "without the comma"), change(at, at + 1, " *", "a product"));
  },
  // Two numbers beside one another, or a number behind a factor
  (before, after, wantsOperand) => {
    if (wantsOperand || !/^[\d.½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/.test(after)) return undefined;
    const at = before.length;
    const times = /\d\s*x\s*$/.exec(before);
    if (times !== null) {
      const x = before.lastIndexOf("x");
      return advise("write * for a product", change(x, x + 1, "*", "times"));
    }
    const start = before.trimEnd().length;
    return advise("write * between factors, or ^ for a power", change(start, at, " * ", "times"), change(start, at, "^", "to the power"));
  },
  // c ? a : b, a if c else b
  (before, after) => {
    const ternary = /^\?([^?:]*):([^?:]*)$/.exec(after);
    if (ternary !== null) {
      const text = `where(${before.trim()}, ${ternary[1].trim()}, ${ternary[2].trim()})`;
      return advise(`write ${text}`, change(0, before.length + after.length, text, "one or the other, place by place"));
    }
    const choice = /^if\s(.*)\selse\s(.*)$/.exec(after);
    if (choice === null) return after.startsWith("if") ? advise("write where(condition, a, b)") : undefined;
    const text = `where(${choice[1].trim()}, ${before.trim()}, ${choice[2].trim()})`;
    return advise(`write ${text}`, change(0, before.length + after.length, text, "one or the other, place by place"));
  },
  // Signs of programs
  (before, after) => {
    const sign = /^(?:&&|and\b|∧|&)/.exec(after)?.[0];
    if (sign !== undefined)
      return advise("write a product for “and”", ...between(before, after, sign.length, (a, b) => `${a} * ${b}`, "both: their product"));
    const or = /^(?:or\b|∨)/.exec(after)?.[0];
    if (or !== undefined)
      return advise("write maximum(a, b) for “or”", ...between(before, after, or.length, (a, b) => `maximum(${a}, ${b})`, "one of both"));
    const percent = /^%\s*(?=$|[-+*/)\],])/.exec(after)?.[0];
    const number = /[\d.]+$/.exec(before)?.[0];
    if (percent !== undefined) {
      const end = before.length + percent.length;
      return number === undefined
        ? advise("write a fraction for percent", change(before.length, end, " / 100", "a hundredth of it"))
        : advise("write a fraction for percent", change(before.length - number.length, end, `(${number} / 100)`, "a hundredth of it"));
    }
    const mod = /^(?:%|mod\b)/.exec(after)?.[0];
    if (mod !== undefined)
      return advise(
        "write mod(a, b) for the remainder",
        ...between(before, after, mod.length, (a, b) => `mod(${a}, ${b})`, "the remainder, with the sign of b"),
      );
    const outer = /^⊗/.exec(after)?.[0];
    if (outer !== undefined)
      return advise("write outer(a, b)", ...between(before, after, 1, (a, b) => `outer(${a}, ${b})`, "all products"));
    if (after.startsWith("!")) {
      const operand = LEFT.exec(before)?.[1];
      if (operand === undefined) {
        const next = RIGHT.exec(after.slice(1));
        return advise(
          "write 1 - a for “not”",
          ...(next === null ? [] : [change(before.length, before.length + 1 + next[0].length, `(1 - ${next[1]})`, "not")]),
        );
      }
      const text = `exp(lgamma(${operand} + 1))`;
      return advise(`write ${text} for the factorial`, change(before.length - operand.length, before.length + 1, text, "the factorial"));
    }
    const not = /^(?:not\b|¬)/.exec(after)?.[0];
    const next = not === undefined ? null : RIGHT.exec(after.slice(not.length));
    if (not !== undefined)
      return advise(
        "write 1 - a for “not”",
        ...(next === null ? [] : [change(before.length, before.length + not.length + next[0].length, `(1 - ${next[1]})`, "not")]),
      );
    return undefined;
  },
  // What is no formula to be evaluated
  (before, after) => {
    const at = before.length;
    if (/^[∂∇∫]/u.test(after)) {
      const sign = /^(?:∂\s*\p{L}?\s*\/\s*∂\s*\p{L}(?:_\p{L}+|[₀-₉\d])?|∇(?:_\p{L})?|∫)\s*=?\s*/u.exec(after)?.[0] ?? "";
      return advise("write the function only; its gradient is computed from it", change(at, at + sign.length, "", "the function only"));
    }
    if (/^(?:lambda\b|let\b|const\b|var\b|return\b|def\b)/.test(after)) {
      const [whole, word] = /^(\w+)(?:\s+[\w\s,]*:\s*|\s*)/.exec(after) ?? ["", ""];
      return advise(`write the formula only, without ${word}`, change(at, at + whole.length, "", `without ${word}`));
    }
    if (/^for\b/.test(after)) return advise("write sum(…) over a tensor; there are no loops");
    if (/^±|^∓/.test(after)) return advise("write + or −", change(at, at + 1, "+", "plus"), change(at, at + 1, "-", "minus"));
    if (/^[⟨⟩]/.test(after)) return advise("write a @ b for the inner product of vectors");
    const command = /^\\([A-Za-z]*)/.exec(after);
    if (command !== null) {
      const [near] = command[1] === "" ? [] : nearestFunctions(command[1]);
      return near === undefined
        ? advise(`${command[0]} is not among the LaTeX that is read here`, change(at, at + command[0].length, "", `without ${command[0]}`))
        : advise(
            `${command[0]} is not among the LaTeX that is read here; did you mean ${near}?`,
            change(at, at + command[0].length, near, near),
          );
    }
    const sign = /^[ΣΠ∑∏]/u.exec(after)?.[0];
    if (sign !== undefined) return advise(`write ${/[Σ∑]/u.test(sign) ? "sum" : "prod"}(…)`);
    return undefined;
  },
  // A function's brackets
  (before, after) => {
    if (!/^["'`“”‘]/.test(after)) return undefined;
    const whole = /^["'`“”‘](.*)["'`“”’]/.exec(after);
    const [length, inside] = whole === null ? [1, ""] : [whole[0].length, whole[1]];
    return advise("write names without quotation marks", change(before.length, before.length + length, inside, "without the marks"));
  },
  (before, after, wantsOperand) =>
    !wantsOperand && /\n\s*$/.test(before) && /^[\p{L}_([√|]/u.test(after)
      ? advise(
          "write an operator between two lines",
          change(before.length, before.length, "* ", "times"),
          change(before.length, before.length, "+ ", "plus"),
        )
      : undefined,
];

/** Where no rule fits: what is missing at the end, or what is too much here. */
function general(before: string, after: string, wantsOperand: boolean): Advice {
  const at = before.length;
  const opened = openIn(before);
  const closing = opened.join("");
  if (after.trim() === "") {
    const sign = /(?:\*\*|[-+*/^@·×÷−–,√=<>]|\\cdot)\s*$/u.exec(before);
    if (wantsOperand && sign !== null)
      return advise(
        `write what follows ${JSON.stringify(sign[0].trim())}, or leave it out`,
        change(at - sign[0].length, at, closing, `without the last ${sign[0].trim()}`),
      );
    if (closing !== "") return advise(`write ${closing} at the end`, change(at, at, closing, `closed with ${closing}`));
    return { hint: "", suggestions: [] };
  }
  const [first] = after;
  const character = String.fromCodePoint(after.codePointAt(0) ?? 0);
  const seen = /[\p{C}\p{Z}]/u.test(character) ? "what cannot be seen" : character;
  const without = change(at, at + character.length, "", `without ${seen}`);
  if (/^[)\]}]/.test(after)) {
    if (wantsOperand) {
      const comma = /,\s*$/.exec(before);
      if (comma !== null) return advise("leave the comma out", change(at - comma[0].length, at, "", "without the comma"));
      const sign = /[-+*/^@·×÷−–]\s*$/u.exec(before);
      if (sign !== null)
        return advise(
          `write what follows ${JSON.stringify(sign[0].trim())}`,
          change(at - sign[0].length, at, "", `without the ${sign[0].trim()}`),
        );
      return { hint: "", suggestions: [without] };
    }
    if (opened.length === 0)
      return advise(`leave it out, or open it before`, without, change(0, 0, first === ")" ? "(" : "[", `opened at the beginning`));
    return advise(`write ${opened[0]} before`, change(at, at + 1, opened[0], `${opened[0]} instead`));
  }
  if (wantsOperand) return advise("write a number, a name or (…) here", without, ...doubled(before, at));
  const others = opened.length > 0 ? [change(at + after.length, at + after.length, closing, `closed with ${closing} at the end`)] : [];
  return { hint: "", suggestions: [without, change(at, at, "* ", "times"), ...others] };
}

/** Of two signs beside one another the first may be the one that is too much. */
function doubled(before: string, at: number): readonly Suggestion[] {
  const sign = /[-+*/^@·×÷−–]\s*$/u.exec(before);
  return sign === null ? [] : [change(at - sign[0].length, at, "", `without the first ${sign[0].trim()}`)];
}

/** What would close the brackets that are open, the innermost first. */
function openIn(text: string): string[] {
  const open: string[] = [];
  const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]" };
  for (const c of text.replaceAll(/\$\{\d+\}/g, "")) {
    if (Object.hasOwn(closing, c)) open.unshift(closing[c]);
    else if (c === ")" || c === "]") open.shift();
  }
  return open;
}
