import { checkFunction, describe, GradtapeError } from "../base/errors.js";
import { checkOptions, type Known } from "../base/options.js";
import { evaluate } from "../passes/evaluate.js";
import { tidy } from "../passes/tidy.js";
import { COMPILE } from "../tape/hollow.js";
import { Notes } from "../tape/notes.js";
import { Tape } from "../tape/tape.js";
import { recording } from "../tape/under-way.js";
import { watcher } from "../tape/watcher.js";
import { Tensor } from "../tensor/tensor.js";
import { type Flat, flatten } from "../tensor/tree.js";
import { tapeOf } from "../transforms/record.js";
import { trace } from "../transforms/trace.js";
import { argumentsOf, matchAll, type Pattern, patternsOf } from "./arguments.js";
import { ready } from "./assemble.js";
import { type Backend, Program, type ProgramMemory } from "./program.js";

// The package is type-checked without the browser's or Node's names; this one is in both.
declare const console: { readonly warn: (message: string) => void };

/** How many programs a compiled function keeps: one for each set of input shapes. The one not used for longest goes. */
const KEPT = 16;

/** A function that replays its recorded tape. */
export type Compiled<F> = F & {
  /**
   * The tape of the last call's program, after all passes but the last, which fuses ops: recorded again when asked for, with the
   * values of that call. Inputs are called as `record` calls them; of cotangents it has those that are outputs.
   */
  readonly tape: Tape;
  /** What that program needs, in bytes. */
  readonly memory: ProgramMemory;
  /** What it runs on. */
  readonly backend: Backend;
  /** The listing of that program: one line an instruction. */
  toString(): string;
  /** Lets go of all programs and their buffers. The next call records anew. */
  dispose(): void;
  /**
   * @internal The compiled `transform(f)`, with the same settings. It is made once for each key and goes with the programs: for
   * those who call a function that came to them compiled in order to differentiate it, as `minimize` does.
   */
  transformed<G extends (...args: never[]) => unknown>(key: string, transform: (f: F) => G): G;
};

/** Settings of {@link compile}. */
export interface CompileOptions {
  /**
   * What runs the program: `"wasm"`, a small machine in WebAssembly with SIMD, or `"js"`, the TypeScript kernels. Where
   * WebAssembly with SIMD is missing or forbidden, the kernels run it in any case.
   */
  readonly backend?: Backend;
}

const OPTIONS: Known<CompileOptions> = { backend: true };

interface Entry {
  readonly patterns: readonly Pattern[];
  readonly program: Program;
  readonly rebuildOutput: Flat["rebuild"];
  /** The tape again, with the numbers that it computes from these inputs. A program keeps none. */
  readonly tape: (inputs: readonly Tensor[]) => Tape;
}

