import { checkFunction, describe, GradtapeError } from "../errors.js";
import { fold } from "../passes/fold.js";
import { prune } from "../passes/prune.js";
import { share } from "../passes/share.js";
import { simplify } from "../passes/simplify.js";
import { recording, type Tape, withSealed } from "../tape.js";
import { asTensor, isNumericArray, Tensor, type TensorLike } from "../tensor.js";
import { tapeOf, trace } from "../transforms/trace.js";
import { type Flat, flatten } from "../tree.js";
import { Program, type ProgramMemory } from "./program.js";

/** How many programs a compiled function keeps: one for each set of input shapes. The one not used for longest goes. */
const KEPT = 16;

/** A function that replays its recorded tape. */
export type Compiled<F> = F & {
  /** The tape of the last call's program, after all passes, with the values of that call: recorded again when asked for. */
  readonly tape: Tape;
  /** What that program needs, in bytes. */
  readonly memory: ProgramMemory;
  /** The listing of that program: one line an instruction. */
  toString(): string;
  /** Lets go of all programs and their buffers. The next call records anew. */
  dispose(): void;
};

interface Entry {
  readonly program: Program;
  readonly rebuildOutput: Flat["rebuild"];
  /** The tape again, for the inputs of the last call. A program does not keep the values that it was recorded with. */
  readonly tape: (inputs: readonly Tensor[]) => Tape;
}

/**
 * Records f once for each set of input shapes, and replays the program from then on: the same signature and the same
 * results, without running f again. Made for the function that runs a thousand times, above all `valueAndGrad(loss)`.
 *
 * What f does beside tensor operations is frozen when it is recorded: conditions, loops, random numbers, and arguments
 * that are not tensors (these are part of what a program is kept by, so another number means another recording; pass as
 * a tensor what changes from call to call). Reading a value that depends on an input (`item()`, `data`, `toArray()`) while
 * f is recorded is a `GradtapeError`.
 *
 * Inside another transform a compiled function is the function itself, and can be differentiated.
 *
 * @typeParam F - The type of f, which the result keeps.
 * @param f - Any function of tensors and trees of tensors, such as `grad(loss)`, `hessian(loss)` or a model.
 *
 * @example
 * ```ts
 * const step = compile(valueAndGrad((w: Tensor, x: Tensor) => w.mul(x).sum().square()));
 * const [value, gradient] = step(tensor([1, 2]), tensor([3, 4]));
 * value.item(); // 121
 * gradient.toArray(); // [66, 88]
 * step.tape.nodes.length; // 5
 * ```
 */
export function compile<F extends (...args: never[]) => unknown>(f: F): Compiled<F> {
  checkFunction("compile", f);
  const programs = new Map<string, Entry>();
  let last: { readonly entry: Entry; readonly inputs: readonly Tensor[] } | undefined;

  const call = (...args: unknown[]): unknown => {
    if (recording !== undefined) return f(...(args as never[]));
    const { inputs, key, rebuild } = separate(args);
    let entry = programs.get(key);
    if (entry === undefined) {
      entry = build(f, inputs, rebuild);
      if (programs.size >= KEPT) programs.delete(programs.keys().next().value as string);
    } else programs.delete(key); // to put it behind the others
    programs.set(key, entry);
    last = { entry, inputs };
    return entry.rebuildOutput(entry.program.run(inputs));
  };
  const current = (): NonNullable<typeof last> => {
    if (last === undefined) throw new GradtapeError("compile: there is no program yet; call the compiled function first");
    return last;
  };
  return Object.defineProperties(call, {
    tape: { get: () => current().entry.tape(current().inputs) },
    memory: { get: () => current().entry.program.memory },
    toString: { value: () => (last === undefined ? "a compiled function that was not called yet" : String(last.entry.program)) },
    dispose: {
      value: () => {
        programs.clear();
        last = undefined;
      },
    },
  }) as unknown as Compiled<F>;
}

function build(f: (...args: never[]) => unknown, inputs: readonly Tensor[], rebuild: (leaves: readonly Tensor[]) => unknown[]): Entry {
  const ofLeaves = (leaves: readonly Tensor[]): unknown => f(...(rebuild(leaves) as never[]));
  const recordAgain = (at: readonly Tensor[]): { tape: Tape; output: Flat } => {
    const flat = flatten("compile", "the inputs", { inputs: [...at] });
    const segment = withSealed(at.length, () =>
      trace("compile", (({ inputs: leaves }: { inputs: Tensor[] }) => ofLeaves(leaves)) as never, [flat]),
    );
    return { tape: prune(share(simplify(fold(tapeOf(segment))))), output: segment.output };
  };
  const { tape, output } = recordAgain(inputs);
  return { program: new Program(tape), rebuildOutput: output.rebuild, tape: (at) => recordAgain(at).tape };
}

/**
 * Tells what varies from what is frozen: tensors, and arrays of numbers, are inputs; everything else is part of the key.
 */
function separate(args: readonly unknown[]): { inputs: Tensor[]; key: string; rebuild: (leaves: readonly Tensor[]) => unknown[] } {
  const inputs: Tensor[] = [];
  let key = "";
  type Build = (leaves: readonly Tensor[]) => unknown;
  const walk = (value: unknown): Build => {
    const isNumbers =
      isNumericArray(value) || (Array.isArray(value) && value.length > 0 && typeof value.flat(Number.POSITIVE_INFINITY)[0] === "number");
    if (value instanceof Tensor || isNumbers) {
      const at = inputs.length;
      const x = asTensor("compile", value as TensorLike);
      inputs.push(x);
      key += `[${x.shape}]${JSON.stringify(x.label ?? "")}`;
      return (leaves) => leaves[at];
    }
    if (Array.isArray(value)) {
      key += "(";
      const parts = value.map(walk);
      key += ")";
      return (leaves) => parts.map((part) => part(leaves));
    }
    if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      key += "{";
      const parts = Object.entries(value).map(([name, child]) => {
        key += `${JSON.stringify(name)}:`;
        return [name, walk(child)] as const;
      });
      key += "}";
      return (leaves) => Object.fromEntries(parts.map(([name, part]) => [name, part(leaves)]));
    }
    key += frozen(value);
    return () => value;
  };
  const builds = args.map((arg) => {
    const build = walk(arg);
    key += ";";
    return build;
  });
  return { inputs, key, rebuild: (leaves) => builds.map((build) => build(leaves)) };
}

/** What is not a tensor becomes part of the key: numbers and the like by value. Anything else cannot be told apart reliably. */
function frozen(value: unknown): string {
  if (value === null || ["number", "string", "boolean", "undefined", "bigint"].includes(typeof value)) {
    return typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value);
  }
  throw new TypeError(
    `compile: expected tensors, numbers, strings, or arrays and plain objects of them as arguments, got ${describe(value)}`,
  );
}
