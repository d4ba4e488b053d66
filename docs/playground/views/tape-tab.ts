import { html, nothing, type TemplateResult } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { live } from "lit-html/directives/live.js";
import { cotangentsAt, gradientOf } from "../cotangents.js";
import { examples } from "../examples.js";
import { LONGEST_TEXT } from "../expression.js";
import { functionNames } from "../function-names.js";
import type { Repair } from "../repairs.js";
import { type Failure, variableValue, withRespectTo } from "../run.js";
import type { State, Value } from "../state.js";
import { formatTensor } from "../text.js";
import type { Details } from "../worker/details.js";
import type { ShownRun } from "../worker/shown.js";
import type { Picture } from "../worker/worker.js";
import { checkView } from "./check.js";
import { derivationView } from "./derivation.js";
import type { GraphView } from "./graph.js";
import { formulasView } from "./moment.js";
import type { OwnWorkView } from "./own-work.js";
import { plotView } from "./plot.js";
import type { TapeView } from "./tape.js";
import { titleOf } from "./title.js";
import { tourView } from "./tour.js";
import { variableView } from "./variables.js";

/** What the first tab is made of, and what it can ask for. */
export interface TapeTab {
  readonly state: State;
  /** The run that is shown; of a text that cannot be read, the one before. */
  readonly run: ShownRun | undefined;
  /** The derivation and the rest that comes later; why there is none; nothing while it is worked out. */
  readonly details: Details | string | undefined;
  readonly picture: Picture;
  /** The values of all variables. */
  readonly values: Readonly<Record<string, Value>>;
  /** Whether there is a text to go back to. */
  readonly canUndo: boolean;
  readonly tour: number | undefined;
  readonly failure: Failure | undefined;
  readonly step: number;
  readonly playing: boolean;
  /** Whether a run takes so long that one may want to stop it. */
  readonly isSlow: boolean;
  /** What is wrong, to be read out: told after a pause in typing. */
  readonly announced: string;
  /** How far the sliders go that are dragged now, by variable. */
  readonly dragged: Map<string, number>;
  readonly graph: GraphView;
  readonly tape: TapeView;
  readonly own: OwnWorkView;
  /** Whether more numbers may come soon: what is out of sight can wait. */
  readonly isFollowing: boolean;
  update(change: Partial<State>): void;
  /** Puts another text in the place of the user's, which can be undone. */
  replace(change: Partial<State>): void;
  undo(): void;
  setValue(name: string, value: Value): void;
  choosePlace(place: number): void;
  goOnTour(stop: number | undefined): void;
  goTo(step: number): void;
  /** Goes to a node that was chosen in the graph or in the list; an input is −1, −2, … */
  choose(node: number): void;
  play(): void;
  /** Gives up the run that is under way. */
  stop(): void;
}

/** A text of more lines scrolls. */
const MOST_ROWS = 30;

export function tapeTab(tab: TapeTab): TemplateResult {
  const { state, run, failure } = tab;
  const example = examples.find(({ source }) => source === state.source);
  // What an example says of itself holds for its own values.
  const isUntouched =
    example !== undefined &&
    !state.stabilized &&
    state.by === example.by &&
    JSON.stringify(state.values) === JSON.stringify(example.values);
  // Of a text that cannot be read, the variables stay as they were.
  const variables = failure === undefined || failure.variables.length === 0 ? (run?.variables ?? []) : failure.variables;
  // The variable that is used, whatever the address or an older text says. Its option says so, not the menu: a menu forgets its value
  // when the options change.
  const by = withRespectTo(variables, state.by);
  return html`<section class="editor" aria-label="Loss and variables">
      <div class="about">
        <label class="field example">
          <span>Example</span>
          <select id="example" @change=${(event: Event) => {
            const found = examples.find(({ title }) => title === (event.target as HTMLSelectElement).value);
            if (found !== undefined)
              tab.replace({ source: found.source, values: found.values, by: found.by, stabilized: false, step: undefined });
          }}>
            ${example === undefined ? html`<option value="" .selected=${live(true)}>your own</option>` : nothing}
            ${examples.map(({ title }) => html`<option value=${title} .selected=${live(title === example?.title)}>${title}</option>`)}
          </select>
        </label>
        <p id="hint">${isUntouched ? example.note : html`Lines <code>name = formula</code>; the last one is the loss. <code>*</code> multiplies place by place, <code>@</code> multiplies matrices, <code>Xᵀ</code> transposes.`}</p>
        ${tab.canUndo ? html`<button id="undo-text" @click=${() => tab.undo()}>Undo</button>` : nothing}
        ${tab.tour === undefined ? html`<button id="tour-start" @click=${() => tab.goOnTour(0)}>Tour</button>` : nothing}
        <details id="functions"><summary>Functions</summary><p>${functionNames.map((name) => html`<code>${name}</code> `)}</p></details>
      </div>
      <div class="source">
        <label class="field">
          <span class="hidden">Loss</span>
          <textarea id="loss" maxlength=${LONGEST_TEXT} rows=${Math.min(MOST_ROWS, Math.max(3, state.source.split("\n").length))} spellcheck="false" autocomplete="off" autocapitalize="off"
            aria-invalid=${failure === undefined ? "false" : "true"} aria-describedby="problem hint" .value=${live(state.source)}
            @input=${(event: Event) => tab.update({ source: (event.target as HTMLTextAreaElement).value, stabilized: false, step: undefined })}></textarea>
        </label>
        <div id="problem">${failure === undefined ? nothing : problemView(state.source, failure, run, (repair) => tab.replace(repair))}</div>
        ${tab.isSlow ? html`<p id="slow" role="status">The loss is being run. <button id="stop" @click=${() => tab.stop()}>Stop</button></p>` : nothing}
        <div class="hidden" role="alert">${tab.announced}</div>
      </div>
      <div class="variables">
        ${variables.map((name) => variableView(name, variableValue(tab.values, name), tab.dragged, (value) => tab.setValue(name, value)))}
        ${
          variables.length === 0
            ? nothing
            : html`<label class="field by"><span>With respect to</span>
                <select id="by" @change=${(event: Event) => tab.update({ by: (event.target as HTMLSelectElement).value, step: undefined })}>
                  ${variables.map((name) => html`<option value=${name} .selected=${live(name === by)}>${name}</option>`)}
                </select></label>`
        }
      </div>
    </section>
    ${run === undefined ? nothing : runView(tab, run)}`;
}

