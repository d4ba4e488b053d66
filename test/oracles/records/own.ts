import { defineOp } from "gradtape";
import { cubeRootDefinition } from "../../support/cube-root.js";
import { broadcasting, type Records, unary, use } from "../record.js";

const cubeRoot = defineOp({ ...cubeRootDefinition });
const hypotenuse = defineOp({
  name: "Hypotenuse",
  forward: (out, x, y) =>
    x.data.forEach((v, i) => {
      out.data[i] = Math.hypot(v, y.data[i]);
    }),
  vjp: (g, out, x, y) => [g.mul(x).div(out), g.mul(y).div(out)],
  jvp: ([dx, dy], out, x, y) => dx.mul(x).add(dy.mul(y)).div(out),
});
const rowNorms = defineOp({
  name: "RowNorms",
  shape: ([rows], factors) => (factors[0] === rows ? [rows] : []),
  forward: (out, x, factors) => {
    const columns = x.shape[1];
    for (let r = 0; r < out.data.length; r++)
      out.data[r] = factors.data[r] * Math.hypot(...x.data.subarray(r * columns, (r + 1) * columns));
  },
  vjp: (g, out, x, factors) => [x.mul(g.mul(factors.square()).div(out).expandDims(1)), null],
  jvp: ([dx], out, x, factors) => x.mul(dx).sum(1).mul(factors.square()).div(out),
});

/** Ops of a user's own. */
export const own: Records<{ defineOp: unknown }> = {
  defineOp: {
    uses: [
      ...unary(cubeRoot, [0.5, 2]).uses,
      ...broadcasting(hypotenuse, [0.5, 2], [0.5, 2]),
      use("with a shape rule and a second input without a gradient", (x) => rowNorms(x, [1, 2]), [[2, 3], 0.5, 2]),
    ],
    complex: null,
    step: (x, y) => hypotenuse(x.square().add(1), y.square().add(1)).tanh(),
  },
};
