import { Result } from "../../../ops/movement.js";
import type { AnyOp } from "../../../ops/op.js";
import type { Node, Tape } from "../../../tape/tape.js";
import type { Tensor } from "../../../tensor/tensor.js";
import { fromAtom, isNonnegativeSum, numeral, value } from "../algebra/arithmetic.js";
import { delta, isSymmetric } from "../algebra/functions.js";
import { type Axis, fixedPlace, Index, type Lookup, Numbering, type Place, placeOf, Range } from "../algebra/places.js";
import type { Definition, Quantity, Recurrence } from "../algebra/quantity.js";
import { moved } from "../algebra/sums.js";
import { type ElementaryFunction, type Polynomial, raw } from "../algebra/terms.js";
import { customFunction } from "./custom.js";
import { areWithoutExponentials, Names } from "./letters.js";
import { type LoopRanges, rangesOfLoop, readLoop, resultRanges } from "./loops.js";
import { isFlat, rowFor } from "./ops.js";
import { broadcastPlace, broadcastRanges, type Ranges } from "./row.js";
import { variablesOf } from "./variables.js";

/** When a formula gets a name of its own. */
interface Longest {
  /** It has more factors, */
  readonly weight: number;
  /** it has so many and is read more than once, */
  readonly shared: number;
  /** or it has more sums within one another. */
  readonly height: number;
}
const LONGEST: Longest = { weight: 40, shared: 16, height: 4 };
/** Of a tape of many nodes each part is short, so that its derivative is: that of a product of forty factors has forty terms. */
const LONGEST_OF_MANY: Longest = { weight: 10, shared: 6, height: 1 };
const MANY_NODES = 60;

/** A node that no formula says: a letter with the rule of its op. */
export interface Opaque {
  readonly node: Node;
  readonly quantity: Quantity;
}

/** Reads a tape as formulas with indices, each down to named values. */
export class Reading {
  readonly quantities: Quantity[] = [];
  /** By quantity, what no formula says. */
  readonly opaque = new Map<Quantity, Opaque>();
  readonly numbering = new Numbering();
  readonly names: Names;
  private readonly ranges = new Map<Tensor, Ranges>();
  private readonly formulas = new Map<Tensor, Definition>();
  private readonly byTensor = new Map<Tensor, Quantity>();
  /** By the output of a scan, its ranges, and what its results are. */
  private readonly loops = new Map<Tensor, LoopRanges>();
  private readonly results = new Map<Tensor, readonly Definition[]>();
  private readonly functions = new Map<AnyOp, ElementaryFunction | undefined>();
  /** Whether there are so many nodes that each line is to be short. */
  readonly isLarge: boolean;
  private readonly longest: Longest;

  constructor(
    readonly tape: Tape,
    inputNames: readonly string[],
  ) {
    this.names = new Names(
      [...inputNames, ...tape.nodes.flatMap(({ output }) => output.label ?? [])],
      !areWithoutExponentials(tape.nodes.map(({ op }) => op.name)),
    );
    this.isLarge = tape.nodes.length > MANY_NODES;
    this.longest = this.isLarge ? LONGEST_OF_MANY : LONGEST;
    this.findRanges(tape.nodes);
    for (const [i, x] of tape.inputs.entries()) this.name(x, inputNames[i], "input", -1, undefined);
    const [result] = tape.outputs;
    const readers = new Map<Tensor, number>();
    for (const { inputs } of tape.nodes) for (const x of inputs) readers.set(x, (readers.get(x) ?? 0) + 1);
    for (const [place, node] of tape.nodes.entries()) this.read(node, place, readers.get(node.output) ?? 0, node.output === result);
  }

  /** Reads the nodes of a rule that is run on the values of the tape. */
  readMore(nodes: readonly Node[]): void {
    this.findRanges(nodes);
    for (const node of nodes) this.read(node, -1, 1, false);
  }

  private read(node: Node, place: number, readers: number, isResult: boolean): void {
    const { output } = node;
    const loop = this.loops.get(output);
    const results = loop === undefined ? undefined : readLoop(loop, place, this);
    if (results !== undefined) {
      this.results.set(output, results);
      return;
    }
    const definition = this.define(node);
    const label = (): string => output.label ?? (isResult ? this.names.free(["L", "f", "loss"]) : this.names.numbered("v"));
    if (definition === undefined) {
      const quantity = this.name(output, label(), "opaque", place, undefined);
      this.opaque.set(quantity, { node, quantity });
    } else if (output.label !== undefined || isResult || isLong(definition.formula, readers > 1, this.longest))
      this.name(output, label(), "defined", place, definition);
    else this.formulas.set(output, definition);
  }

