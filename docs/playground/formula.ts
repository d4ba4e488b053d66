import { GradtapeError, type Tensor, type TensorLike, tensor } from "gradtape";
import { type ConstantNode, create, type FunctionNode, type MathNode, type OperatorNode, type ParenthesisNode, parseDependencies, type SymbolNode } from "mathjs";

/** A formula that was parsed from a text: a function of its variables by name. */
export interface Formula {
  (values: Readonly<Record<string, TensorLike>>): Tensor;
  readonly variables: readonly string[];
}

/** What is wrong with a text, and where. */
export class ExpressionError extends GradtapeError {
  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
  }
}

type Scope = Readonly<Record<string, TensorLike>>;
type Evaluate = (scope: Scope) => Tensor;

const { parse } = create({ parseDependencies });

const METHODS = "exp expm1 log log1p sqrt square abs sin cos tanh sigmoid softplus relu softmax logSoftmax logSumExp sum mean prod".split(" ");
const FUNCTIONS: Readonly<Record<string, (...args: Tensor[]) => Tensor>> = {
  ...Object.fromEntries(METHODS.map((name) => [name, (x: Tensor) => (x as unknown as Record<string, () => Tensor>)[name]()])),
  ln: (x) => x.log(),
  σ: (x) => x.sigmoid(),
  maximum: (x, y) => x.maximum(y),
  minimum: (x, y) => x.minimum(y),
};
const OPERATORS: Readonly<Record<string, (...args: Tensor[]) => Tensor>> = {
  add: (x, y) => x.add(y),
  subtract: (x, y) => x.sub(y),
  multiply: (x, y) => x.matmul(y),
  mod: (x, y) => x.mul(y),
  divide: (x, y) => x.div(y),
  pow: (x, y) => x.pow(y),
  unaryMinus: (x) => x.neg(),
  ctranspose: (x) => x.transpose(),
};

/** Reads one formula. */
export function parseMath(source: string): Formula {
  const text = source.replace(/[−*·×@]/g, (sign) => (sign === "−" ? "-" : sign === "@" ? "*" : "%")).replaceAll("ᵀ", "'");
  const variables: string[] = [];
  const error = (message: string, part: string): ExpressionError => {
    const start = Math.max(0, source.indexOf(part));
    return new ExpressionError(message, start, start + part.length);
  };
  const read = (node: MathNode): Evaluate => {
    switch (node.type) {
      case "ParenthesisNode":
        return read((node as ParenthesisNode).content);
      case "ConstantNode": {
        const { value } = node as ConstantNode;
        return () => tensor(value as number);
      }
      case "SymbolNode": {
        const { name } = node as SymbolNode;
        if (!variables.includes(name)) variables.push(name);
        return (scope) => scope[name] as Tensor;
      }
      case "OperatorNode": {
        const { fn, args } = node as OperatorNode;
        const operands = args.map(read);
        return (scope) => OPERATORS[fn](...operands.map((operand) => operand(scope)));
      }
      case "FunctionNode": {
        const name = String((node as FunctionNode).fn);
        const apply = FUNCTIONS[name];
        if (apply === undefined) throw error(`expected the name of a function, got "${name}"`, name);
        const operands = (node as FunctionNode).args.map(read);
        return (scope) => apply(...operands.map((operand) => operand(scope)));
      }
      default:
        throw error("expected a formula", "");
    }
  };
  let root: MathNode;
  try {
    root = parse(text);
  } catch (caught) {
    const { message, char = 1 } = caught as { readonly message: string; readonly char?: number };
    throw new ExpressionError(message, char - 1, char);
  }
  return Object.assign(read(root), { variables });
}
