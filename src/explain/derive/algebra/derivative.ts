import * as q from "../../formula/fraction.js";
import { add, distribute, fromAtom, isZero, multiply, multiplyAll, negate, power, product, scale, subtract } from "./arithmetic.js";
import { indicator, logarithm, reduction, softmax } from "./functions.js";
import { type Axis, type Index, placeOf } from "./places.js";
import type { Quantity } from "./quantity.js";
import { moved, substitute, sum } from "./sums.js";
import { type Atom, type AtomOf, fresh, type Monomial, type Polynomial } from "./terms.js";

/** What the derivative of a named value at a place is. */
export type Seed = (quantity: Quantity, places: readonly Axis[]) => Polynomial;

/** Derivatives of formulas: d(a + b) = da + db, d(ab) = a·db + b·da, d f(u) = f′(u)·du. */
export class Derivative {
  constructor(
    private readonly seed: Seed,
    /** Whether maxima share their derivative among equal ones, which matters only where there are any. */
    private readonly sharesTies: boolean,
  ) {}

  /** The sum rule. */
  of(p: Polynomial): Polynomial {
    return add(...p.terms.map(({ coefficient, monomial }) => scale(this.ofMonomial(monomial), coefficient)));
  }

  /** The product rule and the power rule: d ∏ aₖ^eₖ = Σₖ eₖ·aₖ^(eₖ − 1)·daₖ·∏ of the others. */
  private ofMonomial({ factors }: Monomial): Polynomial {
    const parts = factors.map(({ atom, exponent }, k) => {
      const inner = this.ofAtom(atom);
      if (isZero(inner)) return inner;
      const lowered = q.add(exponent, q.MINUS_ONE);
      const others = [...factors.slice(0, k), ...factors.slice(k + 1), ...(q.isZero(lowered) ? [] : [{ atom, exponent: lowered }])];
      return scale(chained(product(q.ONE, others), inner), exponent);
    });
    return add(...parts);
  }

  private ofAtom(atom: Atom): Polynomial {
    switch (atom.kind) {
      case "value":
        return this.seed(atom.quantity, atom.places);
      case "group":
        return this.of(atom.body);
      case "exponential":
        return chained(fromAtom(atom), this.ofMonomial(atom.exponent));
      case "sum":
        return sum(atom.bound, this.ofMonomial(atom.body));
      case "power":
        return this.ofPower(atom);
      case "function": {
        const inner = atom.args.map((arg) => this.of(arg));
        if (inner.every(isZero)) return inner[0];
        const slopes = (this.sharesTies ? atom.of.slopesAtTies : undefined) ?? atom.of.slopes;
        const found = slopes(atom.args, fromAtom(atom));
        return add(...inner.map((d, k) => (isZero(d) ? d : chained(found[k], d))));
      }
      case "reduction":
        return this.ofReduction(atom, this.of(atom.body));
      default:
        return add();
    }
  }

  /** d xʸ = y·xʸ/x·dx + xʸ·ln x·dy */
  private ofPower(atom: AtomOf<"power">): Polynomial {
    const [dx, dy] = [this.of(atom.base), this.of(atom.exponent)];
    const self = fromAtom(atom);
    return add(
      isZero(dx) ? dx : chained(multiplyAll(atom.exponent, self, power(atom.base, q.MINUS_ONE)), dx),
      isZero(dy) ? dy : chained(multiply(self, logarithm(atom.base)), dy),
    );
  }

  private ofReduction(atom: AtomOf<"reduction">, d: Polynomial): Polynomial {
    if (isZero(d)) return d;
    const { bound, body, at } = atom;
    const self = fromAtom(atom);
    switch (atom.name) {
      // ∂sᵢ = sᵢ(dᵢ − Σⱼ sⱼ dⱼ)
      case "softmax": {
        const own = substitute(d, new Map([[bound[0], at[0]]]));
        return subtract(chained(self, own), multiply(self, sum(bound, chained(softmaxAt(atom), d))));
      }
      // Σⱼ softmax(u)ⱼ dⱼ
      case "logSumExp":
        return sum(bound, chained(softmaxAt(atom), d));
      // Π u·Σⱼ dⱼ/uⱼ
      case "prod":
        return multiply(self, sum(bound, chained(power(body, q.MINUS_ONE), d)));
      // The derivative of the largest one, or the mean of those of the largest ones.
      case "max":
      case "min": {
        const chosen = indicator("=", subtract(body, self));
        const total = sum(bound, chained(chosen, d));
        return this.sharesTies ? multiply(total, power(sum(bound, chosen), q.MINUS_ONE)) : total;
      }
      // d A⁻¹ = −A⁻¹·dA·A⁻¹
      case "inverse": {
        const [row, column] = bound;
        const left = reduction("inverse", ...renewed(bound, body), [at[0], placeOf(row)]);
        const right = reduction("inverse", ...renewed(bound, body), [placeOf(column), at[1]]);
        return negate(sum(bound, chained(multiply(left, right), d)));
      }
      // d det A = det A·tr(A⁻¹·dA), d ln |det A| = tr(A⁻¹·dA)
      case "det":
      case "logAbsDet": {
        const [row, column] = bound;
        const inverse = reduction("inverse", ...renewed(bound, body), [placeOf(column), placeOf(row)]);
        const trace = sum(bound, chained(inverse, d));
        return atom.name === "det" ? multiply(self, trace) : trace;
      }
    }
  }
}

/** softmax of the body at the bound index itself. */
const softmaxAt = ({ bound, body }: AtomOf<"reduction">): Polynomial => {
  const [[inner], renewedBody] = renewed(bound, body);
  return softmax(inner, renewedBody, placeOf(bound[0]));
};

function renewed(bound: readonly Index[], body: Polynomial): readonly [readonly Index[], Polynomial] {
  const others = fresh(bound);
  return [others, moved(body, bound, others.map(placeOf))];
}

const hasDelta = ({ factors }: Monomial): boolean =>
  factors.some(({ atom }) => atom.kind === "delta" || (atom.kind === "sum" && hasDelta(atom.body)));

/** A product with an inner derivative: term by term where that is one term, or has δ's that sums will take away. */
export const chained = (outer: Polynomial, inner: Polynomial): Polynomial =>
  inner.terms.length === 1 || inner.terms.some(({ monomial }) => hasDelta(monomial)) ? distribute(outer, inner) : multiply(outer, inner);