  ofTensor(x: Tensor): Quantity | undefined {
    return this.byTensor.get(x);
  }

  // Ranges

  rangesOf(x: Tensor): Ranges {
    const known = this.ranges.get(x);
    if (known !== undefined) return known;
    const found = x.shape.map((size) => this.range(size));
    this.ranges.set(x, found);
    return found;
  }

  range(size: number): Range | undefined {
    return size === 1 ? undefined : new Range(size, this.numbering);
  }

  /** Which axes are of one range, from the inputs on. */
  findRanges(nodes: readonly Node[]): void {
    for (const node of nodes) {
      const { op, inputs, output, attributes } = node;
      const loop = rangesOfLoop(node, this);
      if (loop !== undefined) this.loops.set(output, loop);
      const source = op === (Result as unknown) ? this.loops.get(inputs[0]) : undefined;
      if (source !== undefined) {
        this.ranges.set(output, resultRanges(source, this)[(attributes as { readonly index: number }).index]);
        continue;
      }
      const ranges = inputs.map((x) => this.rangesOf(x));
      const row = rowFor(op);
      const found =
        row.ranges?.({ attributes, inputs, output, ranges, range: (size) => this.range(size) }) ?? broadcastRanges(ranges, output.rank);
      // What broadcasts to an axis that no operand has gets a range of its own.
      this.ranges.set(
        output,
        output.shape.map((size, axis) => (size === 1 ? undefined : (found[axis] ?? this.range(size)))),
      );
    }
  }

  noteRanges(x: Tensor, ranges: Ranges): void {
    this.ranges.set(x, ranges);
  }

  // Values

  /** A value that a recurrence defines. */
  recurrent(label: string, x: Tensor, ranges: Ranges, place: number, recurrence: Recurrence): Quantity {
    return this.add(label, x, ranges, { place, recurrence });
  }

  /** A letter for what has no name on the tape; it stands before that of which it is made. */
  auxiliary(label: string, x: Tensor, ranges: Ranges, definition: Definition): Quantity {
    const place = Math.max(...[...variablesOf(definition.formula)].map((own) => own.place));
    return this.add(label, x, ranges, { place, definition });
  }

  private add(label: string, x: Tensor, ranges: Ranges, own: Partial<Quantity> & Pick<Quantity, "place">): Quantity {
    const quantity: Quantity = {
      id: this.quantities.length,
      name: this.names.unique(label),
      kind: "defined",
      value: x,
      ranges,
      definition: undefined,
      isNonnegative: false,
      sums: [],
      ...own,
    };
    this.quantities.push(quantity);
    return quantity;
  }

  private name(x: Tensor, label: string, kind: Quantity["kind"], place: number, definition: Definition | undefined): Quantity {
    const quantity: Quantity = {
      id: this.quantities.length,
      name: this.names.unique(label),
      kind,
      value: x,
      ranges: this.rangesOf(x),
      place,
      definition,
      isNonnegative: definition !== undefined && isNonnegativeSum(definition.formula),
      sums: [],
    };
    quantity.isSymmetric = definition !== undefined && x.rank === 2 && isSymmetric(definition.indices, definition.formula);
    this.quantities.push(quantity);
    this.byTensor.set(x, quantity);
    this.formulas.set(x, this.letter(quantity));
    return quantity;
  }

  /** A derivative as a letter. */
  derivative(of: Quantity, by: Quantity, x: Tensor, definition: Definition): Quantity {
    const quantity: Quantity = {
      id: this.quantities.length,
      name: `∂${of.name}/∂${by.name}`,
      kind: "derivative",
      value: x,
      ranges: by.ranges,
      place: -1,
      definition,
      isNonnegative: false,
      sums: [],
      derivative: { of, by },
    };
    this.quantities.push(quantity);
    return quantity;
  }

  /** A named value as a formula. */
  letter(quantity: Quantity): Definition {
    const indices = quantity.ranges.map((range) => (range === undefined ? undefined : new Index(range)));
    return {
      indices,
      formula: value(
        quantity,
        indices.map((index) => (index === undefined ? undefined : placeOf(index))),
      ),
    };
  }

