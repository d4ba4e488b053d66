// A loss of the playground as a program for gradtape, PyTorch or JAX: its tape, node by node, with what has no name of its own written
// where it is used.
import { type Node, record, type Tensor, tensor } from "gradtape";
import { readLoss } from "./expression.js";

export const targets = ["gradtape", "PyTorch", "JAX"] as const;
export type Target = (typeof targets)[number];

type Values = Readonly<Record<string, number | readonly number[] | readonly (readonly number[])[]>>;

/** A piece of a program, and how strongly it binds: 3 a name or a call, 2 a product, 1 a sum, 0 a comparison. */
interface Piece {
  readonly text: string;
  readonly strength: number;
}

/** What writes a node: from its inputs, as text, and its attributes. */
type Writer = (node: Node, inputs: readonly Piece[], target: Target) => Piece;

const whole = (text: string): Piece => ({ text, strength: 3 });
const within = ({ text, strength }: Piece, least: number): string => (strength < least ? `(${text})` : text);

/** A call by its name in each language; gradtape's is a function too. */
const call =
  (gradtape: string, torch = gradtape, jax = torch): Writer =>
  (_, inputs, target) => {
    const name = { gradtape, PyTorch: `torch.${torch}`, JAX: jax.includes(".") ? jax : `jnp.${jax}` }[target];
    return whole(`${name}(${inputs.map(({ text }) => text).join(", ")})`);
  };

/** An operator of Python; a call in TypeScript, which has none for tensors. */
const operator =
  (name: string, sign: string, strength: number): Writer =>
  (_, [a, b], target) =>
    target === "gradtape"
      ? whole(`${name}(${a.text}, ${b.text})`)
      : { text: `${within(a, strength)} ${sign} ${within(b, strength + (sign === "-" || sign === "/" ? 1 : 0))}`, strength };

interface Reduction {
  readonly axes?: readonly number[];
  readonly axis?: number;
  readonly keepDims?: boolean;
}

/** A reduction over the axes of the node; over all of them nothing is said. */
const reduction =
  (gradtape: string, torch: string, jax = torch): Writer =>
  ({ inputs: [x], attributes }, [{ text }], target) => {
    const { axes, axis, keepDims = false } = attributes as Reduction;
    const over = axes ?? (axis === undefined ? [] : [axis]);
    const isAll =
      !keepDims && over.length === x.rank && torch !== "logsumexp" && torch !== "softmax" && torch !== "log_softmax" && torch !== "cumsum";
    const name = { gradtape, PyTorch: `torch.${torch}`, JAX: jax.includes(".") ? jax : `jnp.${jax}` }[target];
    if (isAll) return whole(`${name}(${text})`);
    const list = over.length === 1 ? String(over[0]) : target === "gradtape" ? `[${over.join(", ")}]` : `(${over.join(", ")})`;
    if (target === "gradtape") return whole(`${name}(${text}, ${list}${keepDims ? ", true" : ""})`);
    const [key, keep] = target === "PyTorch" ? ["dim", "keepdim"] : ["axis", "keepdims"];
    return whole(`${name}(${text}, ${key}=${list}${keepDims ? `, ${keep}=True` : ""})`);
  };

/** The extreme over axes, for which PyTorch has a name of its own. */
const extreme = (name: "max" | "min"): Writer => reduction(name, `a${name}`, name);

