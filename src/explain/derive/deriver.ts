import { GradtapeError } from "../../base/errors.js";
import type { AnyOp } from "../../ops/op.js";
import type { Tape } from "../../tape/tape.js";
import { asTensor, type Tensor } from "../../tensor/tensor.js";
import { largest } from "../formula/expression.js";
import { add, ONE } from "./algebra/arithmetic.js";
import { Evaluator } from "./algebra/evaluate.js";
import { Magnitudes } from "./algebra/magnitudes.js";
import { Index } from "./algebra/places.js";
import type { Definition, Quantity } from "./algebra/quantity.js";
import type { Polynomial } from "./algebra/terms.js";
import { Chain, type Step } from "./chain.js";
import { Composer, type Written } from "./composer.js";
import { definitionsOf } from "./definitions.js";
import type { DerivationSection } from "./derivation.js";
import { totalDerivative } from "./hessian.js";
import { lettersForSoftmaxes } from "./letters.js";
import { type Equality, type Given, Lines } from "./lines.js";
import { type Form, named } from "./print/form.js";
import { derivativeForm, Printer } from "./print/printer.js";
import { lengthOf } from "./print/text.js";
import { Reading } from "./reading/read.js";
import { Simplifier } from "./simplify/simplify.js";
import { ownRules, textbookRules } from "./textbook.js";

/** A result up to this weight is put into those that follow from it; a larger one stays a letter there. */
const LARGEST_INSERTED = 40;
/** The same on a tape of many nodes. */
const LARGEST_OF_MANY = 8;

/** An equation with all that follows from it. */
export interface Equation {
  readonly section: DerivationSection;
  readonly left: Form;
  readonly rights: readonly Equality[];
}

/** Finds the formulas of a derivation, and the lines that lead to them. */
export class Deriver {
  readonly reading: Reading;
  readonly printer: Printer;
  readonly output: Quantity;
  readonly equations: Equation[] = [];
  private readonly evaluator: Evaluator;
  private readonly magnitudes: Magnitudes;
  private readonly simplifier: Simplifier;
  private readonly chain: Chain;
  private readonly lines: Lines;
  private readonly composer: Composer;

  constructor(
    readonly tape: Tape,
    private readonly inputNames: readonly string[],
    private readonly wanted: readonly Tensor[],
    private readonly asked: { readonly notation: "matrix" | "index"; readonly isComplete: boolean; readonly order: 1 | 2 },
  ) {
    this.reading = new Reading(tape, inputNames);
    const output = this.reading.ofTensor(tape.outputs[0]);
    if (output === undefined) throw new GradtapeError("derive: the function's result is a constant; there is nothing to derive");
    this.output = output;
    this.printer = new Printer(asked.notation, this.reading.isLarge, () => new Set(this.reading.quantities.map(({ name }) => name)));
    this.evaluator = new Evaluator(({ value }) => value);
    this.magnitudes = new Magnitudes(this.evaluator);
    // A result that nobody gave a name is not what a formula is expressed through.
    const isNamed = (quantity: Quantity): boolean => quantity !== output || quantity.value.label !== undefined;
    this.simplifier = new Simplifier(this.reading.quantities.filter(isNamed), this.printer);
    this.chain = new Chain(this.reading, output, new Set(this.arguments_()), (p, indices, like) =>
      this.evaluator.tensor(p, indices, like.value.shape),
    );
    this.lines = new Lines(this.printer, this.evaluator, this.simplifier, (quantity) => this.chain.isVariable(quantity));
    this.composer = new Composer(this.reading, this.printer, this.chain, output, (p, indices, shape) => this.valueOf(p, indices, shape));
  }

  arguments_(): Quantity[] {
    return this.wanted.map((x) => this.reading.ofTensor(x) as Quantity);
  }

  /** An argument's own name, as its label or the function's source says it. */
  nameOf(argument: Quantity): string {
    return this.inputNames[this.tape.inputs.indexOf(argument.value)] ?? argument.name;
  }

  /** Finds all equations, in their order, and the formulas of the arguments' derivatives. */
  run(): Conclusions {
    const { steps } = this.chain;
    const args = this.arguments_();
    this.magnitudes.prepare(steps.map(({ letter }) => letter));
    for (const argument of args) this.chainRule(argument);
    for (const step of steps) this.differentiate(step, args);
    for (const step of steps) if (!args.includes(step.quantity)) this.conclude(step, false);
    const first = args.map((argument) => this.resultOf(argument));
    if (this.asked.order === 2) for (const { formula } of first) this.nameSoftmaxes(formula);
    const second = this.asked.order === 2 ? first.map((own, k) => first.slice(k).map((other) => this.secondOf(own, other))) : [];
    this.equations.unshift(...definitionsOf(this, this.evaluator, this.chain, this.lines.mentioned));
    return { first, second };
  }

