import { html, type TemplateResult } from "lit-html";
import { formatTensor } from "../text.js";
import type { ShownMoment, ShownRun, ShownValue } from "../worker/shown.js";

/** The tape as a list: a line a node, with its value and, once it is there, its cotangent. */
export function tapeView(run: ShownRun, moment: ShownMoment, choose: (node: number) => void): TemplateResult {
  const { inputs, nodes } = run;
  const targets = new Set(moment.parts.map(({ to }) => to));
  const cotangent = (x: ShownValue): string => {
    const g = moment.cotangents.get(x);
    return g === undefined ? "" : formatTensor(g);
  };
  return html`<table class="lines">
    <caption class="hidden">The tape: inputs, then one line a node</caption>
    <thead>
      <tr><th scope="col">No.</th><th scope="col">Name</th><th scope="col">Op</th><th scope="col">Value</th><th scope="col">Cotangent</th></tr>
    </thead>
    <tbody>
      ${inputs.map(
        (
          x,
        ) => html`<tr class="${x === moment.value ? "current backward" : ""} ${targets.has(x) ? "target" : ""}" aria-current=${x === moment.value ? "step" : "false"}>
        <td></td><th scope="row">${x.name}</th><td>input</td><td class="number">${formatTensor(x)}</td><td class="number cotangent">${cotangent(x)}</td>
      </tr>`,
      )}
      ${nodes.map(({ op, inputs: operands, output }, i) => {
        const isCurrent = i === moment.node;
        const findings = run.findings.filter(({ node }) => node === i + 1);
        return html`<tr
          class="${isCurrent ? (moment.kind === "forward" ? "current" : "current backward") : ""} ${targets.has(output) ? "target" : ""} ${i >= moment.computed ? "pending" : ""}"
          aria-current=${isCurrent ? "step" : "false"}
        >
          <td><button class="line-number" @click=${() => choose(i)} aria-label="Go to node ${i + 1}">${i + 1}</button></td>
          <th scope="row">${output.name}${findings.length === 0 ? "" : html` <span class="warning" title=${findings.map(({ why }) => why).join("; ")}><span aria-hidden="true">⚠</span><span class="hidden">unsafe: ${findings.map(({ kind }) => kind).join(", ")}</span></span>`}</th>
          <td>${op}(${operands.map(({ name }) => name).join(", ")})</td>
          <td class="number">${i < moment.computed ? formatTensor(output) : ""}</td>
          <td class="number cotangent">${cotangent(output)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}