function problemView(
  source: string,
  { error, place, repairs }: Failure,
  run: ShownRun | undefined,
  mend: (change: Partial<State>) => void,
): TemplateResult {
  const [{ title, source: example, values }] = examples;
  // Of a text that came by a link there is nothing to go back to.
  const back =
    run === undefined || run.source === source
      ? { label: `Begin with an example: ${title}`, source: example, values }
      : { label: "Back to the last loss that ran", source: run.source };
  const offers = repairs.length > 0 ? repairs : [back];
  const buttons =
    offers.length === 0
      ? nothing
      : html`<p class="repairs" role="group" aria-label="What one click can do about it">${offers.map(
          (repair) => html`<button class="repair" @click=${() => mend(changeOf(repair))}>${repair.label}</button>`,
        )}</p>`;
  if (place === undefined) return html`<p>${error}</p>${buttons}`;
  const [start, end] = place;
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const next = source.indexOf("\n", start);
  const lineEnd = next < 0 ? source.length : next;
  const marked = source.slice(start, Math.max(start, Math.min(end, lineEnd)));
  const line = source.slice(0, start).split("\n").length;
  return html`<p>Line ${line}, column ${start - lineStart + 1}: ${error}</p>
    <pre tabindex="0">${source.slice(lineStart, start)}<mark>${marked === "" ? " " : marked}</mark>${source.slice(start + marked.length, lineEnd)}</pre>
    ${buttons}`;
}

const changeOf = ({ source, values }: Repair): Partial<State> => ({
  ...(source === undefined ? {} : { source }),
  ...(values === undefined ? {} : { values }),
  stabilized: false,
  step: undefined,
});

