import type { AnyOp, AnyRule } from "../../ops/op.js";
import { Max, Min } from "../../ops/reduce.js";
import type { Node } from "../../tape/tape.js";
import { tensor } from "../../tensor/create.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import { record } from "../../transforms/record.js";
import { undoBroadcast } from "../../transforms/reverse.js";
import * as q from "../formula/fraction.js";
import { add, isZero, multiply, ONE, product, scale, value } from "./algebra/arithmetic.js";
import { chained, Derivative } from "./algebra/derivative.js";
import { Evaluator } from "./algebra/evaluate.js";
import { delta } from "./algebra/functions.js";
import { type Axis, fixedPlace, Index, type Place, placeOf, scaledPlace } from "./algebra/places.js";
import type { Definition, Quantity, Recurrence } from "./algebra/quantity.js";
import { moved, sum } from "./algebra/sums.js";
import { type AtomOf, type Polynomial, polynomialOf } from "./algebra/terms.js";
import type { Reading } from "./reading/read.js";
import { variablesOf } from "./reading/variables.js";
import { isNested } from "./textbook.js";

/** The part of the derivative of the output with respect to a value that comes by way of another one. */
export interface Edge {
  readonly from: Quantity;
  readonly to: Quantity;
  /** In terms of the derivative with respect to `from`, a letter; of the output, 1. */
  readonly part: Polynomial;
  /** What that letter is multiplied by, if that is all that happens to it: the derivative of one with respect to the other. */
  readonly factor: Polynomial | undefined;
  /** The ops on the way, and whether one of them is a function of what another one makes. */
  readonly ops: readonly AnyOp[];
  readonly isNested: boolean;
}

/** A value, what its derivative is made of, and that derivative as a letter. */
export interface Step {
  readonly quantity: Quantity;
  /** The place at which all formulas of the step are written. */
  readonly indices: readonly (Index | undefined)[];
  readonly edges: readonly Edge[];
  readonly letter: Quantity;
}

/** The chain rule over the named values of a tape: how the derivative of the output goes back to each of them. */
export class Chain {
  readonly steps: Step[] = [];
  private readonly byQuantity = new Map<Quantity, Step>();
  private readonly readers = new Map<Quantity, Quantity[]>();
  private readonly depending: ReadonlySet<Quantity>;
  private readonly edgesFrom = new Map<Quantity, Edge[]>();
  private readonly places: ReadonlyMap<Tensor, number>;
  readonly sharesTies: boolean;
  private readonly rules = new Map<Quantity, readonly Definition[]>();

  constructor(
    private readonly reading: Reading,
    private readonly output: Quantity,
    wanted: ReadonlySet<Quantity>,
    private readonly numbersOf: (p: Polynomial, indices: readonly (Index | undefined)[], like: Quantity) => Tensor,
  ) {
    this.sharesTies = hasTies(reading.tape.nodes);
    this.places = new Map(reading.tape.nodes.map(({ output: x }, place) => [x, place]));
    for (const quantity of reading.quantities)
      for (const operand of this.operandsOf(quantity)) this.readers.set(operand, [...(this.readers.get(operand) ?? []), quantity]);
    const reached = this.reachedFrom(output);
    this.depending = this.dependingOn(wanted);
    const order = reading.quantities
      .filter((quantity) => quantity !== output && reached.has(quantity) && this.depending.has(quantity))
      .sort((a, b) => b.place - a.place || a.id - b.id);
    for (const quantity of order) {
      const { recurrence } = quantity;
      if (recurrence === undefined) this.add(quantity);
      else if (!this.byQuantity.has(quantity)) this.addLoop(order.filter((other) => other.recurrence?.loop === recurrence.loop));
    }
  }

  stepOf(quantity: Quantity): Step | undefined {
    return this.byQuantity.get(quantity);
  }

  /** The edges by which the derivative with respect to a value is made of that with respect to this one. */
  edgesThrough(quantity: Quantity): readonly Edge[] {
    return this.edgesFrom.get(quantity) ?? [];
  }

  /** Whether a value is, or is made of, one with respect to which the derivative is wanted. */
  isVariable(quantity: Quantity): boolean {
    return this.depending.has(quantity);
  }

