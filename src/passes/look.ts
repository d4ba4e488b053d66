import { Add, Equal } from "../ops/elementwise.js";
import { type AnyOp, type Applied, isOf } from "../ops/op.js";
import type { Node, Tape } from "../tape/tape.js";
import { isVariable } from "../tape/under-way.js";
import type { Tensor } from "../tensor/tensor.js";

/** How passes look at a tape: who made a value, and what is a constant. */
export class Look {
  /** The node that made each value; none for an input. */
  private readonly made = new Map<Tensor | undefined, Node | undefined>();

  constructor(tape: Tape) {
    for (const x of tape.inputs) this.made.set(x, undefined);
    for (const node of tape.nodes) this.made.set(node.output, node);
  }

  /** The node that made x, if its op is this one. */
  by<O extends AnyOp>(op: O, x: Tensor | undefined): (Node & Applied<O>) | undefined {
    const node = this.made.get(x);
    return node !== undefined && isOf(node, op) ? node : undefined;
  }

  /** Whether x is neither an input nor computed, on the tape or by a function around this one: the same in every run. */
  isConstant(x: Tensor): boolean {
    return !this.made.has(x) && !isVariable(x);
  }

  isNumber(x: Tensor, value: number): boolean {
    return x.size === 1 && this.isConstant(x) && x.first === value;
  }

  /** The p and y where x is p + (p + y = 0), the guard of `binaryCrossEntropy`, and the sum in it. */
  guard(x: Tensor): { readonly p: Tensor; readonly y: Tensor; readonly sum: Tensor } | undefined {
    const [p, comparison] = this.by(Add, x)?.inputs ?? [];
    const [sum, zero] = this.by(Equal, comparison)?.inputs ?? [];
    const [q, y] = this.by(Add, sum)?.inputs ?? [];
    return q !== undefined && q === p && this.isNumber(zero, 0) ? { p, y, sum } : undefined;
  }
}