  private nameSoftmaxes(formula: Polynomial): void {
    for (const quantity of lettersForSoftmaxes(formula, this.reading, (p, indices, shape) => this.valueOf(p, indices, shape)))
      this.simplifier.learn(quantity);
  }

  // Equations

  private valueOf(p: Polynomial, indices: readonly (Index | undefined)[], shape: readonly number[]): Tensor {
    return this.evaluator.tensor(p, indices, shape);
  }

  /** Adds the lines for one formula, and returns what it became. */
  private equalities(section: DerivationSection, left: Form, raw: Polynomial, given: Given): Written {
    const { rights, formula, form, letters } = this.lines.of(raw, given);
    this.equations.push({ section, left, rights });
    return { formula, form, letters };
  }

  // The chain rule

  private chainRule(argument: Quantity): void {
    const paths: Quantity[][] = [];
    let isLoop = false;
    const walk = (path: Quantity[]): void => {
      const [first] = path;
      if (first.recurrence !== undefined) isLoop = true;
      if (paths.length > MOST_PATHS || isLoop) return;
      if (first === this.output) paths.push(path);
      else for (const { from } of this.chain.stepOf(first)?.edges ?? []) walk([from, ...path]);
    };
    walk([argument]);
    if (isLoop || paths.length === 0 || paths.length > MOST_PATHS || paths.every((path) => path.length <= 2)) return;
    const products = paths.map((path): Form => {
      const factors = path.slice(1).map((to, i) => {
        // A direct part beside others would read like the whole.
        const others = i === 0 ? (this.chain.stepOf(to)?.edges ?? []).filter(({ from }) => from !== this.output) : [];
        return derivativeForm(
          path[i],
          to,
          others.map(({ from }) => from),
        );
      });
      return factors.length === 1 ? factors[0] : { kind: "chain", factors, isPlaceByPlace: false };
    });
    const right: Form = products.length === 1 ? products[0] : { kind: "sum", terms: products.map((form) => ({ isNegative: false, form })) };
    this.equations.push({
      section: "chain rule",
      left: derivativeForm(this.output, argument),
      rights: [{ form: right, letters: undefined, rule: "chain rule", value: undefined }],
    });
  }

  private differentiate(step: Step, wanted: readonly Quantity[]): void {
    const { quantity, edges, indices } = step;
    const isDirect = edges.every(({ from }) => from === this.output);
    const section = wanted.includes(quantity) && isDirect ? "result" : "factors";
    const { shape } = quantity.value;
    const isTotal =
      edges.some(({ factor }) => factor === undefined) || (edges.length > 1 && edges.some(({ from }) => from === this.output));
    if (isTotal) {
      const ops = [...new Set(edges.flatMap((edge) => edge.ops))];
      const usesChainRule = edges.some(({ from, isNested }) => isNested || from !== this.output);
      const raw = add(...edges.map(({ part }) => part));
      const found = this.equalities(section, derivativeForm(this.output, quantity), raw, {
        indices,
        shape,
        ...rulesOf(ops, usesChainRule),
      });
      this.composer.totals.set(step, found.formula);
      return;
    }
    for (const edge of edges) {
      const { from, factor, ops, isNested } = edge;
      if (factor === undefined) continue;
      const isOutput = from === this.output;
      const before = isOutput ? [] : this.definitionLine(from, quantity, factor, indices);
      const found = this.equalities(section, derivativeForm(from, quantity), factor, {
        indices,
        shape,
        ...rulesOf(ops, isNested),
        before,
        about: isOutput ? undefined : from,
      });
      this.composer.factors.set(edge, found);
    }
  }

  /** ∂ŷ/∂z = ∂/∂z [1/(1 + e^(−z))], for a definition that is worth it. */
  private definitionLine(from: Quantity, by: Quantity, factor: Polynomial, indices: readonly (Index | undefined)[]): Equality[] {
    const { definition } = from;
    if (definition === undefined || definition.formula.weight <= SHORTEST_SHOWN || isOneCall(definition.formula)) return [];
    const { form, letters } = this.printer.lay(definition.formula, definition.indices);
    if (letters !== undefined) return [];
    const formula: Form = { kind: "derivativeOf", formula: form, by: { kind: "sign", sign: { text: by.name }, role: "name" } };
    return [{ form: formula, letters, rule: `definition of ${from.name}`, value: this.valueOf(factor, indices, by.value.shape) }];
  }

  // The result

