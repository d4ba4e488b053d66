import { formatNumber, formatValues, inspectAsText } from "../../base/format.js";
import { formatShape } from "../../base/shape.js";
import { escapeMarkdown } from "../../base/text.js";
import type { Tensor } from "../../tensor/tensor.js";
import { latexText } from "../formula/latex-names.js";

/** The parts of a derivation, in their order. */
export type DerivationSection = "definitions" | "chain rule" | "factors" | "result" | "second derivatives" | "check";

/** One line of a {@link Derivation}: an equation and why it holds. */
export interface DerivationStep {
  /** The part that it belongs to. */
  readonly section: DerivationSection;
  /** The left side as plain text; empty where the line continues the one before. */
  readonly left: string;
  /** The right side as plain text with Unicode signs. */
  readonly right: string;
  /** The whole line as LaTeX, left side, `&=` and right side. */
  readonly latex: string;
  /** Why: `definition`, `rule of Log`, `common denominator`, `cancel`, …; the rules are those of the ops. */
  readonly rule: string;
  /** The same as it is printed, with the rules' names in textbooks: `product rule (Mul)`, `derivative of ln (Log)`. */
  readonly reason: string;
  /** What both sides are at the given inputs; none where the line speaks of several shapes at once. */
  readonly value: Tensor | undefined;
}

/** The heading of a part. */
const titleOf = (section: DerivationSection): string => section[0].toUpperCase() + section.slice(1);

/** More numbers are not written out, unless they are a vector. */
const MOST_NUMBERS = 4;

/** Longer equations do not push the words beside all others to the right. */
const WIDEST = 66;
/** Nor do longer words push all numbers. */
const WIDEST_REASON = 40;

/**
 * The derivation of a gradient, step by step: see {@link derive}. Printed, it is plain text for a terminal.
 */
export class Derivation implements Iterable<DerivationStep> {
  constructor(
    /** All lines, in their order. */
    readonly steps: readonly DerivationStep[],
    /** What was derived, by the name of the argument: the formula as plain text. */
    readonly gradients: ReadonlyMap<string, string>,
    /** With `order: 2`, the second derivatives: `"w"` for the block of w with itself, `"w, b"` for a mixed one. */
    readonly hessians: ReadonlyMap<string, string>,
    /** The largest difference between the formulas' numbers at the inputs and those of `grad`. */
    readonly largestDifference: number,
    /** What `largestDifference` says, in words. */
    readonly verdict: string,
  ) {
    inspectAsText(this);
  }

  /** The lines, one after the other. */
  [Symbol.iterator](): Iterator<DerivationStep> {
    return this.steps[Symbol.iterator]();
  }

  /** Plain text with Unicode signs: the equation, why it holds, and its numbers, in columns. */
  toString(): string {
    const sections = this.bySection().map(([section, steps]) => {
      const lefts = Math.max(...steps.map(({ left }) => width(left)));
      const equations = steps.map(({ left, right }) => `${pad(left, lefts)} = ${right}`);
      const wide = Math.min(WIDEST, Math.max(...equations.map(width)));
      const reasons = Math.min(WIDEST_REASON, Math.max(...steps.map(({ reason }) => width(reason))));
      const lines = steps.map(({ reason, value }, i) => {
        const number = value === undefined ? "" : shortValue(value);
        return `  ${pad(equations[i], wide)}  ${pad(reason, reasons)}  ${number}`.trimEnd();
      });
      return `${titleOf(section)}\n${lines.join("\n")}`;
    });
    return `${sections.join("\n\n")}\n\n${titleOf("check")}\n  ${this.verdict}`;
  }

  /** Markdown: a heading a part, and in it a table of equations (in `$` signs), reasons and numbers. */
  toMarkdown(): string {
    const sections = this.bySection().map(([section, steps]) => {
      const rows = steps.map(({ latex, reason, value }) => {
        const equation = latex.replace("&=", "=").replaceAll("|", "\\vert ");
        return `| $ ${equation.trim()} $ | ${escapeMarkdown(reason)} | ${value === undefined ? "" : shortValue(value)} |`;
      });
      return `### ${titleOf(section)}\n\n| equation | why | at the inputs |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
    });
    return `${sections.join("\n")}\n### ${titleOf("check")}\n\n${escapeMarkdown(this.verdict)}\n`;
  }

  /** LaTeX: an `align` environment with numbered lines, the reasons in words to the right. It needs the package amsmath. */
  toLatex(): string {
    const lines = this.steps.map(({ latex, reason }) => `${latex} && ${latexText(reason)}`);
    return `\\begin{align}\n${lines.join(" \\\\\n")}\n\\end{align}`;
  }

  private bySection(): (readonly [DerivationSection, readonly DerivationStep[]])[] {
    const sections = new Map<DerivationSection, DerivationStep[]>();
    for (const step of this.steps) sections.set(step.section, [...(sections.get(step.section) ?? []), step]);
    return [...sections];
  }
}

/** Numbers that fit beside an equation: all of a few, the shape of many. */
function shortValue({ data, shape, size, rank, first }: Tensor): string {
  if (rank === 0) return formatNumber(first);
  return rank === 1 || size <= MOST_NUMBERS ? formatValues(data, shape) : `shape ${formatShape(shape)}`;
}

/** Combining accents take no room. */
const width = (text: string): number => [...text.normalize("NFC")].filter((sign) => !/\p{M}/u.test(sign)).length;
const pad = (text: string, to: number): string => text + " ".repeat(Math.max(0, to - width(text)));