  /** The formula of a tensor that was read, or of a constant. */
  formulaOf(x: Tensor): Definition {
    const known = this.formulas.get(x);
    if (known !== undefined) return known;
    const indices = this.rangesOf(x).map((range) => (range === undefined ? undefined : new Index(range)));
    const found = (formula: Polynomial): Definition => {
      const definition = { indices, formula };
      this.formulas.set(x, definition);
      return definition;
    };
    if (x.label === undefined && x.size > 0 && x.data.every((number) => number === x.data[0])) return found(numeral(x.data[0]));
    const [row, column] = indices;
    if (x.label === undefined && row !== undefined && column !== undefined && isIdentity(x))
      return found(delta(placeOf(row), placeOf(column)));
    this.name(x, x.label ?? this.names.numbered("c"), "constant", -1, undefined);
    return this.formulas.get(x) as Definition;
  }

  /** Notes what a tensor is, before nodes that read it are. */
  note(x: Tensor, definition: Definition): void {
    this.formulas.set(x, definition);
  }

  /** What a node computes; nothing where no formula says it. */
  define(node: Node): Definition | undefined {
    const { op, inputs, output, attributes } = node;
    const results = op === (Result as unknown) ? this.results.get(inputs[0]) : undefined;
    if (results !== undefined) return results[(attributes as { readonly index: number }).index];
    const ranges = inputs.map((x) => this.rangesOf(x));
    const indices = this.rangesOf(output).map((range) => (range === undefined ? undefined : new Index(range)));
    const at = indices.map((index) => (index === undefined ? undefined : placeOf(index)));
    const operand = (k: number, places: readonly Axis[]): Polynomial => {
      const { indices: own, formula } = this.formulaOf(inputs[k]);
      return moved(formula, own, places);
    };
    const lookup = (k: number, places: readonly Axis[], size: number): Axis => this.lookup(inputs[k], places, size);
    const formula = rowFor(op).formula({ attributes, inputs, output, ranges, at, operand, lookup });
    if (formula !== undefined) return { indices, formula };
    if (op.custom !== true || isFlat(op)) return undefined;
    const of = this.functionOf(node);
    if (of === undefined) return undefined;
    const args = inputs.map((x, k) => operand(k, broadcastPlace(at, x.shape)));
    return { indices, formula: fromAtom(raw.function(of, args)) };
  }

  private functionOf(node: Node): ElementaryFunction | undefined {
    if (!this.functions.has(node.op)) this.functions.set(node.op, customFunction(node, this));
    return this.functions.get(node.op);
  }

  /** What a tensor of whole numbers says, as a place. */
  private lookup(x: Tensor, places: readonly Axis[], size: number): Place {
    const { indices, formula } = this.formulaOf(x);
    const [term] = formula.terms;
    if (formula.terms.length === 0 || (formula.terms.length === 1 && term.monomial.factors.length === 0))
      return fixedPlace(x.data[0] < 0 ? x.data[0] + size : x.data[0]);
    const [only] = term.monomial.factors;
    let base: Lookup | undefined;
    if (formula.terms.length === 1 && term.monomial.factors.length === 1 && only.atom.kind === "value") {
      const at = moved(formula, indices, places).terms[0].monomial.factors[0].atom;
      if (at.kind === "value" && isAlone(formula)) base = { quantity: at.quantity, places: at.places, size };
    }
    if (base === undefined) {
      const quantity = this.name(x, x.label ?? this.names.numbered("k"), "constant", -1, undefined);
      base = { quantity, places, size };
    }
    return placeOf(base);
  }
}

/** Whether a formula is one value to the power of 1, times 1. */
const isAlone = ({ terms: [{ coefficient, monomial }] }: Polynomial): boolean =>
  coefficient.numerator === coefficient.denominator && monomial.factors[0].exponent.numerator === monomial.factors[0].exponent.denominator;

const isLong = ({ weight, height }: Polynomial, isShared: boolean, longest: Longest): boolean =>
  weight > (isShared ? longest.shared : longest.weight) || height > longest.height;

function isIdentity(x: Tensor): boolean {
  const [rows, columns] = x.shape;
  return x.rank === 2 && rows === columns && x.data.every((number, i) => number === (i % (columns + 1) === 0 ? 1 : 0));
}
