import { escapeLatex } from "../../base/text.js";

// Names as LaTeX has them: W1 is W₁, ŷ has its hat by a command, μ is \mu, W_out has an index that is a word, and words are upright.

const GREEK: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries({
    ...{ α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "varepsilon", ϵ: "epsilon", ζ: "zeta", η: "eta", θ: "theta", ϑ: "vartheta" },
    ...{ ι: "iota", κ: "kappa", λ: "lambda", μ: "mu", µ: "mu", ν: "nu", ξ: "xi", π: "pi", ϖ: "varpi", ρ: "rho", ϱ: "varrho", σ: "sigma" },
    ...{ ς: "varsigma", τ: "tau", υ: "upsilon", φ: "varphi", ϕ: "phi", χ: "chi", ψ: "psi", ω: "omega" },
    ...{ Γ: "Gamma", Δ: "Delta", Θ: "Theta", Λ: "Lambda", Ξ: "Xi", Π: "Pi", Σ: "Sigma", Υ: "Upsilon", Φ: "Phi", Ψ: "Psi", Ω: "Omega" },
    ...{ ℓ: "ell", ℏ: "hbar", ℜ: "Re", ℑ: "Im", ℵ: "aleph" },
  }),
);
/** Greek capitals that look like Latin ones have no command. */
const LATIN_LOOK: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ [..."ΑΒΕΖΗΙΚΜΝΟΡΤΧο"].map((letter, k): [string, string] => [letter, "ABEZHIKMNOPTXo"[k]]),
);
const ACCENTS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries({
    ...{ "\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot", "\u0308": "ddot", "\u030c": "check" },
    ...{ "\u0300": "grave", "\u0301": "acute", "\u0306": "breve", "\u20d7": "vec", "\u030a": "mathring" },
  }),
);

const PRIMED = /^(.+?)(['′]+)$/u;
const INDEXED = /^(.+?)_?([0-9₀-₉]+)$/u;
const SUBSCRIPTED = /^(\p{L}\p{M}*)_(.+)$/u;
const digitsOf = (index: string): string => [...index].map((digit) => (digit.codePointAt(0) ?? 0) % 16).join("");

/** A label as a symbol: ŷ is y with a hat, W1 has an index, W_out one that is a word, μ is a command, a word is set upright. */
export function latexSymbol(label: string): string {
  const letter = latexLetter(label);
  if (letter !== undefined) return letter;
  const [, primed, primes] = PRIMED.exec(label) ?? [];
  if (primed !== undefined) return `${grouped(latexSymbol(primed))}${"'".repeat(primes.length)}`;
  const [, name, digits] = INDEXED.exec(label) ?? [];
  if (name !== undefined && !name.includes("_")) return `${grouped(latexSymbol(name))}_{${digitsOf(digits)}}`;
  const [, base, index] = SUBSCRIPTED.exec(label.normalize("NFD")) ?? [];
  if (base !== undefined) return `${grouped(latexSymbol(base))}_{${indexOf(index)}}`;
  return upright(label);
}

/** What has an index already goes between braces before it gets another. */
const grouped = (latex: string): string => (/[_']/.test(latex) ? `{${latex}}` : latex);

/** One letter, perhaps with accents. */
function latexLetter(label: string): string | undefined {
  const [letter, ...accents] = label.normalize("NFD");
  if (letter === undefined || !/^\p{L}$/u.test(letter) || !accents.every((accent) => ACCENTS.has(accent))) return undefined;
  const command = GREEK.get(letter);
  const plain = LATIN_LOOK.get(letter) ?? letter;
  return accents.reduce((inner, accent) => `\\${ACCENTS.get(accent)}{${inner}}`, command === undefined ? plain : `\\${command}`);
}

const indexOf = (index: string): string =>
  /^[0-9₀-₉]+$/u.test(index) ? digitsOf(index) : index.includes("_") ? upright(index) : latexSymbol(index);

/** A word: upright, its Greek letters by their commands. */
function upright(word: string): string {
  const parts = word.split(/(\p{Script=Greek})/u).filter((part) => part !== "");
  return parts.map((part) => (GREEK.has(part) || LATIN_LOOK.has(part) ? latexLetter(part) : uprightPart(part))).join(" ");
}
const uprightPart = (part: string): string => `\\${/^[\x20-\x7e]*$/.test(part) ? "mathrm" : "text"}{${escapeLatex(part)}}`;

const SIGNS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries({
    ...{ "∂": "\\partial", Σ: "\\Sigma", "−": "-", "·": "\\cdot", "⊙": "\\odot", "𝟏": "\\mathbf{1}", "≤": "\\le", "≥": "\\ge" },
    ...{
      "≠": "\\ne",
      "∞": "\\infty",
      "√": "\\sqrt{}",
      "‖": "\\|",
      "²": "^{2}",
      "³": "^{3}",
      ᵀ: "^{\\top}",
      "…": "\\dots",
      δ: "\\delta",
    },
  }),
);

/** Words with names and signs among them, as they stand beside a formula: what is not plain goes into math mode. */
export function latexText(text: string): string {
  const runs = text.split(/([^ ]*[^\x20-\x7e][^ ]*)/u).filter((run) => run !== "");
  return runs.map((run) => (/^[\x20-\x7e]*$/.test(run) ? `\\text{${escapeLatex(run)}}` : latexWord(run))).join("");
}

const latexWord = (word: string): string =>
  (word.match(/\p{L}[\p{M}\p{L}]*[₀-₉0-9′]*|[₀-₉]+|./gsu) ?? []).reduce((text, part) => {
    const own =
      SIGNS.get(part) ?? (/^[₀-₉]+$/u.test(part) ? `_{${digitsOf(part)}}` : /^\p{L}/u.test(part) ? latexSymbol(part) : uprightSign(part));
    return `${text}${/\\[a-zA-Z]+$/.test(text) && /^[a-zA-Z]/.test(own) ? " " : ""}${own}`;
  }, "");
const uprightSign = (sign: string): string => (/^[()|,;:/.+=<>-]$/.test(sign) ? sign : `\\text{${escapeLatex(sign)}}`);
