import type { AnyOp } from "../../ops/op.js";
import { elementwise } from "./elementwise.js";
import type { Form, Forms } from "./form.js";
import { matmul } from "./linalg.js";
import { movement } from "./movement.js";
import { reduce } from "./reduce.js";

const merge = (...tables: Forms[]): ReadonlyMap<AnyOp, Form> => new Map(tables.flat());

/** The form of each op of the library. Ops of a user's own have none. */
export const forms = /* @__PURE__ */ merge(elementwise, reduce, matmul, movement);