const unary: Readonly<Record<string, Writer>> = {
  Exp: call("exp"),
  Expm1: call("expm1"),
  Log: call("log"),
  Log1p: call("log1p"),
  Sqrt: call("sqrt"),
  Square: call("square"),
  Reciprocal: call("reciprocal"),
  Abs: call("abs"),
  Sign: call("sign"),
  Sin: call("sin"),
  Cos: call("cos"),
  Tan: call("tan"),
  Asin: call("asin", "asin", "arcsin"),
  Acos: call("acos", "acos", "arccos"),
  Atan: call("atan", "atan", "arctan"),
  Sinh: call("sinh"),
  Cosh: call("cosh"),
  Tanh: call("tanh"),
  Asinh: call("asinh", "asinh", "arcsinh"),
  Acosh: call("acosh", "acosh", "arccosh"),
  Atanh: call("atanh", "atanh", "arctanh"),
  Exp2: call("exp2"),
  Log2: call("log2"),
  Log10: call("log10"),
  Erf: call("erf", "erf", "jax.scipy.special.erf"),
  Erfc: call("erfc", "erfc", "jax.scipy.special.erfc"),
  Lgamma: call("lgamma", "lgamma", "jax.scipy.special.gammaln"),
  Digamma: call("digamma", "digamma", "jax.scipy.special.digamma"),
  Sigmoid: call("sigmoid", "sigmoid", "jax.nn.sigmoid"),
  Softplus: call("softplus", "nn.functional.softplus", "jax.nn.softplus"),
  Relu: call("relu", "relu", "jax.nn.relu"),
  Silu: call("silu", "nn.functional.silu", "jax.nn.silu"),
  Det: call("det", "linalg.det", "jnp.linalg.det"),
  Inverse: call("inv", "linalg.inv", "jnp.linalg.inv"),
  Cholesky: call("cholesky", "linalg.cholesky", "jnp.linalg.cholesky"),
  Neg: (_, [x], target) => (target === "gradtape" ? whole(`neg(${x.text})`) : { text: `-${within(x, 2)}`, strength: 1.5 }),
};

const writers: Readonly<Record<string, Writer>> = {
  ...unary,
  Add: operator("add", "+", 1),
  Sub: operator("sub", "-", 1),
  Mul: operator("mul", "*", 2),
  Div: operator("div", "/", 2),
  Equal: operator("equal", "==", 0),
  NotEqual: operator("notEqual", "!=", 0),
  Less: operator("less", "<", 0),
  LessEqual: operator("lessEqual", "<=", 0),
  Greater: operator("greater", ">", 0),
  GreaterEqual: operator("greaterEqual", ">=", 0),
  Pow: (_, [a, b], target) =>
    target === "gradtape" ? whole(`pow(${a.text}, ${b.text})`) : { text: `${within(a, 3)} ** ${within(b, 3)}`, strength: 2.5 },
  Maximum: call("maximum"),
  Minimum: call("minimum"),
  Atan2: call("atan2", "atan2", "arctan2"),
  Hypot: call("hypot"),
  LogAddExp: call("logAddExp", "logaddexp"),
  Xlogy: call("xlogy", "xlogy", "jax.scipy.special.xlogy"),
  Where: call("where"),
  Sum: reduction("sum", "sum"),
  Mean: reduction("mean", "mean"),
  Max: extreme("max"),
  Min: extreme("min"),
  LogSumExp: reduction("logSumExp", "logsumexp", "jax.nn.logsumexp"),
  Softmax: reduction("softmax", "softmax", "jax.nn.softmax"),
  LogSoftmax: reduction("logSoftmax", "log_softmax", "jax.nn.log_softmax"),
  Norm: reduction("norm", "linalg.vector_norm", "jnp.linalg.norm"),
  MatMul: ({ attributes, inputs }, [a, b], target) => {
    const { transposeA, transposeB } = attributes as { readonly transposeA: boolean; readonly transposeB: boolean };
    const side = (piece: Piece, x: Tensor, isTurned: boolean): Piece => {
      if (!isTurned || x.rank < 2) return piece;
      return whole(target === "gradtape" ? `transpose(${piece.text})` : `${within(piece, 3)}.T`);
    };
    const [left, right] = [side(a, inputs[0], transposeA), side(b, inputs[1], transposeB)];
    return target === "gradtape"
      ? whole(`matmul(${left.text}, ${right.text})`)
      : { text: `${within(left, 2)} @ ${within(right, 3)}`, strength: 2 };
  },
  Transpose: ({ inputs: [x] }, [{ text, strength }], target) => {
    if (x.rank !== 2) throw new Error("export: expected a transpose of a matrix, got one of another rank");
    return whole(target === "gradtape" ? `transpose(${text})` : `${within({ text, strength }, 3)}.T`);
  },
};

