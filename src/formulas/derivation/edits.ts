import type { Written } from "./parse.js";

/** A formula that differs from another in one thing, and that thing in words. */
export interface Edit {
  readonly written: Written;
  readonly hint: string;
}

/** Formulas of more parts are not changed one by one. */
const MOST_EDITS = 400;

/** All formulas that differ from this one by a sign, a transpose, or the order of two factors. */
export function editsOf(written: Written): Edit[] {
  const edits: Edit[] = [];
  visit(written, (other) => other, edits);
  const rank = ({ hint }: Edit): number => ORDER.findIndex((words) => hint.startsWith(words));
  return edits.slice(0, MOST_EDITS).sort((a, b) => rank(a) - rank(b));
}

/** The plainest first. */
const ORDER = ["the sign", "a transpose", "a factor has", "a product", "the factors are swapped", ""];

type Rebuild = (part: Written) => Written;

function visit(x: Written, whole: Rebuild, edits: Edit[]): void {
  const offer = (part: Written, hint: string): void => {
    edits.push({ written: whole(part), hint });
  };
  switch (x.kind) {
    case "sum":
      for (const [k, term] of x.terms.entries()) {
        if (x.terms.length > 1)
          offer({ ...x, terms: replaced(x.terms, k, { ...term, isNegative: !term.isNegative }) }, `the sign of term ${k + 1} of the sum`);
        visit(term.of, (of) => whole({ ...x, terms: replaced(x.terms, k, { ...term, of }) }), edits);
      }
      break;
    case "product":
      for (const [k, factor] of x.factors.entries()) {
        const next = x.factors[k + 1];
        if (factor.sign !== "/")
          offer({ ...x, factors: replaced(x.factors, k, { ...factor, of: turned(factor.of) }) }, "a factor has to be transposed");
        if (next !== undefined && factor.sign !== "/" && next.sign !== "/" && next.sign !== "⊙") {
          const swapped = [...x.factors];
          swapped[k] = { sign: factor.sign, of: next.of };
          swapped[k + 1] = { sign: next.sign, of: factor.of };
          offer({ ...x, factors: swapped }, "the factors are swapped");
          // (AB)ᵀ = BᵀAᵀ: an order that also needs transposes.
          for (const transposed of [
            [true, false],
            [false, true],
            [true, true],
          ])
            offer(
              {
                ...x,
                factors: swapped.map((own, i) =>
                  (i === k && transposed[0]) || (i === k + 1 && transposed[1]) ? { ...own, of: turned(own.of) } : own,
                ),
              },
              "the factors are swapped, and one needs a transpose",
            );
        }
        if (k > 0 && (factor.sign === "" || factor.sign === "·"))
          offer({ ...x, factors: replaced(x.factors, k, { ...factor, sign: "⊙" }) }, "a product has to go place by place, ⊙");
        if (k > 0 && factor.sign === "⊙")
          offer(
            { ...x, factors: replaced(x.factors, k, { ...factor, sign: "·" }) },
            "a product place by place has to be a product of matrices",
          );
        visit(factor.of, (of) => whole({ ...x, factors: replaced(x.factors, k, { ...factor, of }) }), edits);
      }
      break;
    case "power":
      visit(x.base, (base) => whole({ ...x, base }), edits);
      offer({ ...x, exponent: opposite(x.exponent) }, "the sign of an exponent");
      visit(x.exponent, (exponent) => whole({ ...x, exponent }), edits);
      break;
    case "total":
      visit(x.of, (of) => whole({ ...x, of }), edits);
      break;
    case "transpose":
      offer(x.of, "a transpose is too much");
      visit(x.of, (of) => whole({ ...x, of }), edits);
      break;
    case "call":
      if (x.args.length === 1) offer({ ...x, args: x.args.map(opposite) }, `the sign of the argument of ${x.name}`);
      for (const [k, arg] of x.args.entries()) visit(arg, (own) => whole({ ...x, args: replaced(x.args, k, own) }), edits);
      break;
    default:
  }
}

const opposite = (of: Written): Written => ({ kind: "sum", terms: [{ isNegative: true, of }] });
const replaced = <T>(list: readonly T[], k: number, entry: T): T[] => list.map((own, i) => (i === k ? entry : own));
const turned = (of: Written): Written => (of.kind === "transpose" ? of.of : { kind: "transpose", of });
