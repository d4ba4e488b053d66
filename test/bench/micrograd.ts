// The other way to build a tape: each value is an object that remembers what it was made from and holds a closure that
// passes its gradient on, and a recursive walk finds the order. Written after the idea of Andrej Karpathy's micrograd.

/** One number of the graph. */
export class Value {
  grad = 0;
  /** Adds this value's share of its gradient to the gradients of what it was made from. */
  private passOn: () => void = () => {};
  private readonly madeFrom: Set<Value>;

  constructor(
    readonly data: number,
    madeFrom: readonly Value[] = [],
  ) {
    this.madeFrom = new Set(madeFrom);
  }

  add(other: Value | number): Value {
    const y = other instanceof Value ? other : new Value(other);
    const sum = new Value(this.data + y.data, [this, y]);
    sum.passOn = () => {
      this.grad += sum.grad;
      y.grad += sum.grad;
    };
    return sum;
  }

  mul(other: Value | number): Value {
    const y = other instanceof Value ? other : new Value(other);
    const product = new Value(this.data * y.data, [this, y]);
    product.passOn = () => {
      this.grad += y.data * product.grad;
      y.grad += this.data * product.grad;
    };
    return product;
  }

  tanh(): Value {
    const t = Math.tanh(this.data);
    const result = new Value(t, [this]);
    result.passOn = () => {
      this.grad += (1 - t * t) * result.grad;
    };
    return result;
  }

  /** Fills in the gradient of this value by every value that it was made from. */
  backward(): void {
    const order: Value[] = [];
    const seen = new Set<Value>();
    const visit = (value: Value): void => {
      if (seen.has(value)) return;
      seen.add(value);
      for (const source of value.madeFrom) visit(source);
      order.push(value);
    };
    visit(this);
    this.grad = 1;
    for (let i = order.length - 1; i >= 0; i--) order[i].passOn();
  }
}
