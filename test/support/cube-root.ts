import type { OpDefinition } from "gradtape";

/** ∛x as an op of a user's own. */
export const cubeRootDefinition: OpDefinition = {
  name: "CubeRoot",
  forward: (out, x) =>
    x.data.forEach((v, i) => {
      out.data[i] = Math.cbrt(v);
    }),
  vjp: (g, root) => [g.div(root.square().mul(3))],
  jvp: ([dx], root) => dx.div(root.square().mul(3)),
};
