import { describe, ShapeError } from "../base/errors.js";
import { concat } from "../functions/movement.js";
import { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten } from "../tensor/tree.js";
import { jacobianAt } from "../transforms/second-order.js";
import type { Packing } from "./packing.js";
import { transformed } from "./transformed.js";

/** A function of a tree of parameters, and of further arguments. */
export type ResidualFunction = (params: unknown, ...rest: unknown[]) => unknown;

/** Residuals as a function of a single list of numbers, with their Jacobian. */
export class Residuals {
  /** How often the function was run without its Jacobian, and with it. */
  evaluations = 0;
  jacobians = 0;
  private readonly jacobian: (params: unknown, ...rest: unknown[]) => Tensor;
  /** The structure of what the function returns. */
  private output: Flat | undefined;

  constructor(
    readonly packing: Packing,
    private readonly f: ResidualFunction,
    /** Further arguments of f. */
    private readonly rest: readonly unknown[],
  ) {
    const { name } = packing;
    this.jacobian = transformed(f, `Jacobian for ${name}`, (g) => (params, ...others) => {
      const point = flatten(name, "the parameters", params);
      const { output, blocks } = jacobianAt(name, (p) => g(p, ...others), point);
      const rows = blocks.map((row, k) =>
        concat(
          row.map((block, j) => block.reshape([output.leaves[k].size, point.leaves[j].size])),
          1,
        ),
      );
      return concat(rows);
    });
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
    return this.checked(flatten(this.packing.name, "the residuals", this.f(this.packing.unpack(x), ...this.rest)));
  }

  /** ∂rᵢ/∂xⱼ, m × n in row-major order. */
  jacobianAt(x: Float64Array): Float64Array {
    this.jacobians++;
    return this.jacobian(this.packing.unpack(x), ...this.rest).data;
  }

  private checked(found: Flat): Float64Array {
    const { name } = this.packing;
    const shapes = (flat: Flat): string => flat.leaves.map(({ shape }, i) => `${flat.paths[i]}[${shape}]`).join(", ");
    if (found.numbers.size > 0)
      throw new TypeError(`${name}: expected residuals that depend on the parameters, got a plain number; did you use item() or data?`);
    this.output ??= found;
    if (shapes(found) !== shapes(this.output))
      throw new ShapeError(`${name}: expected residuals of the same shapes at every point, ${shapes(this.output)}, got ${shapes(found)}`);
    if (found.leaves.every(({ size }) => size === 0))
      throw new ShapeError(`${name}: expected at least one residual, got ${describe(found.rebuild(found.leaves))}`);
    const size = found.leaves.reduce((sum, leaf) => sum + leaf.size, 0);
    const all = new Float64Array(size);
    let at = 0;
    for (const { data } of found.leaves) {
      all.set(data, at);
      at += data.length;
    }
    return all;
  }
}
