import { type Derivation, derive, type Tensor, tensor } from "gradtape";
import { denseRows } from "./design.js";
import { parametersOf } from "./encoding.js";
import type { Fitted } from "./fitting.js";

/** The derivation holds for any rows; its numbers are those of so many. */
const MOST_ROWS = 1000;

/** At the fit many a ŷ is 0 or 1 to the last digit, where (1) as it stands has no numbers. */
const SHARE_OF_FIT = 0.1;

/** The derivation of the gradient of this model's loss, equations (1) to (12), with numbers at a tenth of the coefficients. */
export function derivationOf({ theta, parts, loss, encoding }: Fitted): { readonly derivation: Derivation; readonly rows: number } {
  const [part] = parts;
  const rows = Math.min(MOST_ROWS, part.y.size);
  const penalty = parametersOf(encoding).map(
    ({ feature, scale, deviation }) => (feature < 0 ? 0 : loss.l2 * ((loss.standardize ? deviation : 1) / scale) ** 2) / rows,
  );
  const isWeighted = part.w.length > 0;
  const y = part.y.slice([[0, rows]]);
  const weights = isWeighted ? part.w[0].slice([[0, rows]]) : y.mul(0).add(1);

  const meanLoss = (W: Tensor, X: Tensor, y: Tensor, w: Tensor, λ: Tensor): Tensor => {
    const z = X.matmul(W).named("z"); // (3)
    const p = z.sigmoid().named("ŷ"); // (2)
    const each = y.mul(p.log()).add(y.rsub(1).mul(p.rsub(1).log()));
    const mean = (isWeighted ? each.mul(w) : each).mean().neg(); // (1)
    return (loss.l2 === 0 ? mean : mean.add(λ.mul(W.square()).sum().div(2))).named("L");
  };
  const X = denseRows(part, encoding, rows);
  const W = tensor(theta).mul(SHARE_OF_FIT);
  const named = [W.named("W"), X.named("X"), y.named("y"), weights.named("w")] as const;
  return { derivation: derive(meanLoss, ...named, tensor(penalty).named("λ")), rows };
}
