import { alignColumns } from "../format.js";
import type { Kernel, NdArray } from "../kernels/kernel.js";
import { isElementwise } from "../ops/op.js";
import { formatShape, type Shape } from "../shape.js";
import type { Tape } from "../tape.js";
import { Tensor } from "../tensor.js";
import { planBuffers } from "./plan.js";

/** What a program needs to run, in bytes. */
export interface ProgramMemory {
  /** The buffers of all values that the program computes. */
  readonly buffers: number;
  /** What these would take if none were used twice. */
  readonly withoutReuse: number;
}

/** An array whose numbers are put in at each call. */
interface Operand extends NdArray {
  data: Float64Array;
}

interface Instruction {
  readonly kernel: Kernel<unknown>;
  readonly out: Operand;
  readonly inputs: readonly Operand[];
  readonly attributes: unknown;
  /** Kernels that do not write every place expect zeros. */
  readonly clear: boolean;
}

/**
 * A tape as a list of instructions over buffers that are kept between calls: kernel, operands, attributes. To run it is
 * to call one kernel after the other. Nothing is traced and nothing is allocated but the results.
 */
export class Program {
  readonly memory: ProgramMemory;

  private readonly instructions: Instruction[] = [];
  /** For each input of the call, the operands that read it. */
  private readonly inputs: Operand[][];
  private readonly outputs: { readonly operand: Operand; readonly input: number }[];
  private readonly lines: string[][] = [];

  constructor(tape: Tape) {
    const { buffers, bufferOf } = planBuffers(tape);
    const arrays = buffers.map((size) => new Float64Array(size));
    this.inputs = tape.inputs.map(() => []);
    const inputOf = new Map(tape.inputs.map((x, i) => [x, i]));

    // Where a value's numbers are: a buffer, an input of the call, or a constant. A reshaped one is where its source is.
    const places = new Map<Tensor, { readonly name: string; readonly input: number; readonly data: Float64Array }>();
    const placeOf = (x: Tensor): { readonly name: string; readonly input: number; readonly data: Float64Array } => {
      const known = places.get(x);
      if (known !== undefined) return known;
      const input = inputOf.get(x) ?? -1;
      const place = {
        name: input >= 0 ? (x.label ?? `input${input + 1}`) : x.size === 1 ? String(x.data[0]) : `constant${formatShape(x.shape)}`,
        input,
        data: x.data,
      };
      places.set(x, place);
      return place;
    };
    const operand = (x: Tensor): Operand => {
      const place = placeOf(x);
      const result = { shape: x.shape, data: place.data };
      if (place.input >= 0) this.inputs[place.input].push(result);
      return result;
    };
    for (const { op, inputs, output, attributes } of tape.nodes) {
      if (op.kernel === null) {
        places.set(output, placeOf(inputs[0]));
        continue;
      }
      const buffer = bufferOf.get(output) as number;
      const read = inputs.map(operand);
      const names = inputs.map((x) => placeOf(x).name);
      places.set(output, { name: `b${buffer}`, input: -1, data: arrays[buffer] });
      this.instructions.push({ kernel: op.kernel, out: operand(output), inputs: read, attributes, clear: !isElementwise(op) });
      this.lines.push([
        String(this.lines.length + 1),
        `b${buffer}`,
        `${op.name}(${names.join(", ")})`,
        formatShape(output.shape),
        output.label ?? "",
      ]);
    }
    this.outputs = tape.outputs.map((x) => ({ operand: operand(x), input: placeOf(x).input }));
    const bytes = (sizes: readonly number[]): number => 8 * sizes.reduce((a, b) => a + b, 0);
    this.memory = {
      buffers: bytes(buffers),
      withoutReuse: bytes(tape.nodes.filter(({ op }) => op.kernel !== null).map(({ output }) => output.size)),
    };
  }

  run(inputs: readonly Tensor[]): Tensor[] {
    this.inputs.forEach((operands, i) => {
      const { data } = inputs[i];
      for (const operand of operands) operand.data = data;
    });
    for (const { kernel, out, inputs: operands, attributes, clear } of this.instructions) {
      if (clear) out.data.fill(0);
      kernel(out, operands, attributes);
    }
    return this.outputs.map(({ operand: { shape, data }, input }) =>
      Tensor.wrap(shape as Shape, input >= 0 ? data : Float64Array.from(data)),
    );
  }

  /** One line an instruction: the buffer that it writes, the op with its operands, the shape, the label. */
  toString(): string {
    const { buffers, withoutReuse } = this.memory;
    return `${alignColumns(this.lines)}\n${this.lines.length} instructions, ${buffers} bytes of buffers (${withoutReuse} without reuse)`;
  }
}
