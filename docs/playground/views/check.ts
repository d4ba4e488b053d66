import { html, type TemplateResult } from "lit-html";
import { formatNumber, indexOf } from "../text.js";
import type { ShownMoment, ShownRun } from "../worker/shown.js";

/** The numbers check: each cotangent beside central differences, which know no rule. */
export function checkView(run: ShownRun, moment: ShownMoment): TemplateResult {
  const targets = new Set(moment.parts.map(({ to }) => to));
  const current = moment.value;
  let worst = 0;
  for (const { of, place, difference } of run.check)
    worst = larger(worst, relative(run.cotangents.get(of)?.data[place] ?? Number.NaN, difference));
  return html`<table class="lines">
      <caption class="hidden">Cotangents and central differences</caption>
      <thead>
        <tr><th scope="col">By</th><th scope="col">Tape</th><th scope="col">Differences</th><th scope="col">Apart</th></tr>
      </thead>
      <tbody>
        ${run.check.map(({ of, place, difference }) => {
          const whole = run.cotangents.get(of);
          const sofar = moment.cotangents.get(of);
          const isDone = sofar !== undefined && same(sofar.data[place], whole?.data[place] ?? Number.NaN);
          const isCurrent = of === current;
          const apart = isDone ? relative(sofar.data[place], difference) : Number.NaN;
          return html`<tr
            class="${isCurrent ? (moment.kind === "forward" ? "current" : "current backward") : ""} ${targets.has(of) ? "target" : ""}"
            aria-current=${isCurrent ? "step" : "false"}
          >
            <th scope="row">${of.name}${indexOf(of, place)}</th>
            <td class="number cotangent">${sofar === undefined ? "" : formatNumber(sofar.data[place])}${sofar !== undefined && !isDone ? html`<span class="part"> so far</span>` : ""}</td>
            <td class="number">${formatNumber(difference)}</td>
            <td class="number">${isDone ? (Number.isFinite(apart) ? (apart === 0 ? "0" : apart.toExponential(0).replace("-", "−")) : "not finite") : ""}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    <p class="verdict">
      ${
        Number.isFinite(worst)
          ? html`Each value of the tape was moved a little up and down, and the nodes behind it computed again: (L(v + h) − L(v − h))/2h. The
            largest relative difference from the tape is ${worst.toExponential(1).replace("-", "−")}.`
          : "At these inputs some numbers are not finite, so they cannot be compared."
      }
    </p>`;
}

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
const larger = (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b));
const same = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));
