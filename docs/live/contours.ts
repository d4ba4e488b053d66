import { svg, type TemplateResult } from "lit-html";
import { between, type Plane } from "./picture.js";

/** Cells of the net along an axis. */
const CELLS = 64;

/** The lines along which a function of a plane has some value, as marching squares find them. */
export function contours(plane: Plane, f: (x: number, y: number) => number, levels: readonly number[]): TemplateResult {
  const [xs, ys] = [between(plane.x, CELLS), between(plane.y, CELLS)];
  const values = ys.map((y) => xs.map((x) => f(x, y)));
  return svg`${levels.map((level) => svg`<path class="contour" d=${lineAt(level)}></path>`)}`;

  function lineAt(level: number): string {
    let path = "";
    for (let j = 0; j < CELLS; j++)
      for (let i = 0; i < CELLS; i++) {
        // The corners of a cell in a circle; where two neighbors lie on two sides of the level, the line crosses between them.
        const corners = [
          [i, j],
          [i + 1, j],
          [i + 1, j + 1],
          [i, j + 1],
        ] as const;
        const crossings: string[] = [];
        corners.forEach(([a, b], k) => {
          const [c, d] = corners[(k + 1) % 4];
          const [from, to] = [values[b][a] - level, values[d][c] - level];
          if (from > 0 === to > 0) return;
          const t = from / (from - to);
          crossings.push(`${plane.toX(xs[a] + t * (xs[c] - xs[a])).toFixed(1)} ${plane.toY(ys[b] + t * (ys[d] - ys[b])).toFixed(1)}`);
        });
        for (let k = 0; k + 1 < crossings.length; k += 2) path += `M${crossings[k]}L${crossings[k + 1]}`;
      }
    return path;
  }
}

/** Values of a function between its least and its largest, closer to one another near the least, as a map of a valley shows heights. */
export function levelsOf(plane: Plane, f: (x: number, y: number) => number, count = 12): number[] {
  const values = between(plane.y, 24).flatMap((y) => between(plane.x, 24).map((x) => f(x, y)));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Array.from({ length: count }, (_, k) => low + (high - low) * ((k + 0.5) / count) ** 2);
}