  /** The named values of which one is made. */
  operandsOf(quantity: Quantity): ReadonlySet<Quantity> {
    if (quantity.definition !== undefined) return variablesOf(quantity.definition.formula);
    const opaque = this.reading.opaque.get(quantity);
    const found = new Set<Quantity>();
    for (const x of opaque?.node.inputs ?? []) for (const operand of variablesOf(this.reading.formulaOf(x).formula)) found.add(operand);
    return found;
  }

  private reachedFrom(output: Quantity): Set<Quantity> {
    const found = new Set<Quantity>([output]);
    for (const quantity of found) for (const operand of this.operandsOf(quantity)) found.add(operand);
    return found;
  }

  private dependingOn(wanted: ReadonlySet<Quantity>): Set<Quantity> {
    const found = new Set<Quantity>(wanted);
    for (const quantity of found) for (const reader of this.readers.get(quantity) ?? []) found.add(reader);
    return found;
  }

  private add(quantity: Quantity): void {
    const indices = indicesOf(quantity);
    const edges = this.edgesTo(quantity, indices);
    if (edges.length === 0) return;
    const total = add(...edges.map(({ part }) => part));
    const letter = this.reading.derivative(this.output, quantity, this.numbersOf(total, indices, quantity), { indices, formula: total });
    this.note({ quantity, indices, edges, letter });
  }

  private note(step: Step): void {
    this.steps.push(step);
    for (const edge of step.edges) this.edgesFrom.set(edge.from, [...this.edgesThrough(edge.from), edge]);
    this.byQuantity.set(step.quantity, step);
  }

  private edgesTo(quantity: Quantity, indices: readonly (Index | undefined)[]): Edge[] {
    return (this.readers.get(quantity) ?? [])
      .filter((from) => from === this.output || this.byQuantity.has(from))
      .sort((a, b) => b.place - a.place)
      .flatMap((from) => this.edge(from, quantity, indices));
  }

  /**
   * The derivatives with respect to what a loop hands on come from those one step later: they are letters before it is known what they
   * are made of.
   */
  private addLoop(quantities: readonly Quantity[]): void {
    const begun = quantities.map((quantity): Step => {
      const indices = indicesOf(quantity);
      const zeros = zerosOf(quantity.value.shape);
      return { quantity, indices, edges: [], letter: this.reading.derivative(this.output, quantity, zeros, { indices, formula: add() }) };
    });
    for (const step of begun) this.byQuantity.set(step.quantity, step);
    const steps = begun.map((step) => ({ ...step, edges: this.edgesTo(step.quantity, step.indices) }));
    for (const { letter, indices, edges } of steps) letter.definition = { indices, formula: add(...edges.map(({ part }) => part)) };
    // Each pass finds the derivatives at one place more, from the last on.
    const [{ value: series }] = quantities;
    for (let pass = 0; pass < series.shape[0]; pass++) {
      const evaluator = new Evaluator(({ value: own }) => own);
      const found = steps.map(({ letter, quantity }) =>
        evaluator.tensor(letter.definition?.formula ?? add(), letter.definition?.indices ?? [], quantity.value.shape),
      );
      for (const [k, { letter }] of steps.entries()) letter.value.data.set(found[k].data);
    }
    for (const step of steps) this.note(step);
  }

  private edge(from: Quantity, to: Quantity, indices: readonly (Index | undefined)[]): Edge[] {
    const letter = this.byQuantity.get(from)?.letter;
    const { recurrence } = from;
    const part =
      from.definition === undefined
        ? this.throughRule(from, letter, to, indices)
        : recurrence === undefined || letter === undefined
          ? this.throughDefinition(from.definition, letter, to, indices)
          : this.throughRecurrence(recurrence, letter, to, indices);
    if (isZero(part)) return [];
    const ops = recurrence === undefined ? this.opsBetween(from, to) : { ops: recurrence.ops, isNested: true };
    return [{ from, to, part, factor: letter === undefined ? part : factorOf(part, letter, indices), ...ops }];
  }

