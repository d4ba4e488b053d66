import type { Place } from "./place.js";

/** Where an error about a node points (start, end), and the stretch that it covers (from, to), which for an operator is longer. */
export interface Span extends Pick<Place, "start" | "end"> {
  readonly from: number;
  readonly to: number;
}

/** How a node was written, where that decides what may stand beside it. */
interface Manner {
  /** It stands in parentheses or bars. */
  readonly grouped?: boolean;
  /** A function or root whose argument stands without parentheses, as in sin x. */
  readonly bare?: boolean;
  /** The name before an argument, as in axis=0. */
  readonly option?: string;
  /** The index below a sum sign. */
  readonly index?: string;
}

/** A formula as a tree. Its nodes point to places in the text: an operator to its sign, a call to the function's name. */
export type Expression = Span &
  Manner &
  (
    | { readonly kind: "literal"; readonly value: number | boolean | null }
    | { readonly kind: "variable"; readonly name: string }
    | { readonly kind: "hole"; readonly index: number }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | {
        readonly kind: "call";
        /** What is called: a function of the library, or what a hole holds. */
        readonly name?: string;
        readonly callee?: Hole;
        readonly args: readonly Expression[];
        /** Whether the text has a sign for it, or nothing, as between factors. */
        readonly operator: boolean;
      }
  );

export type Hole = Extract<Expression, { kind: "hole" }>;
export type Call = Extract<Expression, { kind: "call" }>;

/** The nodes right below one. */
export const below = (node: Expression): readonly Expression[] =>
  node.kind === "list" ? node.items : node.kind === "call" ? node.args : [];

/** The nodes of a tree, each after those below it: the order in which they are evaluated. */
export function inOrder(root: Expression): readonly Expression[] {
  // From the end: each before those below it, of which the last comes first.
  const nodes: Expression[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.push(node);
    for (const child of below(node)) open.push(child);
  }
  return nodes.reverse();
}

/** A tree with other nodes in place of some, from its leaves on. */
export function rewritten(root: Expression, rewrite: (node: Expression) => Expression): Expression {
  const done = new Map<Expression, Expression>();
  const of = (node: Expression): Expression => done.get(node) ?? node;
  for (const node of inOrder(root)) {
    const same = below(node).every((child) => of(child) === child);
    const next =
      same || node.kind === "literal"
        ? node
        : node.kind === "list"
          ? { ...node, items: node.items.map(of) }
          : node.kind === "call"
            ? { ...node, args: node.args.map(of) }
            : node;
    done.set(node, rewrite(next));
  }
  return of(root);
}
