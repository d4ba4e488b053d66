/** What LaTeX calls the signs and letters of formulas. Functions go by their own names. */

const letters =
  "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ " +
  "varrho ϱ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Phi Φ Psi Ψ Omega Ω ell ℓ";

const signs =
  "cdot · times × ast * odot ⊙ circ ∘ bullet · div ÷ le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ lt < gt > infty ∞ sum ∑ prod ∏ " +
  "Sigma Σ Pi Π lvert | rvert | vert | mid | lVert ‖ rVert ‖ Vert ‖ | ‖ { ( } ) lbrace ( rbrace ) lbrack ( rbrack ) lparen ( rparen ) top ⊤ " +
  "langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉";

const spaces = ", ; : ! quad qquad \\ [ ] ( ) thinspace enspace hspace nonumber";

const pairs = (text: string): [string, string][] => {
  const words = text.split(" ");
  return words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]] as [string, string]] : []));
};

/** Letters and signs. */
export const COMMANDS: Readonly<Record<string, string>> = /* @__PURE__ */ Object.fromEntries([...pairs(letters), ...pairs(signs)]);

/** What only takes room, and what formulas stand between. */
export const DELIMITERS: Readonly<Record<string, string>> = /* @__PURE__ */ Object.fromEntries([
  ...spaces.split(" ").map((name) => [name, " "]),
  [" ", " "],
]);

/** Accents as the sign that combines with the letter before it. */
export const ACCENTS: Readonly<Record<string, string>> = {
  hat: "\u0302",
  widehat: "\u0302",
  bar: "\u0304",
  overline: "\u0304",
  tilde: "\u0303",
  widetilde: "\u0303",
  dot: "\u0307",
  ddot: "\u0308",
};