  /** Σ G·∂f/∂x over the places of f, with δ's as the direction. */
  private throughDefinition(
    { indices: own, formula }: Definition,
    letter: Quantity | undefined,
    to: Quantity,
    indices: readonly (Index | undefined)[],
  ): Polynomial {
    const fresh = own.map((index) => (index === undefined ? undefined : new Index(index.range)));
    const places = fresh.map((index) => (index === undefined ? undefined : placeOf(index)));
    const here = moved(formula, own, places);
    const direction = this.derivative(to, indices).of(here);
    if (letter === undefined) return direction;
    return sum(
      fresh.filter((index) => index !== undefined),
      chained(value(letter, places), direction),
    );
  }

  /** Σ G₀·∂v₀/∂x + Σₜ Gₜ₊₁·∂vₜ₊₁/∂x */
  private throughRecurrence(
    { step, indices: own, first, next }: Recurrence,
    letter: Quantity,
    to: Quantity,
    indices: readonly (Index | undefined)[],
  ): Polynomial {
    const through = (
      formula: Polynomial,
      bound: readonly (Index | undefined)[],
      along: (places: readonly Axis[]) => readonly Axis[],
    ): Polynomial => {
      const fresh = bound.map((index) => (index === undefined ? undefined : new Index(index.range)));
      const places = fresh.map((index) => (index === undefined ? undefined : placeOf(index)));
      const direction = this.derivative(to, indices).of(moved(formula, bound, places));
      return sum(
        fresh.filter((index) => index !== undefined),
        chained(value(letter, along(places)), direction),
      );
    };
    return add(
      through(first, own, (places) => [fixedPlace(0), ...places]),
      through(next, [step, ...own], ([t, ...places]) => [t === undefined ? t : scaledPlace(t, 1, 1), ...places]),
    );
  }

  derivative(by: Quantity, indices: readonly (Index | undefined)[]): Derivative {
    const seed = (quantity: Quantity, places: readonly (Place | undefined)[]): Polynomial =>
      quantity === by
        ? places.reduce<Polynomial>((all, place, k) => {
            const index = indices[k];
            return place === undefined || index === undefined ? all : multiply(all, delta(place, placeOf(index)));
          }, ONE)
        : add();
    return new Derivative(seed, this.sharesTies);
  }

  /** What the op's own rule sends back to each operand of a node that no formula says, and on from there. */
  private throughRule(from: Quantity, letter: Quantity | undefined, to: Quantity, indices: readonly (Index | undefined)[]): Polynomial {
    const opaque = this.reading.opaque.get(from);
    if (opaque === undefined) return add();
    const { node } = opaque;
    const sent = this.sent(node, from, letter);
    return add(
      ...node.inputs.flatMap((x, k) => {
        const part = sent[k];
        const operand = this.reading.formulaOf(x);
        if (part === undefined || !variablesOf(operand.formula).has(to)) return [];
        const fresh = operand.indices.map((index) => (index === undefined ? undefined : new Index(index.range)));
        const places = fresh.map((index) => (index === undefined ? undefined : placeOf(index)));
        const direction = this.derivative(to, indices).of(moved(operand.formula, operand.indices, places));
        return [
          sum(
            fresh.filter((index) => index !== undefined),
            chained(moved(part.formula, part.indices, places), direction),
          ),
        ];
      }),
    );
  }

  /** The tape of the rule, read with a letter for the cotangent. */
  private sent(node: Node, from: Quantity, letter: Quantity | undefined): readonly (Definition | undefined)[] {
    const known = this.rules.get(from);
    if (known !== undefined) return known;
    const { op, inputs, output, attributes } = node;
    const used: number[] = [];
    const tape = record((seed: Tensor) => {
      used.length = 0;
      const cotangent = seed.broadcastTo(output.shape);
      const { vjp } = op;
      const parts: readonly (Tensor | undefined)[] =
        typeof vjp === "function"
          ? vjp(cotangent, output, inputs, attributes)
          : vjp.map((rule: AnyRule) => rule?.(cotangent, output, ...inputs, attributes));
      return parts.flatMap((part, k) => {
        if (part === undefined) return [];
        used.push(k);
        return [undoBroadcast(part, inputs[k].shape, op, output.shape)];
      });
    }, letter?.value ?? asTensor("derive", 1).broadcastTo(output.shape));
    this.reading.note(
      tape.inputs[0],
      letter === undefined ? { indices: output.shape.map(() => undefined), formula: ONE } : this.reading.letter(letter),
    );
    this.reading.readMore(tape.nodes);
    const found: (Definition | undefined)[] = inputs.map(() => undefined);
    for (const [i, k] of used.entries()) found[k] = this.reading.formulaOf(tape.outputs[i]);
    this.rules.set(from, found as Definition[]);
    return found;
  }

