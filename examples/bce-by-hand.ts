// The gradient of binary cross entropy for one sample, by the tape and by hand: npx tsx examples/bce-by-hand.ts
// The numbers in parentheses are the equations of the derivation.
import { grad, record, type Tensor, tensor } from "gradtape";

const x = tensor([1, 2, -1, 0.5]).named("X"); // the leading 1 stands for the intercept
const W = tensor([0.2, 0.4, 0.3, -0.6]).named("W");
const y = 1; // the class that was observed

/**
 * The loss in steps that are as small as they get. Every quantity on the way goes through `visit`, which may name it, or
 * put something else in its place.
 */
function loss(W: Tensor, visit: (name: string, value: Tensor) => Tensor): Tensor {
  const z = visit("z", W.matmul(x)); // (3)
  const p = visit("ŷ", z.sigmoid()); // (2)
  const one = visit("y log ŷ", visit("log ŷ", p.log()).mul(y));
  const zero = visit("(1−y) log(1−ŷ)", visit("log(1−ŷ)", visit("1−ŷ", p.rsub(1)).log()).mul(1 - y));
  return visit("L", visit("sum", one.add(zero)).neg()); // (1)
}

// Forward: every operation appends one node to the tape.
const tape = record((W: Tensor) => loss(W, (name, value) => value.named(name)), W);

// Backward: the cotangent of a node says how fast L grows if that one number is nudged, so that is how to ask for it.
// The engine needs no nudges. It walks the tape once, from the last line to the first, and finds all of them.
const cotangent = (node: string): number =>
  grad((nudge: Tensor) => loss(W, (name, value) => (name === node ? value.add(nudge) : value)))(0).item();

const show = (value: number): string => value.toFixed(6).padStart(10);
const showAll = (values: Iterable<number>): string => [...values].map(show).join("");

console.log(`One sample: X = [${x.data.join(", ")}], y = ${y}, W = [${W.data.join(", ")}]\n`);
console.log("The tape. Read the values downwards, the cotangents ∂L/∂(node) upwards.\n");
console.log(`    ${"node".padEnd(16)}${"op".padEnd(10)}     value  cotangent`);
tape.nodes.forEach(({ op, output }, i) => {
  const name = output.label ?? "";
  console.log(`${String(i + 1).padStart(2)}  ${name.padEnd(16)}${op.name.padEnd(10)}${show(output.item())} ${show(cotangent(name))}`);
});

console.log("\nOn the way up each op multiplies by its own derivative: Neg by −1, Mul by y, Log by 1/ŷ, Sigmoid by ŷ(1 − ŷ).");

// The chain rule, (4): ∂L/∂W = ∂L/∂ŷ · ∂ŷ/∂z · ∂z/∂W, each factor from the engine and as the derivation has it.
const z = W.matmul(x).item();
const p = 1 / (1 + Math.exp(-z));
const first = cotangent("ŷ");
const second = grad((z: Tensor) => z.sigmoid())(z).item();
const third = grad((W: Tensor) => W.matmul(x))(W);

console.log("\nThe three factors of (4)\n");
console.log(`  (5)   ∂L/∂ŷ   by the engine${show(first)}   (ŷ − y)/(ŷ(1 − ŷ)) =${show((p - y) / (p * (1 - p)))}`);
console.log(`  (10)  ∂ŷ/∂z   by the engine${show(second)}   ŷ(1 − ŷ)           =${show(p * (1 - p))}`);
console.log(`  (11)  ∂z/∂W   by the engine${showAll(third.data)}   = X`);

const product = third.mul(first * second);
const byHand = x.mul(p - y);
const byEngine = grad((W: Tensor) => loss(W, (_, value) => value))(W);

console.log("\nTheir product, and what is left of it after canceling, (12)\n");
console.log(`  (5)·(10)·(11)        ${showAll(product.data)}`);
console.log(`  (ŷ − y) X            ${showAll(byHand.data)}`);
console.log(`  grad of the whole    ${showAll(byEngine.data)}`);
console.log(`\n  Largest difference between the last two: ${byEngine.sub(byHand).abs().max().item().toExponential(1)}`);
