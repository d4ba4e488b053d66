import type { About, Term, Terms } from "./term.js";

/** A formula as it is written, for reading by a program: a number, a variable, or a function with its arguments. */
export type Tree = number | string | TreeCall;
export interface TreeCall extends ReadonlyArray<Tree> {
  readonly 0: string;
}

/** What an op or a function says about its terms. Whatever is not here is a function like any other. */
const FORMS: Readonly<Record<string, ((terms: Terms, ...args: Term[]) => Term) | undefined>> = {
  neg: (terms, x) => terms.scale(x, -1),
  add: (terms, x, y) => terms.add(x, y),
  sub: (terms, x, y) => terms.sub(x, y),
  mul: (terms, x, y) => terms.mul(x, y),
  div: (terms, x, y) =>
    terms.product([
      [x, 1],
      [y, -1],
    ]),
  square: (terms, x) => terms.power(x, 2),
  reciprocal: (terms, x) => terms.power(x, -1),
  sqrt: (terms, x) => terms.power(x, 0.5),
  pow: (terms, x, y) => (y.kind === "number" ? terms.power(x, y.value) : terms.call("pow", [x, y])),
  expm1: (terms, x) => terms.sub(terms.call("exp", [x]), terms.number(1)),
  log1p: (terms, x) => terms.call("log", [terms.add(terms.number(1), x)]),
  silu: (terms, x) => terms.mul(x, terms.call("sigmoid", [x])),
  sigmoidSlope: (terms, x) => terms.mul(terms.call("sigmoid", [x]), terms.call("sigmoid", [terms.scale(x, -1)])),
  tanhSlope: (terms, x) => terms.call("sechSquared", [x]),
  softplus: (terms, x) => terms.call("log", [terms.add(terms.number(1), terms.call("exp", [x]))]),
};

/** The term of a function of terms; `key` and `op` tell apart what its name and arguments do not. */
export function applied(terms: Terms, name: string, args: readonly Term[], more?: About): Term {
  const form = FORMS[name];
  return form === undefined ? terms.call(name, args, more) : form(terms, ...args);
}

/** The term of a tree. */
export function termOf(tree: Tree, terms: Terms, variable: (name: string) => Term): Term {
  if (typeof tree === "number") return terms.number(tree);
  if (typeof tree === "string") return variable(tree);
  const { name, args } = callOf(tree);
  return applied(
    terms,
    name,
    args.map((arg) => termOf(arg, terms, variable)),
  );
}

/** The function and the arguments of a tree that is a call. */
export const callOf = ([name, ...args]: TreeCall): { readonly name: string; readonly args: readonly Tree[] } => ({
  name: name as string,
  args,
});
