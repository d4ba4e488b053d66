import type { Tensor, TensorLike } from "gradtape";
import * as decompositions from "../../src/functions/decompositions.js";
import * as elementwise from "../../src/functions/elementwise.js";
import * as linalg from "../../src/functions/linalg.js";
import * as losses from "../../src/functions/losses.js";
import * as movement from "../../src/functions/movement.js";
import * as order from "../../src/functions/order.js";
import * as reduce from "../../src/functions/reduce.js";
import * as special from "../../src/functions/special.js";
import * as controlOps from "../../src/ops/control.js";
import * as decompositionsOps from "../../src/ops/decompositions.js";
import * as elementwiseOps from "../../src/ops/elementwise.js";
import * as linalgOps from "../../src/ops/linalg.js";
import * as movementOps from "../../src/ops/movement.js";
import type { AnyOp } from "../../src/ops/op.js";
import * as orderOps from "../../src/ops/order.js";
import * as reduceOps from "../../src/ops/reduce.js";
import * as specialOps from "../../src/ops/special.js";

/** Every function of a tensor that the library exports: its ops and losses. */
export const functions = { ...elementwise, ...linalg, ...losses, ...movement, ...reduce, ...decompositions, ...order, ...special };

/** Their names. */
export const functionNames = Object.keys(functions) as (keyof typeof functions)[];

/** A function by its name, called with tensors only. */
export const functionOf = (name: string): ((...inputs: TensorLike[]) => Tensor) => functions[name as keyof typeof functions] as never;

/** Functions of functions that the tape holds as one node. */
export const transformNames = ["checkpoint", "scan"] as const;

/** Every op that a tape can hold, but those of a user's own. */
export const ops: readonly AnyOp[] = Object.values<AnyOp>({
  ...elementwiseOps,
  ...linalgOps,
  ...movementOps,
  ...reduceOps,
  ...decompositionsOps,
  ...orderOps,
  ...specialOps,
  ...controlOps,
});
