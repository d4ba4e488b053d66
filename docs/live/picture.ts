import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { Curve } from "./messages.js";

export type Interval = readonly [low: number, high: number];

/** A plane on the page: where its numbers lie in the picture, and back. */
export interface Plane {
  readonly x: Interval;
  readonly y: Interval;
  readonly width: number;
  readonly height: number;
  toX(x: number): number;
  toY(y: number): number;
  /** The place in the plane under a pointer. */
  locate(event: PointerEvent): readonly [x: number, y: number];
}

/** Room for the numbers of the axes. */
const LEFT = 46;
const BOTTOM = 26;
const TOP = 10;
const RIGHT = 12;

/** On a phone a picture has fewer points across, and not smaller letters. */
const widthOfScreen = (): number => Math.max(260, Math.min(560, innerWidth - 100));

export function planeOf(x: Interval, y: Interval, height = 300, width = widthOfScreen()): Plane {
  const across = width - LEFT - RIGHT;
  const up = height - TOP - BOTTOM;
  return {
    x,
    y,
    width,
    height,
    toX: (value) => LEFT + ((value - x[0]) / (x[1] - x[0])) * across,
    toY: (value) => TOP + (1 - (value - y[0]) / (y[1] - y[0])) * up,
    locate(event) {
      const box = (event.currentTarget as Element).closest("svg")?.getBoundingClientRect() ?? new DOMRect();
      const left = ((event.clientX - box.left) / box.width) * width;
      const top = ((event.clientY - box.top) / box.height) * height;
      return [x[0] + ((left - LEFT) / across) * (x[1] - x[0]), y[0] + (1 - (top - TOP) / up) * (y[1] - y[0])];
    },
  };
}

/** Round numbers within an interval, about `count`: their distance is 1, 2 or 5 times a power of ten. */
export function ticksOf([low, high]: Interval, count = 6): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k++) ticks.push(Number((k * step + 0).toPrecision(12)));
  return ticks;
}

/** A number for people: four digits, a minus sign, powers of ten where they are short. */
export function write(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  return String(Number(value.toPrecision(digits))).replaceAll("-", "−");
}

/** The frame of a plane with its numbers; `names` stand at the ends of the axes. */
export function axes(
  plane: Plane,
  names: readonly [across: string, up: string],
  label: (t: number, axis: "x" | "y") => string = (t) => write(t),
): TemplateResult {
  const { width, height } = plane;
  return svg`<g class="axes">
    ${ticksOf(plane.x, plane.width / 80).map(
      (t) => svg`<line class="grid" x1=${plane.toX(t)} x2=${plane.toX(t)} y1=${TOP} y2=${height - BOTTOM}></line>
      <text x=${plane.toX(t)} y=${height - BOTTOM + 17} text-anchor="middle">${label(t, "x")}</text>`,
    )}
    ${ticksOf(plane.y, 5).map(
      (t) => svg`<line class="grid" x1=${LEFT} x2=${width - RIGHT} y1=${plane.toY(t)} y2=${plane.toY(t)}></line>
      <text x=${LEFT - 6} y=${plane.toY(t) + 4} text-anchor="end">${label(t, "y")}</text>`,
    )}
    <text class="axis-name" x=${width - RIGHT - 4} y=${height - BOTTOM - 6} text-anchor="end">${names[0]}</text>
    <text class="axis-name" x=${LEFT + 6} y=${TOP + 12}>${names[1]}</text>
  </g>`;
}

/** A curve through points; where they leave the plane far above or below, or are no numbers, it is broken. */
export function curve(plane: Plane, xs: readonly number[], ys: readonly number[], className: string): TemplateResult {
  const reach = 2 * (plane.y[1] - plane.y[0]);
  let path = "";
  let isDown = false;
  xs.forEach((x, i) => {
    const y = ys[i];
    const isNear = Number.isFinite(y) && y < plane.y[1] + reach && y > plane.y[0] - reach;
    if (isNear) path += `${isDown ? "L" : "M"}${plane.toX(x).toFixed(2)} ${plane.toY(y).toFixed(2)}`;
    isDown = isNear;
  });
  return svg`<path class=${className} d=${path} clip-path="url(#live-clip)"></path>`;
}

/** A picture of a plane; a `group`, where there is something to press in it. */
export const picture = (plane: Plane, label: string, content: unknown, role: "img" | "group" = "img"): TemplateResult =>
  html`<svg class="live-picture" viewBox="0 0 ${plane.width} ${plane.height}" role=${role} aria-label=${label}>
    <defs><clipPath id="live-clip"><rect x=${LEFT} y=${TOP} width=${plane.width - LEFT - RIGHT} height=${plane.height - TOP - BOTTOM}></rect></clipPath></defs>
    ${content}
  </svg>`;

/** An interval that holds all numbers, with a little room. */
export function intervalOf(values: readonly number[]): Interval {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const room = high > low ? 0.04 * (high - low) : Math.max(1e-12, Math.abs(low), 1) / 2;
  return [low - room, high + room];
}

/** Numbers from one end to the other. */
export const between = ([low, high]: Interval, count = 240): number[] =>
  Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);

/** What `plot` in a block draws. */
export function curvesPicture(curves: readonly Curve[]): TemplateResult | typeof nothing {
  if (curves.every(({ x }) => x.length === 0)) return nothing;
  const plane = planeOf(intervalOf(curves.flatMap(({ x }) => x)), intervalOf(curves.flatMap(({ y }) => y)));
  return picture(plane, `Plot of ${curves.length === 1 ? "a curve" : `${curves.length} curves`}`, [
    axes(plane, ["", ""]),
    curves.map(({ x, y }, i) =>
      x.length === 1
        ? svg`<circle class="mark curve-${i % 3}" r="4" cx=${plane.toX(x[0])} cy=${plane.toY(y[0])}></circle>`
        : curve(plane, x, y, `curve curve-${i % 3}`),
    ),
  ]);
}
