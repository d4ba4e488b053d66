// Reverse-mode differentiation of single numbers, whole and without an import: npx tsx examples/tape-in-60-lines.ts

/** What can be differentiated: how to compute it, and its derivative with respect to each input. */
export interface Op {
  name: string;
  value: (...inputs: number[]) => number;
  slopes: (output: number, ...inputs: number[]) => number[];
}
export const Neg: Op = { name: "Neg", value: (x) => -x, slopes: () => [-1] };
export const Add: Op = { name: "Add", value: (x, y) => x + y, slopes: () => [1, 1] };
export const Sub: Op = { name: "Sub", value: (x, y) => x - y, slopes: () => [1, -1] };
export const Mul: Op = { name: "Mul", value: (x, y) => x * y, slopes: (_output, x, y) => [y, x] };
export const Log: Op = { name: "Log", value: Math.log, slopes: (_output, x) => [1 / x] };
export const Sigmoid: Op = { name: "Sigmoid", value: (z) => 1 / (1 + Math.exp(-z)), slopes: (s) => [s * (1 - s)] };

/** A list of what was computed. Each number is known by its place in the list. */
export class Tape {
  readonly nodes: { op?: Op; inputs: number[]; value: number }[] = [];

  input(value: number): number {
    this.nodes.push({ inputs: [], value });
    return this.nodes.length - 1; // its place
  }
  apply(op: Op, ...inputs: number[]): number {
    this.nodes.push({ op, inputs, value: op.value(...this.values(inputs)) });
    return this.nodes.length - 1;
  }
  values(places: number[]): number[] {
    return places.map((place) => this.nodes[place].value);
  }
  /** Goes backwards from the output: each node passes its own cotangent on to its inputs, times its slopes. */
  gradient(output: number): number[] {
    const cotangents = this.nodes.map(() => 0);
    cotangents[output] = 1;
    for (let i = output; i >= 0; i--) {
      const { op, inputs, value } = this.nodes[i];
      if (op === undefined) continue; // an input has nothing to pass on
      const slopes = op.slopes(value, ...this.values(inputs));
      for (let k = 0; k < inputs.length; k++) cotangents[inputs[k]] += cotangents[i] * slopes[k];
    }
    return cotangents;
  }
}

const tape = new Tape();
const [x0, x1, w0, w1, y, one] = [1, 0.3, 0.5, -1, 1, 1].map((value) => tape.input(value));
const z = tape.apply(Add, tape.apply(Mul, w0, x0), tape.apply(Mul, w1, x1));
const ŷ = tape.apply(Sigmoid, z);
const hit = tape.apply(Mul, y, tape.apply(Log, ŷ));
const miss = tape.apply(Mul, tape.apply(Sub, one, y), tape.apply(Log, tape.apply(Sub, one, ŷ)));
const loss = tape.apply(Neg, tape.apply(Add, hit, miss));
const cotangents = tape.gradient(loss);
for (let i = 0; i < tape.nodes.length; i++) {
  const { op, inputs, value } = tape.nodes[i];
  const what = op === undefined ? "input" : `${op.name}(${inputs.join(", ")})`;
  console.log(`${String(i).padStart(2)}  ${what.padEnd(12)} ${value.toFixed(6).padStart(9)}   ∂ ${cotangents[i].toFixed(6).padStart(9)}`);
}
const error = tape.nodes[ŷ].value - 1;
console.log("from the tape", cotangents[w0].toFixed(12), cotangents[w1].toFixed(12));
console.log("(ŷ − y)x     ", (error * 1).toFixed(12), (error * 0.3).toFixed(12));
