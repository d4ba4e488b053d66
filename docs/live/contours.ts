import { svg, type TemplateResult } from "lit-html";
import { levelLine } from "../playground/training/level-lines.js";
import { between, type Plane } from "./picture.js";

/** Cells of the net along an axis. */
const CELLS = 64;

/** The lines along which a function of a plane has one of some values. */
export function contours(plane: Plane, f: (x: number, y: number) => number, levels: readonly number[]): TemplateResult {
  const values = between(plane.y, CELLS).flatMap((y) => between(plane.x, CELLS).map((x) => f(x, y)));
  const across = (i: number): string => plane.toX(plane.x[0] + ((plane.x[1] - plane.x[0]) * i) / CELLS).toFixed(1);
  const up = (j: number): string => plane.toY(plane.y[0] + ((plane.y[1] - plane.y[0]) * j) / CELLS).toFixed(1);
  return svg`${levels.map((level) => {
    const path = levelLine(values, CELLS + 1, level).map(([a, b, c, d]) => `M${across(a)} ${up(b)}L${across(c)} ${up(d)}`);
    return svg`<path class="contour" d=${path.join("")}></path>`;
  })}`;
}

/** Values of a function between its least and its largest, closer to one another near the least, as a map of a valley shows heights. */
export function levelsOf(plane: Plane, f: (x: number, y: number) => number, count = 12): number[] {
  const values = between(plane.y, 24).flatMap((y) => between(plane.x, 24).map((x) => f(x, y)));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Array.from({ length: count }, (_, k) => low + (high - low) * ((k + 0.5) / count) ** 2);
}
