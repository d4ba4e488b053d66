import { firstFree, letters, machineCode } from "./machine-code.js";
import type { CallKernel } from "./team.js";

// The package is type-checked without the browser's or Node's names; this one is in both.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};

/** The machine over a memory of its own. */
export interface Machine {
  readonly buffer: ArrayBuffer;
  /** Runs the words from one address up to another; outside of regions `row` is 0 and `rows` is 1. */
  readonly run: (at: number, end: number, row: number, rows: number) => void;
  /** The function `run` of a module that works on the same memory and calls the machine; `undefined` where it may not be compiled. */
  readonly start: (module: Uint8Array) => (() => void) | undefined;
}

export { firstFree };

const PAGE = 65_536;
const MOST_PAGES = 65_536;

/** The machine as compiled code, once somebody has asked for it: what is compiled never changes. `null` where it cannot be. */
let compiled: object | null | undefined;

function compileMachine(): object | null {
  try {
    compiled ??= new WebAssembly.Module(machineBytes());
  } catch {
    compiled = null; // no WebAssembly, no SIMD, or not allowed: the kernels do the work
  }
  return compiled;
}

/** The machine's code. A first call waits for it: so it is read character by character. */
export function machineBytes(): Uint8Array {
  const whole: (number | undefined)[] = [];
  for (const letter in letters) whole[letter.charCodeAt(0)] = Number.parseInt(letters[letter], 16);
  const bytes = new Uint8Array(machineCode.length);
  let count = 0;
  for (let i = 0; i < machineCode.length; i++) {
    const code = machineCode.charCodeAt(i);
    bytes[count++] = whole[code] ?? 16 * digit(code) + digit(machineCode.charCodeAt(++i));
  }
  return bytes.slice(0, count);
}

/** A hexadecimal digit, by the code of its character. */
const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);

/** Whether the machine can be had here at all. */
export const hasMachine = (): boolean => compileMachine() !== null;

/**
 * The machine with a memory of so many bytes, and what calls a kernel by its number; `undefined` where there is no WebAssembly with
 * SIMD, where a security policy forbids it, or where its memory cannot be had.
 */
export function startMachine(bytes: number, call: CallKernel): Machine | undefined {
  const module = compileMachine();
  const pages = Math.ceil(bytes / PAGE);
  if (module === null || pages > MOST_PAGES) return undefined;
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const env = { memory };
    const machine = new WebAssembly.Instance(module, { env, math: Math, host: { call } }).exports as Pick<Machine, "run">;
    const start = (code: Uint8Array): (() => void) | undefined => {
      try {
        return (new WebAssembly.Instance(new WebAssembly.Module(code), { env, machine }).exports as { run: () => void }).run;
      } catch {
        return undefined;
      }
    };
    return { buffer: memory.buffer, run: machine.run, start };
  } catch {
    // Each memory reserves some 10 GB of addresses, which a limit, or thousands of programs before this one, may leave no room for.
    return undefined;
  }
}
