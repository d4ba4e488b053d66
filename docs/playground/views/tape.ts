import { html, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import type { Received } from "../cotangents.js";
import { formatShort, formatTensor } from "../text.js";
import type { Details } from "../worker/details.js";
import type { ShownMoment, ShownNode, ShownRun, ShownValue } from "../worker/shown.js";
import { InView } from "./in-view.js";

/** The tape as a list: a line per node, with its value and, once it is there, its gradient. A line goes to its step. */
export class TapeView {
  private readonly inView: InView;
  private body: HTMLTableSectionElement | undefined;
  /** The lines as they were drawn last, and of what. */
  private lines: TemplateResult[] = [];
  private drawn: readonly unknown[] = [];

  /** `appeared` is told when a line comes into sight that was left as it was. */
  constructor(
    private readonly choose: (node: number) => void,
    appeared: () => void,
  ) {
    this.inView = new InView(appeared);
  }

  /** `isFollowing` says that only numbers change, and soon again: then lines that nobody sees stay as they were. */
  view(
    run: ShownRun,
    moment: ShownMoment,
    cotangents: ReadonlyMap<ShownValue, Received>,
    findings: Details["findings"],
    isFollowing: boolean,
  ): TemplateResult {
    const { inputs, nodes } = run;
    const drawn = [run.structure, run.moments.indexOf(moment), findings];
    const isSame = drawn.every((part, i) => part === this.drawn[i]);
    this.drawn = drawn;
    const targets = new Set(moment.parts.map(({ to }) => to));
    const draw = [
      ...inputs.map((x, i) => () => this.input(x, i, moment, targets.has(x), cotangents.get(x))),
      ...nodes.map((node, i) => () => this.node(node, i, moment, targets.has(node.output), cotangents.get(node.output), findings)),
    ];
    this.lines = draw.map((line, i) => (isFollowing && isSame && !this.inView.has(this.body?.rows[i]) ? this.lines[i] : line()));
    return html`<table class="lines">
      <caption class="hidden">The tape: inputs, then one line per node</caption>
      <thead>
        <tr><th scope="col">No.</th><th scope="col">Name</th><th scope="col">Op</th><th scope="col">Value</th><th scope="col">Gradient</th></tr>
      </thead>
      <tbody ${ref((body) => {
        this.body = body as HTMLTableSectionElement | undefined;
      })}>${this.lines}</tbody>
    </table>`;
  }

  private input(x: ShownValue, i: number, moment: ShownMoment, isTarget: boolean, received: Received | undefined): TemplateResult {
    const isCurrent = x === moment.value;
    return html`<tr ${ref(this.inView.watch)} class="${isCurrent ? "current backward" : ""} ${isTarget ? "target" : ""}"
        aria-current=${isCurrent ? "step" : "false"} @click=${() => this.choose(-i - 1)}>
        <td></td><th scope="row">${x.name}</th><td>input</td><td class="number">${formatTensor(x)}</td><td class="number cotangent">${receivedText(received)}</td>
      </tr>`;
  }

  private node(
    { op, inputs: operands, output }: ShownNode,
    i: number,
    moment: ShownMoment,
    isTarget: boolean,
    received: Received | undefined,
    findings: Details["findings"],
  ): TemplateResult {
    const isCurrent = i === moment.node;
    const found = findings.filter(({ node }) => node === i + 1);
    return html`<tr ${ref(this.inView.watch)}
        class="${isCurrent ? (moment.kind === "forward" ? "current" : "current backward") : ""} ${isTarget ? "target" : ""} ${i >= moment.computed ? "pending" : ""}"
        aria-current=${isCurrent ? "step" : "false"} @click=${() => this.choose(i)}
      >
        <td><button class="line-number" aria-label="Go to node ${i + 1}">${i + 1}</button></td>
        <th scope="row">${output.name}${found.length === 0 ? "" : html` <span class="warning" title=${found.map(({ why }) => why).join("; ")}><span aria-hidden="true">⚠</span><span class="hidden">unsafe: ${found.map(({ kind }) => kind).join(", ")}</span></span>`}</th>
        <td>${op}(${operands.map(({ name }) => name).join(", ")})</td>
        <td class="number">${i < moment.computed ? formatTensor(output) : ""}</td>
        <td class="number cotangent">${receivedText(received)}</td>
      </tr>`;
  }
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
