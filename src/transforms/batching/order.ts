import type * as ops from "../../ops/order.js";
import { alongAxis, type Table } from "./rule.js";

/** What puts numbers into order, and reads and writes by the places that this gives. */
export const order: Table<typeof ops> = { ArgSort: alongAxis, TakeAlong: alongAxis, ScatterAlong: alongAxis };
