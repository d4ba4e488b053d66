import { alignColumns, formatSmall } from "../base/format.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import { bodyOf } from "../ops/body.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Node, Tape } from "./tape.js";

/** One numbered line a node: see {@link Tape.toString}. */
export function printTape(tape: Tape): string {
  const name = tapeNames(tape);
  const cotangent = (x: Tensor): string => {
    const g = tape.cotangents.get(x);
    return g === undefined
      ? ""
      : `∂ ${[name(g), formatSmall(g.data, g.shape)].filter((part, i, all) => part !== "" && part !== all[i - 1]).join(" = ")}`;
  };
  const rows: (string | string[])[] = tape.inputs.map((x) => {
    return ["", name(x), "input", formatShape(x.shape), formatSmall(x.data, x.shape), cotangent(x)];
  });
  let backward = false;
  for (const [node, place] of shorten(tape.nodes)) {
    if (node === undefined) {
      rows.push(`   … ${place.toLocaleString("en")} more nodes …`);
      continue;
    }
    if (node.backward && !backward) rows.push("   backward");
    backward = node.backward;
    const { output } = node;
    const value = formatSmall(output.data, output.shape);
    rows.push([String(place + 1), name(output), describeNode(node, name), formatShape(output.shape), value, cotangent(output)]);
    rows.push(...linesOfBody(node, name).map((line) => `     │ ${line}`));
  }
  const aligned = alignColumns(rows.filter((row) => typeof row !== "string")).split("\n");
  const lines = rows.map((row) => (typeof row === "string" ? row : aligned.shift()));
  return `${lines.join("\n")}\nreturns ${tape.outputs.map(name).join(", ")}`;
}

/** The lines of the function that a node runs, if it runs one. */
export function linesOfBody({ inputs, attributes }: Node, name: (x: Tensor) => string): string[] {
  const body = bodyOf(attributes);
  return body === undefined ? [] : printBody(body.tape, inputs.map(name));
}

/**
 * The lines of a function that a node runs: no values, which differ from run to run. What it takes from outside has the name that it has
 * there.
 */
function printBody({ inputs, nodes, outputs }: Tape, outside: readonly string[]): string[] {
  const inner = tapeNames({ inputs, nodes }, outside);
  const rows = shorten(nodes).map(([node, place]) =>
    node === undefined
      ? ["", "…", `${place.toLocaleString("en")} more nodes`, ""]
      : [String(place + 1), inner(node.output), describeNode(node, inner), formatShape(node.output.shape)],
  );
  const lines = rows.length === 0 ? [] : alignColumns(rows).split("\n");
  return [`from ${inputs.map(inner).join(", ")}`, ...lines, `to ${outputs.map(inner).join(", ")}`];
}

/** A tape of more nodes is cut: so many are shown of its beginning, and of its end. */
const LONGEST = 120;
const SHOWN = [80, 30] as const;
/** The nodes with their places; in the place of those that are left out, their count. */
export function shorten(nodes: readonly Node[], longest = LONGEST): (readonly [node: Node | undefined, place: number])[] {
  const all = nodes.map((node, i) => [node, i] as const);
  if (all.length <= longest) return all;
  const [head, tail] = SHOWN.map((count) => Math.floor((count * longest) / LONGEST));
  return [...all.slice(0, head), [undefined, all.length - head - tail], ...all.slice(-tail)];
}

/**
 * What each tensor is called on a tape: its label, or `%n` with the number of its line; a label used twice gets the number
 * too. Constants are called by their number or shape. `outside` are names for inputs without a label. A label is cut where it is
 * long, and what would not print is left out.
 */
export function tapeNames({ inputs, nodes }: Pick<Tape, "inputs" | "nodes">, outside: readonly string[] = []): (x: Tensor) => string {
  const names = new Map<Tensor, string>();
  const used = new Set<string>();
  const give = (x: Tensor, fallback: string): void => {
    const label = nameFrom(x.label ?? "") || fallback;
    const name = used.has(label) ? `${label}${fallback}` : label;
    used.add(name);
    names.set(x, name);
  };
  for (const [i, x] of inputs.entries()) give(x, outside[i] ?? `input${i + 1}`);
  for (const [i, { output }] of nodes.entries()) give(output, `%${i + 1}`);
  const nameOfConstant = (x: Tensor): string =>
    x.label !== undefined ? nameFrom(x.label) : x.size === 1 ? formatSmall(x.data, []) : `constant${formatShape(x.shape)}`;
  return (x) => names.get(x) ?? nameOfConstant(x);
}

/** `MatMul(X, W, transposeA)`. */
export const describeNode = ({ op, inputs, attributes }: Node, name: (x: Tensor) => string): string =>
  `${nameFrom(op.name)}(${[...inputs.map(name), ...formatAttributes(attributes)].join(", ")})`;
/** Attributes that are not shown: how zeros count, where results stand in memory, and functions, which have lines of their own. */
const HIDDEN = ["shape", "strong", "body", "offset", "kept"];
/** `axes=[0]`, `transposeA`: only what is set. Lists that merely repeat the output's shape, and how zeros count, are left out. */
function formatAttributes(attributes: unknown): string[] {
  return Object.entries(attributes ?? {})
    .filter(([key, value]) => value !== false && value !== undefined && !HIDDEN.includes(key))
    .map(([key, value]) => (value === true ? key : `${key}=${Array.isArray(value) ? formatShape(value) : String(value)}`));
}
