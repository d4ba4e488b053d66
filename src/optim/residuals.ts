import { describe, ShapeError } from "../base/errors.js";
import { oneAt } from "../tensor/create.js";
import { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten, flattenLike } from "../tensor/tree.js";
import { linearize } from "../transforms/forward.js";
import { pullback } from "../transforms/reverse.js";

/** Residuals as a function of a single list of numbers, with their Jacobian. */
export class Residuals {
  /** How often the function was run without its Jacobian, and with it. */
  evaluations = 0;
  jacobians = 0;
  private readonly flat: Flat;
  /** The structure of what the function returns. */
  private output: Flat | undefined;

  constructor(
    private readonly name: string,
    private readonly f: (params: unknown) => unknown,
    initial: unknown,
  ) {
    this.flat = flatten(name, "the initial parameters", initial);
  }

  /** Where each number stands: `b[0]`, with an index within its tensor. */
  get names(): string[] {
    return this.flat.leaves.flatMap(({ size }, i) => {
      const path = this.flat.paths[i].replace(/^\./, "");
      return Array.from({ length: size }, (_, k) => (size === 1 ? path || "the parameter" : `${path || "the parameters"}, number ${k}`));
    });
  }

  get start(): Float64Array {
    return concatenated(this.flat.leaves);
  }

  /** The list as a tree of tensors in the structure of the parameters. */
  tree(x: Float64Array): unknown {
    let to = 0;
    return this.flat.rebuild(
      this.flat.leaves.map(({ shape, size }) => {
        to += size;
        return Tensor.wrap(shape, x.slice(to - size, to));
      }),
    );
  }

  /** A tree in the structure of the parameters, of their shapes, as a list. */
  list(what: string, tree: unknown): Float64Array {
    const leaves = flattenLike(this.name, what, tree, this.flat);
    leaves.forEach((leaf, i) => {
      if (leaf.size !== this.flat.leaves[i].size)
        throw new ShapeError(
          `${this.name}: ${what} must have the shapes of the parameters, expected [${this.flat.leaves[i].shape}], got [${leaf.shape}]`,
        );
    });
    return concatenated(leaves);
  }

  /** The residuals as the function returns them. */
  tensors(r: Float64Array): unknown {
    let to = 0;
    const { leaves, rebuild } = this.output as Flat;
    return rebuild(
      leaves.map(({ shape, size }) => {
        to += size;
        return Tensor.wrap(shape, r.slice(to - size, to));
      }),
    );
  }

  at(x: Float64Array): Float64Array {
    this.evaluations++;
    return this.checked(flatten(this.name, "the residuals", this.f(this.tree(x))));
  }

  /** ∂rᵢ/∂xⱼ, m × n in row-major order, column by column in forward mode or row by row in reverse mode, whichever are fewer. */
  jacobianAt(x: Float64Array): Float64Array {
    this.jacobians++;
    const n = x.length;
    const primals = [flatten(this.name, "the parameters", this.tree(x))];
    const { leaves } = this.flat;
    const m = (this.output as Flat).leaves.reduce((sum, { size }) => sum + size, 0);
    const jacobian = new Float64Array(m * n);
    if (n <= m) {
      const { output, push } = linearize(this.name, this.f as never, primals);
      this.checked(output);
      let j = 0;
      leaves.forEach((leaf, place) => {
        for (let k = 0; k < leaf.size; k++, j++) {
          const column = concatenated(
            push(leaves.map(({ shape }, i) => (i === place ? oneAt(k, shape) : Tensor.wrap(shape, new Float64Array(leaves[i].size))))),
          );
          for (let i = 0; i < m; i++) jacobian[i * n + j] = column[i];
        }
      });
      return jacobian;
    }
    const { output, pull } = pullback(this.name, this.f as never, primals);
    this.checked(output);
    let row = 0;
    output.leaves.forEach((leaf, place) => {
      for (let k = 0; k < leaf.size; k++, row++) {
        const seeds = output.leaves.map(({ shape, size }, i) =>
          i === place ? oneAt(k, shape) : Tensor.wrap(shape, new Float64Array(size)),
        );
        jacobian.set(concatenated(flatten(this.name, "the gradient", pull(seeds)[0]).leaves), row * n);
      }
    });
    return jacobian;
  }

  private checked(found: Flat): Float64Array {
    const shapes = (flat: Flat): string => flat.leaves.map(({ shape }, i) => `${flat.paths[i]}[${shape}]`).join(", ");
    if (found.numbers.size > 0)
      throw new TypeError(
        `${this.name}: expected residuals that depend on the parameters, got a plain number; did you use item() or data?`,
      );
    this.output ??= found;
    if (shapes(found) !== shapes(this.output))
      throw new ShapeError(
        `${this.name}: expected residuals of the same shapes at every point, ${shapes(this.output)}, got ${shapes(found)}`,
      );
    if (found.leaves.every(({ size }) => size === 0))
      throw new ShapeError(`${this.name}: expected at least one residual, got ${describe(found.rebuild(found.leaves))}`);
    return concatenated(found.leaves);
  }
}

function concatenated(leaves: readonly Tensor[]): Float64Array {
  const all = new Float64Array(leaves.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { data } of leaves) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}