/** A number as a program has it: all its digits. */
const numberText = (x: Tensor): Piece => {
  const value = x.item();
  return { text: String(value), strength: value < 0 ? 1.5 : 3 };
};

const literal = (value: unknown, target: Target): string =>
  target === "PyTorch"
    ? `torch.tensor(${write(value)}, dtype=torch.float64)`
    : target === "JAX"
      ? `jnp.array(${write(value)})`
      : `tensor(${JSON.stringify(value)})`;
/** Numbers of Python need a point, or they are integers. */
const write = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(write).join(", ")}]` : Number.isInteger(value) ? `${value}.0` : String(value);

/** A program that computes a loss and its gradient with respect to `wrt`, and prints both. */
export function codeOf(source: string, values: Values, wrt: string, target: Target): string {
  const { variables, f } = readLoss(source);
  const order = [wrt, ...variables.filter((name) => name !== wrt)];
  const inputs = order.map((name) => tensor((values[name] ?? 0.5) as number[]).named(name));
  const tape = record((...args: Tensor[]) => f(...variables.map((name) => args[order.indexOf(name)])), ...inputs);

  const uses = new Map<Tensor, number>();
  for (const node of tape.nodes) for (const x of node.inputs) uses.set(x, (uses.get(x) ?? 0) + 1);
  const pieces = new Map<Tensor, Piece>(tape.inputs.map((x) => [x, whole(x.label ?? "x")]));
  const taken = new Set([...order, ...tape.nodes.map(({ output }) => output.label)]);
  const lines: string[] = [];
  const used = new Set<string>();
  let count = 0;
  for (const node of tape.nodes) {
    const writer = writers[node.op.name];
    if (writer === undefined) throw new Error(`export: expected ops that all three libraries have, got ${node.op.name}`);
    const operands = node.inputs.map((x) => pieces.get(x) ?? (x.size === 1 ? numberText(x) : whole(literal(x.toArray(), target))));
    const piece = writer(node, operands, target);
    for (const [, name] of piece.text.matchAll(/\b([a-z]\w*)\(/gi)) used.add(name);
    const isNamed = node.output.label !== undefined || node.output === tape.outputs[0];
    if (!isNamed && (uses.get(node.output) ?? 0) <= 1) {
      pieces.set(node.output, piece);
      continue;
    }
    let name = node.output.label;
    while (name === undefined || (node.output.label === undefined && taken.has(name))) name = `v${++count}`;
    lines.push(target === "gradtape" ? `  const ${name} = ${piece.text};` : `    ${name} = ${piece.text}`);
    pieces.set(node.output, whole(name));
  }
  const result = pieces.get(tape.outputs[0])?.text ?? wrt;
  const args = order.join(", ");
  const given = order.map((name) => [name, literal(values[name] ?? 0.5, target)] as const);

  if (target === "gradtape") {
    const imports = ["tensor", "type Tensor", "valueAndGrad", ...[...used].filter((name) => !["tensor"].includes(name))].sort();
    return `import { ${[...new Set(imports)].join(", ")} } from "gradtape";

const loss = (${order.map((name) => `${name}: Tensor`).join(", ")}) => {
${lines.join("\n")}
  return ${result};
};
const [value, gradient] = valueAndGrad(loss)(${given.map(([, text]) => text).join(", ")});
console.log(value.item(), gradient.toArray());
`;
  }
  const body = `def loss(${args}):\n${lines.join("\n")}\n    return ${result}\n`;
  if (target === "JAX")
    return `import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

${body}
value, gradient = jax.value_and_grad(loss)(${given.map(([, text]) => text).join(", ")})
print(value, gradient)
`;
  return `import torch

${body}
${given.map(([name, text]) => `${name} = ${text}`).join("\n")}
${wrt}.requires_grad_()
value = loss(${args})
value.backward()
print(value.item(), ${wrt}.grad)
`;
}
