import { type Derivation, derive, type Tensor, tensor } from "gradtape";
import type { Fitted } from "./fitting.js";
import { logits } from "./model.js";

/** The derivation holds for any rows; its numbers are those of so many. */
const MOST_ROWS = 1000;

/** At the fit many a ŷ is 0 or 1 to the last digit, where (1) as it stands has no numbers. */
const SHARE_OF_FIT = 0.1;

/** The derivation of the gradient of this model's loss, equations (1) to (12), with numbers at a tenth of the coefficients. */
export function derivationOf({ theta, chunks, loss, encoding }: Fitted): { readonly derivation: Derivation; readonly rows: number } {
  const [{ x, y }] = chunks;
  const rows = Math.min(MOST_ROWS, y.size);
  const strengths = encoding.terms.map(({ deviation }) => loss.l2 / (loss.standardize ? 1 : deviation ** 2) / rows);
  const penalty = [...(encoding.intercept ? [0] : []), ...strengths];
  const { positive, negative } = loss.weights;
  const isWeighted = positive !== 1 || negative !== 1;
  const part = y.slice([[0, rows]]);
  const weights = part.mul(positive - negative).add(negative);

  const meanLoss = (W: Tensor, X: Tensor, y: Tensor, w: Tensor, λ: Tensor): Tensor => {
    const z = logits(W, X).named("z"); // (3)
    const p = z.sigmoid().named("ŷ"); // (2)
    const each = y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log()));
    const mean = (isWeighted ? each.mul(w) : each).mean().neg(); // (1)
    return (loss.l2 === 0 ? mean : mean.add(λ.mul(W.square()).sum().div(2))).named("L");
  };
  const named = [theta.mul(SHARE_OF_FIT).named("W"), x.slice([[0, rows]]).named("X"), part.named("y"), weights.named("w")] as const;
  return { derivation: derive(meanLoss, ...named, tensor(penalty).named("λ")), rows };
}
