import { record, type Tape, type Tensor, vjp } from "gradtape";
import type { Write } from "../../src/onnx/forms/form.js";
import { forms } from "../../src/onnx/forms/table.js";
import { Graph, type OnnxNode } from "../../src/onnx/graph.js";
import { bodyOf } from "../../src/ops/body.js";
import type { AnyOp } from "../../src/ops/op.js";
import { cases } from "../oracles/cases.js";
import { randomTensor } from "../support/random.js";

/** The tape of every case with its gradients; together they use every op. */
export function* tapes(): Generator<Tape> {
  for (const { op, f, inputs } of cases) {
    if (op === "defineOp") continue;
    yield record(
      (...x: Tensor[]) => {
        const [output, pullback] = vjp<Tensor[], Tensor>(f, ...x);
        return [output, ...pullback(randomTensor(7, output.shape))];
      },
      ...inputs,
    );
  }
}

/** Whether all ops of a tape have a form, those of the functions in it as well. */
export const hasForms = (tape: Tape): boolean =>
  tape.nodes.every(({ op, attributes }) => {
    const body = bodyOf(attributes);
    return typeof forms[op.name] === "function" && (body === undefined || hasForms(body.tape));
  });

/** Stands for what the tape of a loop's step becomes: its ops have rows of their own. */
const STEP = "step";
const stepOf: Write = (graph, tape, inputs) => tape.outputs.map((_, i) => graph.node(STEP, inputs, { i }));

/** The operators of nodes, and of those that they repeat. */
const operatorsIn = (nodes: readonly OnnxNode[]): string[] =>
  nodes.flatMap(({ operator, body }) => [operator, ...operatorsIn(body?.nodes ?? [])]).filter((name) => name !== STEP);

/** The operators of ONNX that each op becomes in some case, or why it has no form, as a table in Markdown. */
export function tableOfForms(): string {
  const operators = new Map(Object.keys(forms).map((name) => [name, new Set<string>()]));
  const write = (op: AnyOp, tape: Tape): void => {
    const form = forms[op.name];
    if (typeof form !== "function") return;
    for (const node of tape.nodes.filter((other) => other.op === op)) {
      const graph = new Graph("float64", []);
      const inputs = node.inputs.map((_, i) => `input${i}`);
      for (const operator of operatorsIn(graph.finish([form(graph, inputs, node, stepOf)]).nodes)) operators.get(op.name)?.add(operator);
    }
  };
  for (const tape of tapes()) for (const op of new Set(tape.nodes.map((node) => node.op))) write(op, tape);
  const rows = [...operators]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, used]) => {
      const entry = forms[name];
      const what = typeof entry === "function" ? [...used].sort().join(", ") || "nothing" : `refused: ${entry.refused}`;
      return `| \`${name}\` | ${what} |`;
    });
  return `| op | operators of ONNX |\n| --- | --- |\n${rows.join("\n")}\n`;
}

/** The place of that table in a document. */
export const TABLE_OF_FORMS = /^\| op \| operators of ONNX \|\n(?:\|.*\n)+/m;
