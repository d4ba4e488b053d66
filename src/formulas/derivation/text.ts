// What people type for formulas, as one way to write them: LaTeX and ASCII become the signs of Unicode.

export const GREEK: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  varepsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  varphi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Sigma: "Σ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
  ell: "ℓ",
};
const ACCENTS: Readonly<Record<string, string>> = {
  hat: "\u0302",
  widehat: "\u0302",
  bar: "\u0304",
  overline: "\u0304",
  tilde: "\u0303",
  dot: "\u0307",
};
const SIGNS: Readonly<Record<string, string>> = {
  partial: "∂",
  nabla: "∇",
  cdot: "·",
  times: "·",
  odot: "⊙",
  circ: "⊙",
  top: "ᵀ",
  intercal: "ᵀ",
  sum: "Σ",
  ln: "ln",
  log: "ln",
  exp: "exp",
  tanh: "tanh",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  max: "max",
  min: "min",
  det: "det",
  tr: "tr",
  sqrt: "√",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  ne: "≠",
  lVert: "‖",
  rVert: "‖",
  Vert: "‖",
  vert: "|",
  oslash: "⊘",
  lvert: "|",
  rvert: "|",
};
/** Fractions that have a sign of their own. */
const VULGAR: Readonly<Record<string, string>> = { "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8" };
const DIGITS = "₀₁₂₃₄₅₆₇₈₉";
const lowered = (digits: string): string => [...digits].map((digit) => DIGITS[Number(digit)]).join("");

/** The text within the braces that open at a place, and where it goes on behind them. */
function braced(text: string, at: number): readonly [inner: string, end: number] {
  let start = at;
  while (text[start] === " ") start++;
  if (text[start] !== "{") return [text[start] ?? "", start + 1];
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return [text.slice(start + 1, i), i + 1];
  }
  return [text.slice(start + 1), text.length];
}

/** LaTeX as plain text: \frac{a}{b} is ((a)/(b)), \hat{y} is ŷ. */
function withoutLatex(text: string): string {
  let result = "";
  for (let i = 0; i < text.length; ) {
    if (text[i] !== "\\") {
      result += text[i++];
      continue;
    }
    const [, name] = /^\\([A-Za-z]+)/.exec(text.slice(i)) ?? [];
    if (name === undefined) {
      // \, \; \! and the like are spaces, \| is the sign of a norm.
      result += text[i + 1] === "|" ? "‖" : " ";
      i += 2;
      continue;
    }
    i += name.length + 1;
    if (name === "frac" || name === "dfrac" || name === "tfrac") {
      const [over, middle] = braced(text, i);
      const [under, end] = braced(text, middle);
      const [a, b] = [withoutLatex(over), withoutLatex(under)];
      result += /^\s*[∂d]/u.test(a) && /^\s*[∂d]/u.test(b) ? ` ${a.trim()}/${b.trim()} ` : `((${a})/(${b}))`;
      i = end;
    } else if (name in ACCENTS) {
      const [inner, end] = braced(text, i);
      result += `${withoutLatex(inner)}${ACCENTS[name]}`.normalize("NFC");
      i = end;
    } else if (
      name === "mathbf" ||
      name === "boldsymbol" ||
      name === "mathrm" ||
      name === "operatorname" ||
      name === "text" ||
      name === "mathit"
    ) {
      const [inner, end] = braced(text, i);
      const plain = withoutLatex(inner);
      result += plain === "1" ? "𝟏" : plain;
      i = end;
    } else if (name === "sqrt") {
      const [inner, end] = braced(text, i);
      result += `√(${withoutLatex(inner)})`;
      i = end;
    } else if (
      name === "left" ||
      name === "right" ||
      name === "big" ||
      name === "Big" ||
      name === "bigl" ||
      name === "bigr" ||
      name === "quad"
    ) {
      result += " ";
    } else result += ` ${SIGNS[name] ?? GREEK[name] ?? name} `;
  }
  return result;
}

/** A formula in the signs that the parser reads. */
export function normalized(text: string): string {
  return withoutLatex(text.normalize("NFC"))
    .replaceAll("&", " ")
    .replaceAll("∑", "Σ")
    .replace(/(\p{L})\s+_/gu, "$1_")
    .replaceAll("\u00b5", "μ")
    .replace(/[−–]/g, "-")
    .replace(/\*\*/g, "^")
    .replace(/[×⋅∙]/g, "·")
    .replace(/[⊘÷]/g, "/")
    .replace(/[½⅓⅔¼¾⅕⅛]/g, (sign) => `(${VULGAR[sign]})`)
    .replace(/\^\s*\{?\s*[⊤ᵀT]\s*\}?(?![\p{L}\d])/gu, "ᵀ")
    .replace(/⊤/g, "ᵀ")
    .replace(/\.T\b/g, "ᵀ")
    .replace(/\s+ᵀ/g, "ᵀ")
    .replace(/\^\s*\{?\s*-\s*(ᵀ|T)\s*\}?/g, "⁻ᵀ")
    .replace(/_(?:\{(\d+)\}|(\d+)(?![\d,]))/g, (_, inBraces: string | undefined, plain: string) => lowered(inBraces ?? plain))
    .replace(/_\{\s*([\p{L}\d,\s]+?)\s*\}/gu, (_, name: string) => `_${name}`)
    .replaceAll("{", "(")
    .replaceAll("}", ")")
    .replace(/\s*\\\\\s*$/, "")
    .replaceAll("||", "‖");
}
