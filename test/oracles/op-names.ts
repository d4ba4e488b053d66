import * as gradtape from "gradtape";

// What the library exports beside ops and losses.
const others = new Set(
  "tensor zeros ones full eye linspace grad valueAndGrad vjp jvp jacobian hessian hvp record checkGradients defineOp compile derive stabilize toDot toMermaid toLatex minimize sgd adam adamW cosineDecay exponentialDecay diagnose requireFinite minimizeSteps evaluatePart".split(
    " ",
  ),
);

/** Every op and loss that the library exports, whether the tests know of it or not. */
export const opNames: readonly string[] = Object.entries(gradtape)
  .filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name) && !others.has(name))
  .map(([name]) => name);
