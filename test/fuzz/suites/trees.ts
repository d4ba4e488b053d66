// Values of any kind in the place of tensors and of trees of them.
import fc from "fast-check";
import { add, compile, fromJSON, grad, type Tensor, tensor, valueAndGrad, vjp } from "gradtape";
import { refusing, type Suite } from "../suite.js";

const nested = (depth: number, around: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = around(value);
  return value;
};

/** Values by what they are called where something went wrong: some of them cannot be printed. */
const ODD: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  true: () => true,
  text: () => "1",
  "a long text": () => "x".repeat(100_000),
  bigint: () => 1n,
  symbol: () => Symbol("s"),
  function: () => () => 1,
  date: () => new Date(0),
  map: () => new Map(),
  promise: () => Promise.resolve(1),
  "a list that holds itself": () => {
    const list: unknown[] = [1];
    list.push(list);
    return list;
  },
  "an object that holds itself": () => {
    const object: Record<string, unknown> = {};
    object["w"] = [object];
    return object;
  },
  "a hundred lists in one another": () => nested(100, (x) => [x]),
  "thousands of lists in one another": () => nested(5000, (x) => [x]),
  "thousands of objects in one another": () => nested(5000, (x) => ({ x })),
  tensor: () => tensor([1, 2]),
  "an empty tensor": () => tensor(new Float64Array(0), [0, 3]),
  "numbers that were transferred": () => {
    const data = new Float64Array(3);
    structuredClone(data, { transfer: [data.buffer] });
    return data;
  },
  "a tensor that was transferred": () => {
    const x = tensor([1, 2, 3]);
    structuredClone(x.data, { transfer: [x.data.buffer] });
    return x;
  },
  float32: () => new Float32Array([1, 2]),
  bigint64: () => new BigInt64Array(2),
  holes: () => new Array(1000),
  frozen: () => Object.freeze([1, 2]),
  inherited: () => Object.create({ w: 1 }),
  proxy: () => new Proxy([1, 2], {}),
  getter: () => ({
    get w(): number {
      throw new TypeError("expected nobody to look");
    },
  }),
};

type Recipe =
  | number
  | { readonly odd: string }
  | { readonly list: readonly Recipe[] }
  | { readonly record: readonly (readonly [string, Recipe])[] };

const key = fc.constantFrom("w", "b", "__proto__", "constructor", "toString", "length", "then", "a\u202eb", "a long key", "0");
const recipe = fc.letrec<{ value: Recipe }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    fc.double(),
    fc.constantFrom(...Object.keys(ODD)).map((odd) => ({ odd })),
    fc.array(tie("value"), { maxLength: 4 }).map((list) => ({ list })),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map((record) => ({ record })),
  ),
})).value;

function made(value: Recipe): unknown {
  if (typeof value === "number") return value;
  if ("odd" in value) return ODD[value.odd]();
  if ("list" in value) return value.list.map(made);
  const record: Record<string, unknown> = {};
  for (const [name, part] of value.record)
    Object.defineProperty(record, name === "a long key" ? "x".repeat(5000) : name, {
      value: made(part),
      enumerable: true,
      configurable: true,
    });
  return record;
}

/** Adds up all tensors of a tree. */
function total(tree: unknown): Tensor {
  if (typeof tree === "object" && tree !== null && "shape" in tree && "data" in tree) return (tree as Tensor).sum();
  const parts = typeof tree === "object" && tree !== null ? Object.values(tree).map(total) : [];
  return parts.reduce((sum: Tensor, part) => sum.add(part), tensor(0));
}

type Any = (...args: unknown[]) => unknown;
const [gradient, pulled, replayed, both, back] = [grad, vjp, compile, valueAndGrad, fromJSON] as unknown as Any[];

export const suite: Suite<Recipe> = {
  runs: 200,
  input: recipe,
  check: (from) => {
    const bodies: readonly ((value: unknown) => unknown)[] = [
      (value) => tensor(value as never).sum(),
      (value) => tensor(value as never, [2, 1]),
      (value) => add(value as never, [1, 2]),
      (value) => (gradient(total) as Any)(value),
      (value) => pulled(total, value),
      (value) => (replayed(total) as Any)(value),
      (value) => (replayed(both(total)) as Any)(value),
      (value) => back(value, { w: tensor([1, 2]), b: tensor(0) }),
      (value) => back(value, value),
    ];
    for (const body of bodies) refusing(() => void body(made(from)));
  },
};