  /** Puts the factors together. A value between output and argument gets lines only where these are of use. */
  private conclude(step: Step, isArgument: boolean): Written {
    const { quantity, edges, indices } = step;
    const composite = this.composer.of(step);
    const readers = this.chain.edgesThrough(quantity);
    const isLetter = ({ formula }: Written): boolean =>
      quantity.recurrence !== undefined || (!isArgument && formula.weight > (this.reading.isLarge ? LARGEST_OF_MANY : LARGEST_INSERTED));
    if (composite.isAsBefore) {
      this.composer.insert(step, composite, isLetter(composite));
      const { form, letters, value } = composite;
      if (isArgument && edges.some(({ from }) => from !== this.output))
        this.equations.push({
          section: "result",
          left: derivativeForm(this.output, quantity),
          rights: [{ form, letters, rule: "as above", value }],
        });
      return composite;
    }
    const isUseful =
      isArgument ||
      this.asked.isComplete ||
      edges.length > 1 ||
      readers.length > 1 ||
      readers.some(({ factor }) => factor === undefined) ||
      lengthOf(composite.form) > LARGEST_PRODUCT;
    if (!isUseful) {
      this.composer.insert(step, composite, false);
      return composite;
    }
    const result = this.equalities("result", derivativeForm(this.output, quantity), composite.formula, {
      indices,
      shape: quantity.value.shape,
      rule: "insert",
      first: composite,
      value: composite.value,
    });
    const value = this.valueOf(result.formula, indices, quantity.value.shape);
    this.composer.insert(step, { ...result, value }, isLetter(result));
    return result;
  }

  /** The derivative of a derivative, through all named values of which it is made. */
  private secondOf(first: Conclusion, { argument: by }: Conclusion): Conclusion | undefined {
    const { argument, formula, indices: rows } = first;
    const columns = by.ranges.map((range) => (range === undefined ? undefined : new Index(range)));
    const found = totalDerivative(formula, by, columns, this.chain);
    const isVector = argument.value.size > 1 && by.value.size > 1;
    const left: Form = {
      kind: "secondDerivative",
      of: named(this.output.name),
      by: named(argument.name),
      with: named(by.name),
      isSame: argument === by,
      isVector,
    };
    if ("words" in found) {
      const form: Form = { kind: "words", text: found.words };
      this.equations.push({
        section: "second derivatives",
        left,
        rights: [{ form, letters: undefined, rule: found.rule, value: undefined }],
      });
      return undefined;
    }
    const indices = [...rows, ...columns];
    const shape = [...argument.value.shape, ...by.value.shape];
    const { formula: simple, form } = this.equalities("second derivatives", left, found, {
      indices,
      shape,
      rule: `derivative of ∂${this.output.name}/∂${argument.name}`,
    });
    return this.conclusion(argument, simple, form, indices, shape);
  }

  private resultOf(argument: Quantity): Conclusion {
    const step = this.chain.stepOf(argument);
    const { shape } = argument.value;
    if (step === undefined) {
      const isItself = argument === this.output;
      const formula = isItself ? ONE : add();
      const form: Form = { kind: "fraction", value: { numerator: isItself ? 1n : 0n, denominator: 1n } };
      const value = asTensor("derive", isItself ? 1 : 0).broadcastTo(shape);
      const rule = isItself ? "the derivative with respect to itself" : "the output does not depend on it";
      this.equations.push({
        section: "result",
        left: derivativeForm(this.output, argument),
        rights: [{ form, letters: undefined, rule, value }],
      });
      return { argument, formula, form, indices: shape.map(() => undefined), value, added: 0 };
    }
    const { formula, form } = this.conclude(step, true);
    return this.conclusion(argument, formula, form, step.indices, shape);
  }

  private conclusion(
    argument: Quantity,
    formula: Polynomial,
    form: Form,
    indices: Definition["indices"],
    shape: readonly number[],
  ): Conclusion {
    const numbers = (p: Polynomial): Tensor => this.valueOf(p, indices, shape);
    const added = largest(this.magnitudes.tensor(formula, indices, shape));
    return { argument, formula, form, indices, value: numbers(formula), added };
  }
}

/** All that was asked for. */
export interface Conclusions {
  readonly first: readonly Conclusion[];
  /** For each argument the blocks with itself and with those behind it; nothing where no formula says an op on the way. */
  readonly second: readonly (readonly (Conclusion | undefined)[])[];
}

/** What the derivative with respect to an argument is. */
export interface Conclusion {
  readonly argument: Quantity;
  readonly formula: Polynomial;
  readonly form: Form;
  readonly indices: readonly (Index | undefined)[];
  readonly value: Tensor;
  /** How large what is added up in it is. */
  readonly added: number;
}

/** More paths from the output to an argument than these are not written out. */
const MOST_PATHS = 6;
/** Longer products of factors get a line before they go on. */
const LARGEST_PRODUCT = 160;
/** A definition up to this weight is not worth a line that puts it in. */
const SHORTEST_SHOWN = 1;

const isOneCall = ({ terms }: Polynomial): boolean =>
  terms.length === 1 &&
  terms[0].monomial.factors.length === 1 &&
  ["function", "reduction", "sum"].includes(terms[0].monomial.factors[0].atom.kind);

function rulesOf(ops: readonly AnyOp[], usesChainRule: boolean): { readonly rule: string; readonly reason: string } {
  const shown = ops.filter(({ name }) => name !== "BroadcastTo");
  return { rule: ownRules(shown), reason: textbookRules(shown, usesChainRule) };
}