  /** The ops between two named values, from the output on. */
  private opsBetween(from: Quantity, to: Quantity): Pick<Edge, "ops" | "isNested"> {
    const { nodes } = this.reading.tape;
    if (from.place < 0) return { ops: [], isNested: false };
    const leads = new Map<Tensor, boolean>();
    const found = new Set<number>();
    const visit = (x: Tensor): boolean => {
      const quantity = this.reading.ofTensor(x);
      if (quantity === to) return true;
      const place = this.places.get(x);
      if (place === undefined || (quantity !== undefined && quantity !== from)) return false;
      const known = leads.get(x);
      if (known !== undefined) return known;
      leads.set(x, false);
      const isOnTheWay = nodes[place].inputs.map(visit).some((leading) => leading);
      leads.set(x, isOnTheWay);
      if (isOnTheWay) found.add(place);
      return isOnTheWay;
    };
    visit(nodes[from.place].output);
    return {
      ops: [...new Set([...found].sort((a, b) => b - a).map((place) => nodes[place].op))],
      isNested: [...found].some((place) =>
        isNested(
          nodes[place].op,
          nodes[place].inputs.some((x) => found.has(this.places.get(x) ?? -1)),
        ),
      ),
    };
  }
}

const indicesOf = ({ ranges }: Quantity): (Index | undefined)[] =>
  ranges.map((range) => (range === undefined ? undefined : new Index(range)));

const zerosOf = (shape: readonly number[]): Tensor => tensor(new Float64Array(shape.reduce((a, b) => a * b, 1)), [...shape]);

/** What a letter is multiplied by, where each term has it once, at the place of the result or without a place. */
function factorOf(part: Polynomial, letter: Quantity, indices: readonly (Index | undefined)[]): Polynomial | undefined {
  const isHere = (atom: AtomOf<"value">): boolean =>
    atom.places.every((place) => place === undefined) ||
    (atom.places.length === indices.length &&
      atom.places.every((place, k) => {
        const [step] = place?.steps ?? [];
        const isAlone = place !== undefined && place.offset === 0 && place.steps.length === 1 && step[0] === indices[k] && step[1] === 1;
        return place === undefined ? indices[k] === undefined : isAlone && step[0].size === atom.quantity.value.shape[k];
      }));
  const terms = part.terms.map(({ coefficient, monomial }) => {
    const own = monomial.factors.filter(({ atom }) => atom.kind === "value" && atom.quantity === letter);
    const rest = monomial.factors.filter((factor) => !own.includes(factor));
    const [only] = own;
    const isOnce = own.length === 1 && q.isOne(only.exponent) && isHere(only.atom as AtomOf<"value">);
    return isOnce && !rest.some(({ atom }) => mentions(atom.key, letter)) ? scale(product(q.ONE, rest), coefficient) : undefined;
  });
  const found = terms.filter((term) => term !== undefined);
  return found.length === terms.length ? polynomialOf(found.flatMap((term) => term.terms)) : undefined;
}

const mentions = (key: string, { id }: Quantity): boolean => key.includes(`x${String(id).padStart(4, "0")}[`);

/** Whether somewhere on the tape a maximum or minimum is attained more than once. */
function hasTies(nodes: readonly Node[]): boolean {
  return nodes.some(({ op, inputs, output, attributes }) => {
    if (op.name === "Maximum" || op.name === "Minimum")
      return op.custom !== true && inputs[0].equal(inputs[1]).data.some((same) => same === 1);
    if (op !== Max && op !== Min) return false;
    const { axes } = attributes as { readonly axes: readonly number[] };
    const kept = output.reshape(inputs[0].shape.map((size, axis) => (axes.includes(axis) ? 1 : size)));
    return inputs[0]
      .equal(kept)
      .sum(axes)
      .data.some((count) => count > 1);
  });
}
