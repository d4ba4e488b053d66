import { html, type TemplateResult } from "lit-html";
import type { Received } from "../cotangents.js";
import { formatTensor } from "../text.js";
import type { Details } from "../worker/details.js";
import type { ShownPart, ShownRun, ShownValue } from "../worker/shown.js";
import { formula } from "./markup.js";

/** What happens at a step as mathematics, with numbers. */
export function formulasView(
  run: ShownRun,
  step: number,
  cotangents: ReadonlyMap<ShownValue, Received>,
  details: Details | undefined,
): TemplateResult {
  const moment = run.moments[step];
  const texts = textsOf(run, step, cotangents);
  const known = details?.moments[step];
  const names = moment.kind === "inputs" ? run.inputs : [];
  return html`<p>
    ${texts.map((text, i) => html`<span class="formula">${known?.formulas[i] === undefined ? (names[i]?.name ?? "") : formula(known.formulas[i])} ${text}</span>`)}
    ${known?.notes.map((note) => html`<span class="omitted">${note}</span>`)}
  </p>`;
}

/** The numbers beside each formula. */
function textsOf(run: ShownRun, step: number, cotangents: ReadonlyMap<ShownValue, Received>): string[] {
  const moment = run.moments[step];
  switch (moment.kind) {
    case "inputs":
      return run.inputs.map((x) => `= ${formatTensor(x)}`);
    case "seed":
      return ["= 1"];
    case "forward":
      return [`= ${formatTensor(run.nodes[moment.node].output)}`];
    case "backward": {
      const incoming = moment.value === undefined ? undefined : cotangents.get(moment.value)?.sum;
      const seen = new Map<ShownValue, number>();
      return moment.parts.map((part) => {
        const received = cotangents.get(part.to);
        const count = (seen.get(part.to) ?? 0) + 1;
        seen.set(part.to, count);
        const own = moment.parts.filter(({ to }) => to === part.to).length;
        const before = (received?.paths.length ?? 0) - own;
        return `= ${outgoing(part, incoming)}${before > 0 && count === own ? `, with ${before === 1 ? "the other path" : "the other paths"} ${sumText(received)}` : ""}`;
      });
    }
  }
}

/** Local derivative × incoming = outgoing, where the first is a number a place. */
function outgoing({ amount, local }: ShownPart, incoming: ShownValue | undefined): string {
  const out = formatTensor(amount);
  if (local === undefined || incoming === undefined || local.data.length > 3) return out;
  const inParentheses = (text: string): string => (text.startsWith("−") ? `(${text})` : text);
  const product = `${formatTensor(local, 4)} × ${inParentheses(formatTensor(incoming, 4))}`;
  // Broadcasting undone is a sum more.
  return local.data.length === amount.data.length ? `${product} = ${out}` : `${product}, summed = ${out}`;
}

function sumText(received: Received | undefined): string {
  if (received === undefined) return "";
  const terms = received.paths.map((path, i) => {
    const text = formatTensor(path, 4);
    return i > 0 && text.startsWith("−") ? `(${text})` : text;
  });
  return `${terms.join(" + ")} = ${formatTensor(received.sum)}`;
}
