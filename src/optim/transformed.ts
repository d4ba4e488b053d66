import type { Compiled } from "../compile/compile.js";

type AnyFunction = (...args: never[]) => unknown;

/** `transform(f)`, compiled if f is: under this key, for all who ask for the same. */
export function transformed<F extends AnyFunction, G extends AnyFunction>(f: F, key: string, transform: (f: F) => G): G {
  const { transformed: compiled } = f as unknown as Partial<Compiled<F>>;
  return compiled === undefined ? transform(f) : compiled(key, transform);
}
