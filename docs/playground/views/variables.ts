import { html, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { readNumber, readTable } from "../numbers.js";
import type { Value } from "../state.js";
import { reachOf } from "../text.js";

type Matrix = readonly (readonly number[])[];

/**
 * A slider for a number, a small table for a vector or a matrix. How far a slider goes is kept in `dragged` while it is
 * dragged, or it would run away under the hand.
 */
export function variableView(name: string, value: Value, dragged: Map<string, number>, change: (value: Value) => void): TemplateResult {
  const kind = kindOf(value);
  return html`<fieldset class="variable ${kind}" @paste=${(event: ClipboardEvent) => {
    const table = readTable(event.clipboardData?.getData("text/plain") ?? "");
    if (table === undefined) return;
    event.preventDefault();
    change(table);
  }}>
    <legend>
      <span class="variable-name" title=${name}>${name}</span>
      <select aria-label="Kind of ${name}" .value=${live(kind)} @change=${(event: Event) => change(convert(value, (event.target as HTMLSelectElement).value))}>
        <option value="number" ?selected=${kind === "number"}>number</option>
        <option value="vector" ?selected=${kind === "vector"}>vector</option>
        <option value="matrix" ?selected=${kind === "matrix"}>matrix</option>
      </select>
    </legend>
    ${typeof value === "number" ? numberView(name, value, dragged, change) : kind === "vector" ? vectorView(name, value as readonly number[], change) : matrixView(name, value as Matrix, change)}
  </fieldset>`;
}

function numberView(name: string, value: number, dragged: Map<string, number>, change: (value: number) => void): TemplateResult {
  const reach = dragged.get(name) ?? reachOf(value);
  return html`<input type="range" min=${-reach} max=${reach} step=${reach / 500} .value=${live(String(value))} aria-label="${name}, slider"
      @input=${(event: Event) => {
        dragged.set(name, reach);
        change(Number((event.target as HTMLInputElement).value));
      }}
      @change=${(event: Event) => {
        dragged.delete(name);
        change(Number((event.target as HTMLInputElement).value));
      }} />
    ${cell(name, value, change)}`;
}

function vectorView(name: string, values: readonly number[], change: (value: readonly number[]) => void): TemplateResult {
  return html`<div class="cells">
      ${values.map((value, i) => cell(`${name}[${i}]`, value, (next) => change(values.with(i, next))))}
    </div>
    ${sizer(`entry of ${name}`, values.length, (length) => change(resize(values, length, 0)))}`;
}

function matrixView(name: string, rows: Matrix, change: (value: Matrix) => void): TemplateResult {
  return html`<div class="cells matrix" style="--columns: ${rows[0].length}">
      ${rows.flatMap((row, i) => row.map((value, j) => cell(`${name}[${i}, ${j}]`, value, (next) => change(rows.with(i, row.with(j, next))))))}
    </div>
    ${sizer(`row of ${name}`, rows.length, (length) => change(resize(rows, length, new Array<number>(rows[0].length).fill(0))))}
    ${sizer(`column of ${name}`, rows[0].length, (length) => change(rows.map((row) => resize(row, length, 0))))}`;
}

/** What is being typed stays when the page is drawn again, as it is when a run is over: so the number is not bound as `live`. */
function cell(label: string, value: number, change: (value: number) => void): TemplateResult {
  const written = String(Number(value.toPrecision(12)));
  return html`<input class="cell" type="text" inputmode="text" autocomplete="off" aria-label=${label} .value=${written}
    @change=${(event: Event) => {
      const input = event.target as HTMLInputElement;
      const next = readNumber(input.value);
      if (next !== undefined) {
        input.value = String(Number(next.toPrecision(12)));
        change(next);
      } else input.value = written;
    }}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      const input = event.target as HTMLInputElement;
      const by = (event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 1 : 0.1);
      const next = Number(((readNumber(input.value) ?? value) + by).toPrecision(12));
      event.preventDefault();
      input.value = String(next);
      change(next);
    }} />`;
}

/** Two buttons that take away and add. */
function sizer(what: string, length: number, change: (length: number) => void): TemplateResult {
  const part = { entry: "", row: "rows", column: "columns" }[what.split(" ")[0]];
  return html`<span class="sizer"><span aria-hidden="true">${part}</span>
    <button ?disabled=${length <= 1} @click=${() => change(length - 1)} aria-label="Remove the last ${what}">−</button>
    <button ?disabled=${length >= 12} @click=${() => change(length + 1)} aria-label="Add ${what.startsWith("entry") ? "an" : "a"} ${what}">+</button>
  </span>`;
}

const kindOf = (value: Value): "number" | "vector" | "matrix" =>
  typeof value === "number" ? "number" : typeof value[0] === "number" ? "vector" : "matrix";

/** The same numbers in another arrangement. */
function convert(value: Value, kind: string): Value {
  const flat = typeof value === "number" ? [value] : value.flat();
  if (kind === "number") return flat[0];
  if (kind === "vector") return flat.length === 1 ? [flat[0], 0] : flat;
  return flat.length === 1
    ? [
        [flat[0], 0],
        [0, 1],
      ]
    : [flat];
}

const resize = <T>(list: readonly T[], length: number, filler: T): readonly T[] =>
  Array.from({ length }, (_, i) => (i < list.length ? list[i] : filler));
