import { compile, defineOp, eye, grad, inv, record, scan, solve, type Tensor, tensor } from "gradtape";
import { expect, expectTypeOf, test } from "vitest";
import { assemble, ready } from "../../src/compile/assemble.js";
import { type SingleTable, type Table, wordsOf } from "../../src/compile/instructions/instruction.js";
import type { reduce } from "../../src/compile/instructions/reduce.js";
import { instructionOf } from "../../src/compile/instructions/table.js";
import { firstFree } from "../../src/compile/machine.js";
import { names, type Operation, order } from "../../src/compile/machine-words.js";
import { type Instruction, instructionAt } from "../../src/compile/words.js";
import * as elementwiseOps from "../../src/ops/elementwise.js";
import * as linalgOps from "../../src/ops/linalg.js";
import * as movementOps from "../../src/ops/movement.js";
import type { AnyOp, UnaryOp } from "../../src/ops/op.js";
import * as reduceOps from "../../src/ops/reduce.js";
import * as fuse from "../../src/passes/fuse.js";
import { randomTensor } from "../support/random.js";

const lone = { shape: [], rank: 0, size: 1 };
const at = (address: number) => ({ at: address, stride: 0 });

/** The words of an op on single numbers. */
function single(op: AnyOp): number[] {
  const inputs = [lone, lone, lone].slice(0, op.vjp.length);
  const addresses = [8, 16, 24].slice(0, op.vjp.length).map(at);
  const call = { op, inputs, output: lone, attributes: undefined };
  return (
    instructionOf(call)?.encode(call, { region: undefined, inputs: addresses, output: at(32), kept: [], passing: [], kernels: [] }) ?? []
  );
}

/** What a module of ops exports. */
const opsOf = (family: object): [string, AnyOp][] =>
  Object.entries(family).filter(([, value]) => typeof value === "object" && "kernel" in value);

/** The ops that the machine knows on single numbers. */
const singles = [...opsOf(elementwiseOps), ...opsOf(fuse)].filter(([, op]) => single(op).length > 0);

test.each(singles)("%s on single numbers is its code, the output and the inputs", (name, op) => {
  const [code, out, ...inputs] = single(op);
  expect(names[code]).toBe(name);
  expect(out).toBe(32);
  expect(inputs).toEqual([8, 16, 24].slice(0, op.vjp.length));
});

const instructions = Object.keys(order).filter((name) => names.includes(name as Operation));

test("each op of the machine is named in src/compile/instructions/", () => {
  expect(singles.map(([name]) => name).sort()).toEqual(names.filter((name) => !instructions.includes(name)).sort());
});

test("each instruction of the machine is written for something", () => {
  const rows = randomTensor(1, [20_000, 3]);
  const few = randomTensor(2, [4, 3]);
  const f = compile(
    (...[x, a, u, v]: Tensor[]) => [
      x.exp().matmul(u).sum(),
      ...[a.matmul(u), v.matmul(a), a.matmul(a, { transposeB: true }), a.exp(), a.mul(u.exp()).add(v.expandDims(1))],
      ...[
        a.pad([
          [1, 0],
          [0, 0],
        ]),
        a.transpose(),
        a.sum(),
        a.max(0),
        a.min(0),
        a.softmax(1),
        a.logSumExp(1),
        grad((b: Tensor) => b.softmax(1).square().sum().add(b.logSoftmax(1).square().sum()))(a),
        a.logSoftmax(1),
        scan((c, row) => [c.add(row), undefined], u, a)[0],
      ],
    ],
    { backend: "wasm" },
  );
  f(rows, few, randomTensor(3, [3]), randomTensor(4, [4]));
  const listed = new Set([...String(f).matchAll(/^ *\d+ +(?:b\d+ +)?(\w+)/gm)].map(([, instruction]) => instruction));
  // A kernel is called by the machine in the step of a loop only, which a listing does not show.
  expect(instructions.filter((name) => !listed.has(name))).toEqual(["CallKernel"]);
});

test("in the step of a loop the machine calls the kernels of ops that it does not know, by their numbers", () => {
  const a = randomTensor(1, [2, 2]).add(eye(2).mul(4));
  const tape = record((x: Tensor) => scan((c) => [solve(a, c).add(inv(c.mul(x))), undefined], a, 3)[0], tensor(2));
  const { encoding, kernels } = assemble(ready(tape), firstFree);
  expect(kernels.map(({ op }) => op.name).sort()).toEqual(["Inverse", "Solve"]);
  expect(encoding.sections.map((section) => "kernel" in section)).toEqual([false]);
  const instructionsIn = (from: number, to: number): Instruction[] => {
    const found: Instruction[] = [];
    for (let at = from; at < to; at = found[found.length - 1].end) found.push(instructionAt(encoding.words, at));
    return found;
  };
  const loop = instructionsIn(0, encoding.words.length).find(({ name }) => name === "Loop") as Instruction;
  const step = instructionsIn(loop.inner + (loop.word.before + loop.word.after) * order.LoopMove.length, loop.end);
  const called = step.flatMap(({ name, word }) => (name === "CallKernel" ? [word.kernel] : []));
  expect(called).toEqual([0, 1]);
  expect(step.length).toBeGreaterThan(2);
});

test("an instruction begins with its code, and its words stand in the machine's order whatever order they are given in", () => {
  const words = { size: 6, count: 5, x: { at: 3, stride: 4 }, out: { at: 1, stride: 2 } };
  expect(wordsOf("Softmax", words)).toEqual([names.indexOf("Softmax"), 1, 2, 3, 4, 5, 6]);
  expect(wordsOf("CopyAxis", { x: -8, out: 16, size: 3 })).toEqual([3, 16, -8]);
  for (const [name, [code]] of Object.entries(order)) if (typeof code === "number") expect(names[code]).toBe(name);
});

test("an op that a module of ops exports is an error of types until its family's table has it", () => {
  type Elementwise = SingleTable<typeof elementwiseOps & { readonly Unheard: UnaryOp }>;
  type Missing = Exclude<keyof Elementwise, keyof SingleTable<typeof elementwiseOps>>;
  expectTypeOf<Missing>().toEqualTypeOf<"Unheard">();
  // The machine does not know it, so it cannot be said to be an instruction.
  expectTypeOf<Elementwise["Unheard"]>().toEqualTypeOf<"kernel" | "alias" | "rewritten">();
  expectTypeOf<Exclude<keyof Table<typeof reduceOps & { readonly Unheard: UnaryOp }>, keyof typeof reduce>>().toEqualTypeOf<"Unheard">();
  // What is no op of a module is not asked for.
  expectTypeOf<keyof Table<{ readonly helper: () => number }>>().toEqualTypeOf<never>();
});

test("an op of a user's own has no instruction, whatever it is called", () => {
  const f = compile((x: Tensor) => [
    x.exp(),
    defineOp({ name: "Exp", forward: (out) => out.data.fill(7), vjp: () => [], jvp: () => tensor(0) })(x),
  ]);
  expect(f(tensor([0, 0])).map((x) => x.toArray())).toEqual([
    [1, 1],
    [7, 7],
  ]);
});

test("ops are called as they are exported, which is how the tables call them", () => {
  for (const family of [elementwiseOps, fuse, linalgOps, movementOps, reduceOps])
    for (const [name, op] of opsOf(family)) expect(op.name).toBe(name);
});
