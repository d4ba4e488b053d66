import { compile, defineOp, hessian, type Tensor, tensor, valueAndGrad } from "gradtape";

/** Runs a function as it is, or as the replay of its tape. */
export const runner =
  (eager: boolean) =>
  <F extends (...args: never[]) => unknown>(f: F): F =>
    eager ? f : compile(f);

/**
 * The sum of f(θ, part) over many parts, as one op: its gradient is the sum of f's gradients, and its Hessian that of f's
 * Hessians. All three come from the engine, of one part at a time, so that the memory needed does not grow with the number
 * of parts, and the tape of f is recorded once and replayed for each of them.
 *
 * θ is a vector. Derivatives of an order above the second are refused.
 */
export function sumOver<Part>(f: (theta: Tensor, part: Part) => Tensor, parts: readonly Part[], eager: boolean): (theta: Tensor) => Tensor {
  const run = runner(eager);
  const first = run(valueAndGrad(f));
  const second = run(hessian(f));
  const zero = (length: number): { value: number; gradient: Float64Array } => ({ value: 0, gradient: new Float64Array(length) });

  // A solver asks for the value, the gradient and the Hessian at the same place, one after the other.
  const firstAt = atLast((theta) => {
    const sum = zero(theta.length);
    for (const part of parts) {
      const [value, gradient] = first(tensor(theta), part);
      sum.value += value.item();
      add(sum.gradient, (gradient as Tensor).data);
    }
    return sum;
  });
  const secondAt = atLast((theta) => {
    const sum = new Float64Array(theta.length ** 2);
    for (const part of parts) add(sum, second(tensor(theta), part).data);
    return sum;
  });

  const Hessian = defineOp({
    name: "SummedHessian",
    shape: ([n]) => [n, n],
    forward: (out, theta) => out.data.set(secondAt(theta.data)),
    vjp: refuse,
    jvp: refuse,
  });
  const Gradient = defineOp({
    name: "SummedGradient",
    shape: (theta) => theta,
    forward: (out, theta) => out.data.set(firstAt(theta.data).gradient),
    vjp: (g, _, theta) => [Hessian(theta).matmul(g)], // H is symmetric
    jvp: ([d], _, theta) => Hessian(theta).matmul(d),
  });
  return defineOp({
    name: "Summed",
    shape: () => [],
    forward: (out, theta) => {
      out.data[0] = firstAt(theta.data).value;
    },
    vjp: (g, _, theta) => [g.mul(Gradient(theta))],
    jvp: ([d], _, theta) => Gradient(theta).mul(d).sum(),
  });
}

function refuse(): never {
  throw new RangeError("a sum over parts has derivatives up to the second order only");
}

function add(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += part[i];
}

/** Remembers the last result, and gives it again for the same numbers. */
function atLast<T>(f: (theta: Float64Array) => T): (theta: Float64Array) => T {
  let last: { theta: Float64Array; result: T } | undefined;
  return (theta) => {
    if (last === undefined || last.theta.length !== theta.length || !last.theta.every((value, i) => value === theta[i]))
      last = { theta: theta.slice(), result: f(theta) };
    return last.result;
  };
}
