import { html, nothing, svg, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { formatNumber, indexOf } from "../text.js";
import type { Curve } from "../worker/curve.js";
import type { ShownRun, ShownValue } from "../worker/shown.js";

const WIDTH = 320;
const HEIGHT = 150;
/** What is further out than this cannot be seen, and is drawn there. */
const FAR = 1e5;

/** The loss against one number of the variable, with the tangent there: its slope is that number of the gradient. */
export function plotView(
  run: ShownRun,
  gradient: ShownValue | undefined,
  curve: Curve | undefined,
  choosePlace: (place: number) => void,
): TemplateResult {
  if (curve === undefined) return html``;
  const [variable] = run.inputs;
  const { place, points } = curve;
  const x = variable.data[place];
  const loss = run.output.data[0];
  const slope = gradient?.data[place] ?? 0;
  const name = `${variable.name}${indexOf(variable, place)}`;
  const seen = points.filter(([, y]) => Number.isFinite(y));
  if (!Number.isFinite(loss) || seen.length < 2) return html`<p class="note">There is no curve: the loss is not finite here.</p>`;
  const [low, high] = [points[0][0], points[points.length - 1][0]];
  const [bottom, top] = rangeOf(
    seen.map(([, y]) => y),
    loss,
  );
  if (![high - low, top - bottom].every(Number.isFinite)) return html`<p class="note">There is no curve: the numbers are too large.</p>`;
  const toX = (value: number): number => ((value - low) / (high - low)) * WIDTH;
  const toY = (value: number): number => HEIGHT - ((value - bottom) / (top - bottom)) * HEIGHT;
  const path = pathOf(points, toX, (y) => Math.min(2 * HEIGHT, Math.max(-HEIGHT, toY(y))));
  const within = (y: number): number => Math.min(FAR, Math.max(-FAR, toY(y)));
  const at = (t: number): string => `${toX(t).toFixed(1)} ${within(loss + slope * (t - x)).toFixed(1)}`;
  return html`<figure class="plot">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="The loss against ${name}: at ${formatNumber(x, 4)} it is ${formatNumber(loss, 4)} with the slope ${formatNumber(slope, 4)}">
      ${svg`<path class="curve-line" d=${path} /><path class="tangent" d=${Number.isFinite(slope) ? `M${at(low)}L${at(high)}` : ""} />
        <circle class="here" cx=${toX(x).toFixed(1)} cy=${toY(loss).toFixed(1)} r="4.5" />`}
    </svg>
    <figcaption>
      ${run.output.name} against ${name}, from ${formatNumber(low, 3)} to ${formatNumber(high, 3)}; the slope is
      <strong>${formatNumber(slope, 4)}</strong>${
        variable.data.length === 1
          ? nothing
          : html`. Another number: <select id="plot-place" aria-label="Number of ${variable.name} that the loss is drawn against" @change=${(event: Event) => choosePlace(Number((event.target as HTMLSelectElement).value))}>
              ${Array.from(variable.data.slice(0, 40), (_, i) => html`<option value=${i} .selected=${live(i === place)}>${variable.name}${indexOf(variable, i)}</option>`)}
            </select>`
      }
    </figcaption>
  </figure>`;
}

/** From the smallest loss to the largest, without a few that are far out, and with what is now. */
function rangeOf(losses: readonly number[], now: number): readonly [number, number] {
  const sorted = [...losses].sort((a, b) => a - b);
  const most = sorted[Math.floor(0.9 * (sorted.length - 1))];
  const bottom = Math.min(sorted[0], now);
  const top = Math.max(Math.min(sorted[sorted.length - 1], bottom + 3 * Math.max(most - bottom, now - bottom)), now);
  const margin = 0.06 * (top - bottom || 1);
  return [bottom - margin, top + margin];
}

/** Lines between neighbors that are finite. */
function pathOf(points: Curve["points"], toX: (x: number) => number, toY: (y: number) => number): string {
  let isOpen = false;
  let path = "";
  for (const [x, y] of points) {
    if (Number.isFinite(y)) path += `${isOpen ? "L" : "M"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`;
    isOpen = Number.isFinite(y);
  }
  return path;
}
