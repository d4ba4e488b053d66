import type { Tensor } from "gradtape";
import { html, nothing, render } from "lit-html";
import { icon, newId, slider } from "../controls.js";
import { type Figure, textOf } from "../figure.js";
import { write } from "../picture.js";
import { type Trace, traceOf, type Values } from "../trace.js";

/** Between two steps while it plays. */
const PLAY = 1100;

/** A tape to step through: values flow down the graph, cotangents up. The graph was drawn by the build. */
export const tape: Figure = (place, settings) => {
  const svg = place.querySelector<SVGSVGElement>("svg");
  if (svg === null) throw new Error("live tape: expected a graph in the page, got none");
  const source = textOf(settings, "formula");
  const wrt = textOf(settings, "wrt");
  const moved = settings["slider"] ?? wrt;
  let values = JSON.parse(settings["values"] ?? "{}") as Values;
  let trace = traceOf(source, values, wrt);
  let step = 0;
  let player: ReturnType<typeof setInterval> | undefined;
  const id = newId();
  const stage = document.createElement("div");
  stage.className = "live-stage";
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", "Graph of the tape");
  const panel = document.createElement("div");
  svg.replaceWith(stage);
  stage.append(svg);
  place.append(panel);

  const last = (): number => trace.moments.length - 1;
  const goTo = (next: number): void => {
    step = Math.max(0, Math.min(last(), next));
    draw();
  };
  const pause = (): void => {
    clearInterval(player);
    player = undefined;
    draw();
  };
  const play = (): void => {
    if (player !== undefined) {
      pause();
      return;
    }
    if (step === last()) goTo(0);
    player = setInterval(() => {
      if (step < last()) goTo(step + 1);
      else if (settings["loop"] === "yes") goTo(0);
      else pause();
    }, PLAY);
    draw();
  };
  const hand = (action: () => void) => (): void => {
    if (player !== undefined) pause();
    action();
  };

  const draw = (): void => {
    paint(svg, trace, step);
    reveal(stage);
    const value = values[moved];
    render(
      html`<div class="live-transport">
          <button @click=${hand(() => goTo(0))} aria-label="To the beginning" ?disabled=${step === 0}>${icon("M6 5v14M19 5 8 12l11 7z")}</button>
          <button @click=${hand(() => goTo(step - 1))} aria-label="One step back" ?disabled=${step === 0}>${icon("M17 5 7 12l10 7z")}</button>
          <button class="live-run" @click=${play}>${player === undefined ? "Play" : "Pause"}</button>
          <button @click=${hand(() => goTo(step + 1))} aria-label="One step on" ?disabled=${step === last()}>${icon("M7 5l10 7-10 7z")}</button>
          <button @click=${hand(() => goTo(last()))} aria-label="To the end" ?disabled=${step === last()}>${icon("M18 5v14M5 5l11 7-11 7z")}</button>
          <span class="live-count">${step} / ${last()}</span>
          <a class="live-open" href="${linkOf(place, source, values, wrt)}">Open in playground</a>
        </div>
        <p class="live-moment ${trace.moments[step].kind}" aria-live=${player === undefined ? "polite" : "off"}>${titleOf(trace, step, wrt)}</p>
        ${
          typeof value === "number"
            ? html`<div class="live-controls">${slider(id, moved, value, [-4, 4], 0.05, (next) => {
                values = { ...values, [moved]: next };
                trace = traceOf(source, values, wrt);
                draw();
              })}</div>`
            : nothing
        }`,
      panel,
    );
  };
  draw();
  if (settings["play"] === "yes" && !matchMedia("(prefers-reduced-motion: reduce)").matches) play();
};

/** Where the playground shows the same. */
const linkOf = (place: HTMLElement, source: string, values: Values, wrt: string): string =>
  `${place.dataset["base"] ?? "../"}playground/index.html#${new URLSearchParams({ f: source, v: JSON.stringify(values), by: wrt, step: "0" })}`;

/** Numbers that fit into a node. */
function brief(x: Tensor): string {
  if (x.size === 1) return write(x.item());
  const text = `[${[...x.data].map((v) => write(v, 2)).join(", ")}]`;
  return text.length <= 16 ? text : `[${x.shape.join(" × ")}]`;
}

