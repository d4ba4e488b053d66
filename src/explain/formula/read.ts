import type { Node } from "../../tape/tape.js";
import { arithmeticOf, callFactsOf } from "../facts/formulas.js";
import { call, type Expression } from "./expression.js";

/** What a node computes, from the formulas of its inputs. */
export function read({ op, attributes }: Pick<Node, "op" | "attributes">, args: readonly Expression[]): Expression {
  return arithmeticOf(op)?.(args) ?? callFactsOf(op).readsSometimes?.(args, attributes) ?? call(op, args, attributes);
}
