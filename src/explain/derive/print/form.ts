import type { Sign } from "../../facts/facts.js";
import type { Fraction } from "../../formula/fraction.js";
import * as q from "../../formula/fraction.js";

// A formula as it is laid out: what stands where, before it is text or LaTeX.

export type Form =
  /** A number, a name, a letter such as I: what stands by itself. */
  | { readonly kind: "sign"; readonly sign: Sign; readonly role: "number" | "name" | "letter" }
  /** A fraction of whole numbers, or a decimal. */
  | { readonly kind: "fraction"; readonly value: Fraction }
  | { readonly kind: "sum"; readonly terms: readonly SignedForm[] }
  /** Beside each other: a product of matrices, or with numbers. */
  | { readonly kind: "product"; readonly factors: readonly Form[] }
  /** ⊙: place by place. */
  | { readonly kind: "hadamard"; readonly factors: readonly Form[] }
  | { readonly kind: "quotient"; readonly over: Form; readonly under: Form }
  | { readonly kind: "power"; readonly base: Form; readonly exponent: Form }
  | { readonly kind: "exponential"; readonly exponent: Form }
  | { readonly kind: "transpose"; readonly of: Form }
  | { readonly kind: "inverse"; readonly of: Form }
  | { readonly kind: "root"; readonly of: Form }
  | { readonly kind: "absolute"; readonly of: Form }
  | { readonly kind: "norm"; readonly of: Form }
  /** A function of whole things, or with an axis along which it goes. */
  | { readonly kind: "call"; readonly sign: Sign; readonly axis: string; readonly args: readonly Form[] }
  /** The same along indices. */
  | { readonly kind: "indexCall"; readonly sign: Sign; readonly over: readonly BoundLetter[]; readonly of: Form }
  | { readonly kind: "relation"; readonly left: Form; readonly sign: Sign; readonly right: Form }
  | { readonly kind: "derivative"; readonly of: Form; readonly by: Form; readonly fixed: readonly Form[] }
  /** ∂²L/∂w∂bᵀ */
  | {
      readonly kind: "secondDerivative";
      readonly of: Form;
      readonly by: Form;
      readonly with: Form;
      readonly isSame: boolean;
      readonly isVector: boolean;
    }
  /** ∂/∂z [formula] */
  | { readonly kind: "derivativeOf"; readonly formula: Form; readonly by: Form }
  /** Part of a value: X[1:3, :]. */
  | { readonly kind: "slice"; readonly of: Form; readonly parts: readonly string[] }
  /** A value at a place: Xᵢⱼ. */
  | { readonly kind: "indexed"; readonly of: Form; readonly at: readonly Form[] }
  /** Σ over indices; with how far one runs, where nothing else says it. */
  | { readonly kind: "indexSum"; readonly over: readonly BoundLetter[]; readonly of: Form }
  /** Factors of a chain rule, each in sight: a · b, or place by place. */
  | { readonly kind: "chain"; readonly factors: readonly Form[]; readonly isPlaceByPlace: boolean }
  /** What keeps its parentheses whatever is within. */
  | { readonly kind: "parenthesized"; readonly of: Form }
  | { readonly kind: "words"; readonly text: string };

export interface BoundLetter {
  readonly letter: string;
  readonly below: number | undefined;
}

export interface SignedForm {
  readonly isNegative: boolean;
  readonly form: Form;
}

export const named = (text: string): Form => ({ kind: "sign", sign: { text }, role: "name" });
export const letterForm = (text: string, latex: string): Form => ({ kind: "sign", sign: { text, latex }, role: "letter" });
export const indexForm = (letter: string): Form => letterForm(letter, letter.replaceAll("′", "'"));
export const numberForm = (sign: Sign): Form => ({ kind: "sign", sign, role: "number" });
export const IDENTITY = /* @__PURE__ */ letterForm("I", "I");
export const ONES = /* @__PURE__ */ letterForm("𝟏", "\\mathbf{1}");
export const ONE_FORM: Form = { kind: "fraction", value: q.ONE };
export const ZERO_FORM: Form = { kind: "fraction", value: q.ZERO };

export const isUnit = (form: Form): boolean => form.kind === "fraction" && q.isOne(form.value);

/** A product without ones; products within it are taken apart. */
export function productForm(factors: readonly Form[]): Form {
  const flat = factors.flatMap((factor) => (factor.kind === "product" ? factor.factors : [factor])).filter((factor) => !isUnit(factor));
  return flat.length === 0 ? ONE_FORM : flat.length === 1 ? flat[0] : { kind: "product", factors: flat };
}

/** Place by place. Ones are left out where something is left. */
export function hadamardForm(factors: readonly Form[]): Form {
  const flat = factors.flatMap((factor) => (factor.kind === "hadamard" ? factor.factors : [factor])).filter((factor) => !isUnit(factor));
  return flat.length === 0 ? ONE_FORM : flat.length === 1 ? flat[0] : { kind: "hadamard", factors: flat };
}

/** Numbers times something; into the first factor of what goes place by place. */
export function scaledForm(numbers: readonly Form[], of: Form): Form {
  if (numbers.length === 0) return of;
  if (of.kind !== "hadamard") return productForm([...numbers, of]);
  const [first, ...rest] = of.factors;
  return hadamardForm([productForm([...numbers, first]), ...rest]);
}

export const quotientForm = (over: Form, under: Form): Form => (isUnit(under) ? over : { kind: "quotient", over, under });

/** (Aᵀ)ᵀ = A */
export const transposeForm = (of: Form): Form => (of.kind === "transpose" ? of.of : { kind: "transpose", of });

export const callForm = (sign: Sign, args: readonly Form[], axis = ""): Form => ({ kind: "call", sign, axis, args });

/** A sum; of a single term with a minus, that. */
export function sumForm(terms: readonly SignedForm[]): Form {
  const [only] = terms;
  return terms.length === 0 ? ZERO_FORM : terms.length === 1 && !only.isNegative ? only.form : { kind: "sum", terms };
}