function paint(svg: SVGSVGElement, { tape: { inputs, nodes, cotangents }, moments }: Trace, step: number): void {
  const moment = moments[step];
  const targets = new Set(moment.parts.map(({ to }) => to));
  const ids = new Map<Tensor, string>([
    ...inputs.map((x, i) => [x, `i${i + 1}`] as const),
    ...nodes.map(({ output }, i) => [output, `n${i + 1}`] as const),
  ]);
  for (const [x, id] of ids) {
    const group = svg.querySelector(`g.node[data-id="${id}"]`);
    if (group === null) continue;
    const isPending = id.startsWith("n") && Number(id.slice(1)) > moment.computed;
    const g = moment.cotangents.get(x);
    const isBackward = moment.kind === "backward" || moment.kind === "seed";
    group.classList.toggle("input", id.startsWith("i"));
    group.classList.toggle("pending", isPending);
    group.classList.toggle("current", x === moment.value && !isBackward);
    group.classList.toggle("source", x === moment.value && isBackward);
    group.classList.toggle("target", targets.has(x));
    const [value, cotangent] = [group.querySelector(".value"), group.querySelector(".cotangent")];
    if (value !== null) value.textContent = isPending ? "" : brief(x);
    if (cotangent !== null) cotangent.textContent = g === undefined || !cotangents.has(x) ? "" : `  ∂ ${brief(g)}`;
  }
  for (const edge of svg.querySelectorAll<SVGGElement>("g.edge")) {
    const [from, to] = (edge.dataset["id"] ?? "").split("->");
    const isOfNode = to === `n${moment.node + 1}`;
    edge.classList.toggle("feeds", moment.kind === "forward" && isOfNode);
    edge.classList.toggle("flows", moment.kind === "backward" && isOfNode && moment.parts.some((part) => ids.get(part.to) === from));
  }
}

/** Scrolls a graph that is taller than its place so that the current node can be seen. The page stays where it is. */
function reveal(stage: HTMLElement): void {
  const node = stage.querySelector("g.node:is(.current, .source)")?.getBoundingClientRect();
  if (node === undefined || stage.scrollHeight <= stage.clientHeight) return;
  const { top, bottom } = stage.getBoundingClientRect();
  if (node.top < top) stage.scrollTop += node.top - top - 8;
  else if (node.bottom > bottom) stage.scrollTop += node.bottom - bottom + 8;
}

/** What happens at a step: forward a value, backward what arrives times the slope. */
function titleOf({ tape: { inputs, nodes, outputs }, moments, name, gradient }: Trace, step: number, wrt: string): unknown {
  const { kind, node, parts, cotangents, value } = moments[step];
  const loss = name(outputs[0]);
  if (kind === "inputs") return html`The inputs: ${inputs.map((x) => `${name(x)} = ${brief(x)}`).join(", ")}. Nothing is computed yet.`;
  if (kind === "forward") {
    const { op, inputs: from, output } = nodes[node];
    return html`Forward: ${name(output)} = ${op.name}(${from.map(name).join(", ")}) = <strong>${brief(output)}</strong>`;
  }
  if (kind === "seed") return html`The turn: ∂${loss}/∂${loss} = 1. From here the tape is read backward.`;
  const g = value === undefined ? undefined : cotangents.get(value);
  const isLast = step === moments.length - 1;
  const line = parts.map(({ to, amount }) => {
    const whole = cotangents.get(to);
    const above = `∂${loss}/∂${name(to)}`;
    if (g?.size !== 1 || amount.size !== 1) return html`<span>${above} = <strong>${brief(whole ?? amount)}</strong></span>`;
    const arrived = g.item();
    const local = arrived === 0 ? "" : `${write(arrived)} × ${write(amount.item() / arrived)} = `;
    const isSum = whole !== undefined && Math.abs(whole.item() - amount.item()) > 1e-12;
    return html`<span>${above} ${isSum ? "gets" : "="} ${local}<strong>${brief(amount)}</strong>${isSum ? html`, in all <strong>${brief(whole)}</strong>` : nothing}</span>`;
  });
  return html`Backward through ${nodes[node].op.name}: ${line.map((part, i) => html`${i > 0 ? "; " : ""}${part}`)}${
    parts.length === 0 ? "nothing needs what it would send on" : nothing
  }${isLast ? html`. Done: <strong>∂${loss}/∂${wrt} = ${brief(gradient)}</strong>` : nothing}`;
}
