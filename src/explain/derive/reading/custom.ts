import { sameShape } from "../../../base/shape.js";
import { nameFrom } from "../../../base/text.js";
import type { AnyOp, AnyRule } from "../../../ops/op.js";
import type { Node } from "../../../tape/tape.js";
import { applyAgain } from "../../../tensor/apply.js";
import { tensor } from "../../../tensor/create.js";
import type { Tensor } from "../../../tensor/tensor.js";
import { record } from "../../../transforms/record.js";
import { ONE, value, ZERO } from "../algebra/arithmetic.js";
import type { Quantity } from "../algebra/quantity.js";
import { replaceQuantities } from "../algebra/sums.js";
import type { ElementaryFunction, Polynomial } from "../algebra/terms.js";
import type { Reading } from "./read.js";

/**
 * An elementwise op that a user defined as a function, whose derivative is what the op's reverse rule computes: the rule is run on
 * numbers, and its tape is read with letters for them. Nothing where the rule does more than formulas say.
 */
export function customFunction({ op, inputs, output, attributes }: Node, reading: Reading): ElementaryFunction | undefined {
  const { vjp } = op;
  if (!isPlaceByPlace(op, inputs, output, attributes)) return undefined;
  const numbers = [output, ...inputs].map(({ first }) => tensor(first));
  const rules = (g: Tensor, out: Tensor, args: readonly Tensor[]): readonly (Tensor | undefined)[] =>
    typeof vjp === "function" ? vjp(g, out, args, attributes) : vjp.map((rule: AnyRule) => rule?.(g, out, ...args, attributes));
  const used: number[] = [];
  const tape = record(
    (...[g, out, ...args]: Tensor[]) => {
      used.length = 0;
      return rules(g, out, args).flatMap((part, k) => {
        if (part === undefined) return [];
        used.push(k);
        return [part];
      });
    },
    tensor(1),
    ...numbers,
  );
  if (tape.outputs.some(({ rank }) => rank > 0)) return undefined;
  const letters = numbers.map((x, k): Quantity => placeholder(k, x));
  reading.note(tape.inputs[0], { indices: [], formula: ONE });
  for (const [k, letter] of letters.entries()) reading.note(tape.inputs[k + 1], { indices: [], formula: value(letter, []) });
  reading.findRanges(tape.nodes);
  for (const node of tape.nodes) {
    const definition = reading.define(node);
    if (definition === undefined) return undefined;
    reading.note(node.output, definition);
  }
  const found = inputs.map((): Polynomial => ZERO);
  for (const [i, k] of used.entries()) found[k] = reading.formulaOf(tape.outputs[i]).formula;
  return {
    name: `${op.name} of ${reading.names.numbered("op")}`,
    sign: { text: nameFrom(op.name) },
    op,
    attributes,
    slopes: (args, self) =>
      found.map((slope) =>
        replaceQuantities(slope, (quantity) => {
          const k = letters.indexOf(quantity);
          return k < 0 ? undefined : k === 0 ? self : args[k - 1];
        }),
      ),
  };
}

/** At more places nobody looks. */
const MOST_PLACES = 24;

/** Whether each number of the output depends only on those at its own place, as far as numbers tell. */
function isPlaceByPlace(op: AnyOp, inputs: readonly Tensor[], output: Tensor, attributes: unknown): boolean {
  if (output.size === 0 || inputs.length === 0 || !inputs.every(({ shape }) => sameShape(shape, output.shape))) return false;
  return output.data.subarray(0, MOST_PLACES).every((value, place) => {
    const alone = applyAgain(
      op,
      inputs.map(({ data }) => tensor(data[place])),
      attributes,
    );
    return alone.rank === 0 && Object.is(alone.first, value);
  });
}

const placeholder = (k: number, x: Tensor): Quantity => ({
  id: -1 - k,
  name: `argument ${k}`,
  kind: "constant",
  value: x,
  ranges: [],
  place: -1,
  definition: undefined,
  isNonnegative: false,
  sums: [],
});
