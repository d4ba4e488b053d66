import { html, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { write } from "./picture.js";

let count = 0;

/** A name for an element, of which there may be several on a page. */
export const newId = (): string => `live-${++count}`;

/** A slider with its name and its value. */
export function slider(
  id: string,
  name: string,
  value: number,
  [low, high]: readonly [number, number],
  step: number | "any",
  changed: (value: number) => void,
  shown = write(value, 3),
): TemplateResult {
  return html`<label class="live-slider" for=${id}><span>${name} = <output for=${id}>${shown}</output></span>
    <input id=${id} type="range" min=${low} max=${high} step=${step} .value=${live(String(value))} aria-valuetext=${shown}
      @input=${(event: Event) => changed(Number((event.target as HTMLInputElement).value))} /></label>`;
}

/** A small picture for a button, which has its name in words. */
export const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true"><path d=${path} fill="currentColor" stroke="currentColor" stroke-width="2" stroke-linejoin="round"></path></svg>`;

/** What is dragged within a picture: `moved` is told while the pointer is down. */
export function dragged(moved: (event: PointerEvent) => void): {
  readonly down: (event: PointerEvent) => void;
  readonly move: (event: PointerEvent) => void;
} {
  return {
    down: (event) => {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      moved(event);
    },
    move: (event) => {
      if ((event.currentTarget as Element).hasPointerCapture(event.pointerId)) moved(event);
    },
  };
}
