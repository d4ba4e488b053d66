import { grad, type Tensor } from "gradtape";
import { expect, test, vi } from "vitest";

// Answers to the exercises of docs/learn/2-a-tape-in-60-lines.md. The example prints while it is imported.
const quiet = vi.spyOn(console, "log").mockImplementation(() => {});
const { Add, Log, Mul, Neg, Sigmoid, Tape } = await import("../../examples/tape-in-60-lines.js");
quiet.mockRestore();
type Op = typeof Add;

const Exp: Op = { name: "Exp", value: Math.exp, slopes: (e) => [e] };
const Div: Op = { name: "Div", value: (x, y) => x / y, slopes: (q, _, y) => [1 / y, -q / y] };

// With e = eˣ the slope of Exp is its output e, and those of x/y are 1/y and −x/y² = −q/y with the output q. The four nodes
// Neg, Exp, Add and Div multiply to the same σ(1 − σ) as the one.
test("2.1 the sigmoid spelled out with Exp and Div has the same gradient as the op", () => {
  for (const at of [-3, 0, 0.2, 5]) {
    const tape = new Tape();
    const [z, one] = [tape.input(at), tape.input(1)];
    const spelledOut = tape.apply(Div, one, tape.apply(Add, one, tape.apply(Exp, tape.apply(Neg, z))));
    const whole = tape.apply(Sigmoid, z);
    expect(tape.nodes[spelledOut].value).toBeCloseTo(tape.nodes[whole].value, 15);
    expect(tape.gradient(spelledOut)[z]).toBeCloseTo(tape.gradient(whole)[z], 15);
    expect(tape.gradient(whole)[z]).toBeCloseTo(grad((t: Tensor) => t.sigmoid())(at).item(), 15);
  }
});

/** The sweep with = where += stands: the last path wins. */
function overwriting(tape: InstanceType<typeof Tape>, output: number): number[] {
  const cotangents: number[] = tape.nodes.map((_, i) => (i === output ? 1 : 0));
  for (let i = output; i >= 0; i--) {
    const { op, inputs, value } = tape.nodes[i];
    if (op === undefined) continue; // an input has nothing to pass on
    const slopes = op.slopes(value, ...tape.values(inputs));
    for (let k = 0; k < inputs.length; k++) cotangents[inputs[k]] = cotangents[i] * slopes[k];
  }
  return cotangents;
}

// With = a later contribution replaces the one before it instead of being added. That is right as long as each value is used
// once, in a chain or a tree; x·x uses x twice and keeps one half of its gradient.
test("2.2 without += the gradient is right only where each value is used once: x·x loses a path", () => {
  const once = new Tape();
  const a = once.input(3);
  const chain = once.apply(Log, once.apply(Sigmoid, a));
  expect(overwriting(once, chain)).toEqual(once.gradient(chain));

  const twice = new Tape();
  const x = twice.input(3);
  const square = twice.apply(Mul, x, x);
  expect(twice.gradient(square)[x]).toBe(6);
  expect(overwriting(twice, square)[x]).toBe(3);
});

/** How fast each node grows with one input. */
function forwards(tape: InstanceType<typeof Tape>, input: number): number[] {
  const tangents = tape.nodes.map(() => 0);
  tangents[input] = 1;
  for (let i = 0; i < tape.nodes.length; i++) {
    const { op, inputs, value } = tape.nodes[i];
    if (op === undefined) continue; // an input grows with itself alone
    const slopes = op.slopes(value, ...tape.values(inputs));
    for (let k = 0; k < inputs.length; k++) tangents[i] += slopes[k] * tangents[inputs[k]];
  }
  return tangents;
}

// A walk forwards starts with 1 at one input and gives how fast every node grows with that input: forward mode. The gradient
// with respect to n inputs takes n walks, while one sweep backwards gives all n for one output.
test("2.3 a walk forwards gives how fast every node grows with one input, so the gradient takes one walk an input", () => {
  const tape = new Tape();
  const inputs = [0.5, -1, 2].map((value) => tape.input(value));
  const product = tape.apply(Mul, tape.apply(Mul, inputs[0], inputs[1]), tape.apply(Sigmoid, inputs[2]));
  const output = tape.apply(Add, product, inputs[0]);
  const gradient = tape.gradient(output); // one sweep for all three
  for (const input of inputs) expect(forwards(tape, input)[output]).toBeCloseTo(gradient[input], 15);
});
