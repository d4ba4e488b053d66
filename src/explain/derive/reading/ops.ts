import { sameShape } from "../../../base/shape.js";
import { type AnyOp, rowOf } from "../../../ops/op.js";
import { elementwiseRows, specialRows } from "./elementwise.js";
import { decompositionRows, linalgRows } from "./linalg.js";
import { movementRows } from "./movement.js";
import { orderRows, reduceRows } from "./reduce.js";
import { broadcastRanges, letter, type Row } from "./row.js";

// biome-ignore lint/suspicious/noExplicitAny: the attributes belong to the op by which a row was found
type AnyRow = Row<any>;

const rows: Readonly<Record<string, AnyRow>> = /* @__PURE__ */ (() => ({
  ...elementwiseRows,
  ...specialRows,
  ...reduceRows,
  ...orderRows,
  ...movementRows,
  ...linalgRows,
  ...decompositionRows,
}))();

/** What is not known has ranges of its own, unless its shape is that of all its operands. */
const unknown: AnyRow = /* @__PURE__ */ letter(({ inputs, output, ranges, range }) =>
  inputs.length > 0 && inputs.every(({ shape }) => sameShape(shape, output.shape))
    ? broadcastRanges(ranges, output.rank)
    : output.shape.map(range),
);

/** How a node of this op is read. */
export const rowFor = (op: AnyOp): AnyRow => rowOf(rows, op) ?? unknown;

/** Whether no gradient flows through an op at all. */
export const isFlat = ({ vjp }: AnyOp): boolean => typeof vjp !== "function" && vjp.every((rule) => rule === null);
