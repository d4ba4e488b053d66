import { html, type TemplateResult } from "lit-html";
import type { Received } from "../cotangents.js";
import { formatShort, formatTensor } from "../text.js";
import type { Details } from "../worker/details.js";
import type { ShownMoment, ShownRun, ShownValue } from "../worker/shown.js";

/** The tape as a list: a line a node, with its value and, once it is there, its gradient. A line goes to its step. */
export function tapeView(
  run: ShownRun,
  moment: ShownMoment,
  cotangents: ReadonlyMap<ShownValue, Received>,
  findings: Details["findings"],
  choose: (node: number) => void,
): TemplateResult {
  const { inputs, nodes } = run;
  const targets = new Set(moment.parts.map(({ to }) => to));
  return html`<table class="lines">
    <caption class="hidden">The tape: inputs, then one line a node</caption>
    <thead>
      <tr><th scope="col">No.</th><th scope="col">Name</th><th scope="col">Op</th><th scope="col">Value</th><th scope="col">Gradient</th></tr>
    </thead>
    <tbody>
      ${inputs.map(
        (x, i) => html`<tr class="${x === moment.value ? "current backward" : ""} ${targets.has(x) ? "target" : ""}"
        aria-current=${x === moment.value ? "step" : "false"} @click=${() => choose(-i - 1)}>
        <td></td><th scope="row">${x.name}</th><td>input</td><td class="number">${formatTensor(x)}</td><td class="number cotangent">${receivedText(cotangents.get(x))}</td>
      </tr>`,
      )}
      ${nodes.map(({ op, inputs: operands, output }, i) => {
        const isCurrent = i === moment.node;
        const found = findings.filter(({ node }) => node === i + 1);
        return html`<tr
          class="${isCurrent ? (moment.kind === "forward" ? "current" : "current backward") : ""} ${targets.has(output) ? "target" : ""} ${i >= moment.computed ? "pending" : ""}"
          aria-current=${isCurrent ? "step" : "false"} @click=${() => choose(i)}
        >
          <td><button class="line-number" aria-label="Go to node ${i + 1}">${i + 1}</button></td>
          <th scope="row">${output.name}${found.length === 0 ? "" : html` <span class="warning" title=${found.map(({ why }) => why).join("; ")}><span aria-hidden="true">⚠</span><span class="hidden">unsafe: ${found.map(({ kind }) => kind).join(", ")}</span></span>`}</th>
          <td>${op}(${operands.map(({ name }) => name).join(", ")})</td>
          <td class="number">${i < moment.computed ? formatTensor(output) : ""}</td>
          <td class="number cotangent">${receivedText(cotangents.get(output))}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** What has come over each path, and the sum. */
function receivedText(received: Received | undefined): string {
  if (received === undefined) return "";
  const { paths, sum, isComplete } = received;
  const soFar = isComplete ? "" : " so far";
  const written = paths.map(formatShort);
  const isShort = paths.length > 1 && written.join("").length < 40 && paths.every(({ data }) => data.length <= 3);
  if (!isShort) return formatTensor(sum) + soFar;
  const terms = written.map((text, i) => (i > 0 && text.startsWith("−") ? `(${text})` : text)).join(" + ");
  return `${terms} = ${formatTensor(sum)}${soFar}`;
}