function runView(tab: TapeTab, run: ShownRun): TemplateResult {
  const { step, graph } = tab;
  const moment = run.moments[step];
  const last = run.moments.length - 1;
  const title = titleOf(run, moment);
  const cotangents = cotangentsAt(run, step);
  const gradient = gradientOf(run);
  const details = typeof tab.details === "object" && tab.details.structure === run.structure ? tab.details : undefined;
  const findings = details?.findings ?? NO_FINDINGS;
  graph.paint(run, moment, cotangents, findings, tab.picture, tab.isFollowing);
  const stale = tab.failure === undefined ? "" : "stale";
  const missing = html`<p class="note">${typeof tab.details === "string" ? tab.details : "The derivation is being worked out …"}</p>`;
  return html`${stale === "" ? (typeof tab.details === "object" ? healthView(tab, tab.details) : nothing) : html`<p class="note" id="stale">Below is the last loss that could be run.</p>`}
    ${tourView(tab.tour, (stop) => tab.goOnTour(stop))}
    <section class="transport ${stale}" aria-label="Steps of the run">
      <div class="controls">
        <button id="first" aria-disabled=${step === 0 ? "true" : "false"} @click=${() => tab.goTo(0)} aria-label="To the beginning">${icon("M6 5v14M19 5 8 12l11 7z")}</button>
        <button id="back" aria-disabled=${step === 0 ? "true" : "false"} @click=${() => tab.goTo(step - 1)} aria-label="One step back">${icon("M17 5 7 12l10 7z")}</button>
        <button id="play" @click=${() => tab.play()}>${tab.playing ? "Pause" : "Play"}</button>
        <button id="forth" aria-disabled=${step === last ? "true" : "false"} @click=${() => tab.goTo(step + 1)} aria-label="One step on">${icon("M7 5l10 7-10 7z")}</button>
        <button id="last" aria-disabled=${step === last ? "true" : "false"} @click=${() => tab.goTo(last)} aria-label="To the end">${icon("M18 5v14M5 5l11 7-11 7z")}</button>
        <label class="slider" style="--turn: ${last === 0 ? 0 : run.turn / last}">
          <span class="hidden">Step</span>
          <input id="step" type="range" min="0" max=${last} step="1" .value=${live(String(step))} aria-valuetext=${title}
            @input=${(event: Event) => tab.goTo(Number((event.target as HTMLInputElement).value))} />
        </label>
        <output for="step">${step} / ${last}</output>
        <span class="keys">keys ← → step</span>
      </div>
      <div class="moment ${moment.kind}">
        <p id="title" tabindex="0" aria-live="polite">${title}</p>
        <div id="formulas" tabindex="0" role="group" aria-label="The step as a formula">${
          step === last && gradient !== undefined
            ? html`<p id="result">∂${run.output.name}/∂${run.by} = ${formatTensor(gradient)}</p>`
            : formulasView(run, step, cotangents, details)
        }</div>
      </div>
    </section>
    <div class="views ${stale}">
      ${panel("graph", "Graph", html`${graph.element}`)}
      ${panel(
        "tape",
        "Tape",
        tab.tape.view(run, moment, cotangents, findings, tab.isFollowing),
        html`<button class="more" @click=${() => tab.own.show("own-code")}>As code</button>`,
      )}
      ${panel("derivation", "Derivation", details === undefined ? missing : guard([run.structure, step, details], () => derivationView(run, step, details, (to) => tab.goTo(to))), html`<button class="more" @click=${() => tab.own.show("own-derivation")}>Check your own</button>`)}
      ${panel(
        "plot",
        `${run.output.name} against ${run.by}`,
        guard([run, details], () => plotView(run, gradient, details?.curve, (place) => tab.choosePlace(place))),
      )}
      ${panel("check", "Check", details === undefined ? missing : guard([run, step, details], () => checkView(run, cotangents, step, details, (node) => tab.choose(node))))}
    </div>
    ${tab.own.view(run)}`;
}

const NO_FINDINGS: Details["findings"] = [];

/** A small picture for a button, which has its name in words. */
const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d=${path} fill="currentColor" stroke="currentColor" stroke-width="2" stroke-linejoin="round" /></svg>`;

const panel = (
  id: string,
  title: string,
  content: unknown,
  more: TemplateResult | typeof nothing = nothing,
): TemplateResult => html`<section class="panel" id="panel-${id}" aria-labelledby="heading-${id}">
  <div class="panel-head"><h2 id="heading-${id}">${title}</h2>${more}</div>
  <div class="scroll" tabindex="0" role="group" aria-labelledby="heading-${id}">${content}</div>
</section>`;

/** What `diagnose` found, in a line that unfolds, and the button of `stabilize`: one button, so that it keeps the focus. */
function healthView(tab: TapeTab, run: Details): TemplateResult | typeof nothing {
  const { stabilized } = tab.state;
  if (run.findings.length === 0 && !stabilized) return nothing;
  const isSound = run.findings.length === 0;
  const done = !stabilized
    ? ""
    : run.rewrites.length === 0
      ? "stabilize finds nothing to rewrite in this loss."
      : `stabilize has rewritten ${run.rewrites.length === 1 ? "one place" : `${run.rewrites.length} places`}.`;
  return html`<section class="health ${isSound ? "sound" : ""}" aria-label="Numerical safety">
    <details>
      <summary>
        <span role="status">${done}</span>
        ${isSound ? nothing : html`<span aria-hidden="true">⚠</span>`}
        ${run.findings.map(({ kind, node, name, backward }, i) => html`${i === 0 ? "" : "; "}<strong>${kind}</strong> at ${node === 0 ? name : `node ${node}`}${backward ? ", backward" : ""}`)}
      </summary>
      ${run.findings.map(
        ({ kind, node, name, expression, backward, why, instead }) =>
          html`<p>${kind}${backward ? ", in the backward pass" : ""}, ${node === 0 ? name : `node ${node}, ${expression}`}: ${why}. Instead: ${instead}.</p>`,
      )}
      ${stabilized ? html`<ul>${run.rewrites.map(({ node, pattern, replacement }) => html`<li>node ${node}: ${pattern} → ${replacement}</li>`)}</ul>` : nothing}
    </details>
    ${
      stabilized || run.rewrites.length > 0
        ? html`<button id="stabilize" @click=${() => tab.update({ stabilized: !stabilized, step: undefined })}>${stabilized ? "Back to the loss as written" : "Stabilize"}</button>`
        : nothing
    }
  </section>`;
}
