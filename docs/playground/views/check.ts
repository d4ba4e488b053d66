import { html, type TemplateResult } from "lit-html";
import type { Received } from "../cotangents.js";
import { formatNumber, indexOf } from "../text.js";
import type { Details } from "../worker/details.js";
import type { ShownRun, ShownValue } from "../worker/shown.js";

/** The numbers check: each gradient beside central differences, which know no rule. It comes when the backward pass is over. */
export function checkView(
  run: ShownRun,
  cotangents: ReadonlyMap<ShownValue, Received>,
  step: number,
  details: Details,
  choose: (node: number) => void,
): TemplateResult {
  if (step < run.moments.length - 1)
    return html`<p class="note">After the backward pass each gradient is compared with a finite difference: how far the loss moves when the value is moved a little.</p>`;
  const values = [...run.inputs, ...run.nodes.map(({ output }) => output)];
  let worst = 0;
  const rows = details.check.map(({ of, place, difference, note }) => {
    const value = values[of];
    const tape = cotangents.get(value)?.sum.data[place] ?? Number.NaN;
    const apart = relative(tape, difference);
    if (note === "") worst = larger(worst, apart);
    return html`<tr @click=${() => choose(of < run.inputs.length ? -of - 1 : of - run.inputs.length)}>
        <th scope="row">∂${run.output.name}/∂${value.name}${indexOf(value, place)}</th>
        <td class="number cotangent">${formatNumber(tape)}</td>
        <td class="number">${formatNumber(difference)}</td>
        <td class="number">${Number.isFinite(apart) ? (apart === 0 ? "0" : apart.toExponential(0).replace("-", "−")) : "not finite"}</td>
      </tr>
      ${note === "" ? "" : html`<tr class="why-apart"><td colspan="4">${value.name}${indexOf(value, place)}: ${note}.</td></tr>`}`;
  });
  return html`<table class="lines">
      <caption class="hidden">Gradients from the tape and from finite differences</caption>
      <thead>
        <tr><th scope="col">Derivative</th><th scope="col">By the tape</th><th scope="col">By finite differences</th><th scope="col">Relative error</th></tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
    <p class="verdict">
      ${
        Number.isFinite(worst)
          ? html`Each value was moved a little up and down, and the nodes after it computed again: (L(v + h) − L(v − h))/2h. The
            largest relative error${details.check.some(({ note }) => note !== "") ? ", those with a reason left out," : ""} is ${worst.toExponential(1).replace("-", "−")}.`
          : "At these inputs some numbers are not finite, so they cannot be compared."
      }
    </p>`;
}

/** |a − b| by the larger of both. Both zero, or as good as, are the same: differences are no better than 10⁻¹⁰. */
export const relative = (a: number, b: number): number => {
  const size = Math.max(Math.abs(a), Math.abs(b));
  return size < 1e-9 ? 0 : Math.abs(a - b) / size;
};
const larger = (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b));