/**
 * Records f once for each set of input shapes, and replays the program from then on: the same signature and the same
 * results up to the last digits, without running f again. Made for the function that runs a thousand times, above all `valueAndGrad(loss)`.
 *
 * What f does beside tensor operations is frozen when it is recorded: conditions, loops, random numbers, tensors that it takes from
 * variables outside, numbers and text that it returns, and arguments that are not tensors (these are part of what a program is kept by, so
 * another number means another recording). Pass as a tensor what changes from call to call, and return what the next call is to have.
 * Reading a value that depends on an input (`item()`, `data`, `toArray()`) while f is recorded is a `GradtapeError`.
 *
 * Programs are kept for the last 16 sets of shapes; one warning on the console says so when more are called in turn.
 *
 * Arrays of numbers, nested or typed, are tensors for f. A number comes as it is: in the place of a tensor write `tensor(1)`,
 * unless f is a `grad(loss)` or the like that makes one of it.
 *
 * Inside another transform a compiled function is the function itself, and can be differentiated; inside `requireFinite` it is,
 * too, so that each op is checked. So compile what is outermost: `compile(valueAndGrad(loss))` replays both passes, while
 * `valueAndGrad(compile(loss))` runs loss itself at each call and gains nothing. Only {@link minimize}, which is no transform but
 * calls one many times, runs `minimize(compile(loss), …)` on the compiled value and gradient.
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
export function compile<F extends (...args: never[]) => unknown>(f: F, options?: CompileOptions): Compiled<F> {
  checkFunction("compile", f);
  const { backend } = checkOptions("compile", options, OPTIONS);
  if (backend !== undefined && backend !== "wasm" && backend !== "js")
    throw new TypeError(`compile: expected "wasm" or "js" as the backend, got ${describe(backend)}`);
  /** The one used last comes first. */
  const programs: Entry[] = [];
  let transforms: Record<string, Compiled<(...args: never[]) => unknown>> = {};
  let last: { readonly entry: Entry; readonly inputs: readonly Tensor[] } | undefined;
  /** How many programs had to go for others. */
  let dropped = 0;

  const find = (args: readonly unknown[]): { entry: Entry; inputs: readonly Tensor[] } => {
    for (let i = 0; i < programs.length; i++) {
      const inputs = matchAll(programs[i].patterns, args);
      if (inputs === undefined) continue;
      if (i > 0) programs.unshift(...programs.splice(i, 1));
      return { entry: programs[0], inputs };
    }
    const patterns = patternsOf(args);
    const inputs = matchAll(patterns, args) as Tensor[];
    programs.unshift(build(f, patterns, inputs, backend));
    if (programs.length > KEPT) {
      programs.pop();
      if (++dropped === KEPT) warn(tooManyShapes(f.name));
    }
    return { entry: programs[0], inputs };
  };
  const call = (...args: unknown[]): unknown => {
    if (recording !== undefined || watcher !== undefined) return f(...(args as never[]));
    last = find(args);
    return last.entry.rebuildOutput(last.entry.program.run(last.inputs));
  };
  const current = (): NonNullable<typeof last> => {
    if (last === undefined) throw new GradtapeError("compile: there is no program yet; call the compiled function first");
    return last;
  };
  return Object.defineProperties(call, {
    name: { value: f.name === "" ? "compiled" : `compiled ${f.name}` },
    tape: { get: () => current().entry.tape(current().inputs) },
    memory: { get: () => current().entry.program.memory },
    backend: { get: () => current().entry.program.backend },
    toString: { value: () => (last === undefined ? "a compiled function that was not called yet" : String(last.entry.program)) },
    dispose: {
      value: () => {
        programs.length = 0;
        last = undefined;
        transforms = {};
      },
    },
    transformed: {
      value: (key: string, transform: (of: F) => (...args: never[]) => unknown) => (transforms[key] ??= compile(transform(f), options)),
    },
  }) as unknown as Compiled<F>;
}

/** Every engine has a console, but the language does not promise one. */
const warn = (text: string): void => (globalThis as { readonly console?: { warn(text: string): void } }).console?.warn(text);

/** Said once, when as many programs were dropped as are kept: by then, to record costs more than is ever gained. */
const tooManyShapes = (name: string): string =>
  `compile: ${name || "the function"} was recorded ${2 * KEPT} times, for more shapes or plain numbers in turn than the ${KEPT} programs that are kept, ` +
  "and a call of one that was dropped records anew. Pad inputs to fewer shapes, pass as a tensor what changes from call to call, or compile a function for each";

function build(
  f: (...args: never[]) => unknown,
  patterns: readonly Pattern[],
  inputs: readonly Tensor[],
  backend: Backend | undefined,
): Entry {
  const hollow = flatten("compile", "the inputs", { leaves: inputs.map(({ shape }) => Tensor.wrap(shape, COMPILE)) });
  const ofLeaves = ({ leaves }: { leaves: readonly Tensor[] }): unknown => f(...(argumentsOf(patterns, leaves) as never[]));
  const recordOnce = (notes?: Notes): { tape: Tape; output: Flat } => {
    const segment = trace("compile", ofLeaves as never, [hollow], notes, "keep");
    // Somebody inside f wants to see the numbers of each op.
    if (segment.recording.hasUnseen) ofLeaves({ leaves: inputs });
    return { tape: tidied(tapeOf(segment)), output: segment.output };
  };
  const { tape, output } = recordOnce();
  // What f returned as a number, or as something else than a tensor, is the same in every call.
  return {
    patterns,
    program: new Program(ready(tape), backend),
    rebuildOutput: (values) => output.rebuild(values.map((x, i) => (output.numbers.has(i) ? (x as Tensor).item() : x))),
    tape: (at) => evaluate(recordOnce(new Notes()).tape, at),
  };
}

/** The tape after the passes, which do not follow cotangents; those are kept that an output is, so that one knows which it is. */
function tidied(tape: Tape): Tape {
  const tidier = tidy(tape);
  const cotangents = new Map<Tensor, Tensor>();
  for (const x of tape.inputs) {
    const at = tape.outputs.indexOf(tape.cotangents.get(x) as Tensor);
    if (at >= 0) cotangents.set(x, tidier.outputs[at]);
  }
  return Tape.of(tidier.columns, cotangents, tape.outputPaths);
}
