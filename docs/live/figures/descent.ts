import type { Tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { html, nothing, render, svg } from "lit-html";
import { contours, levelsOf } from "../contours.js";
import { dragged, newId, slider } from "../controls.js";
import { type Course, type Place, Valley, type Way } from "../descent.js";
import { type Figure, numberOf, textOf } from "../figure.js";
import { axes, curve, type Interval, intervalOf, picture, planeOf, write } from "../picture.js";

const STEPS = 200;
const NEWTON_STEPS = 20;

const SAID: Readonly<Record<Course, string>> = {
  arrives: "It arrives",
  crawls: "It crawls: most steps are far too short for the distance that is left",
  oscillates: "It oscillates: each step jumps over the bottom to about the same height on the other side",
  diverges: "It diverges: each step ends higher than the last one",
};

/** Gradient descent, and Newton's method where `newton` is set, from a place that can be moved. */
export const descent: Figure = (place, settings) => {
  const formula = parseMath(textOf(settings, "formula"));
  const [across, up] = (settings["variables"] ?? "x y").split(" ");
  const constants = JSON.parse(settings["constants"] ?? "{}") as Readonly<Record<string, number[]>>;
  const hasNewton = settings["newton"] === "yes";
  const interval = (key: string): Interval => {
    const [low, high] = textOf(settings, key).split(" ").map(Number);
    return [low, high];
  };
  const valley = new Valley((at: Tensor) => formula({ ...constants, [across]: at.slice([0]), [up]: at.slice([1]) }));
  const plane = planeOf(interval("across"), interval("up"), 380);
  const height = (x: number, y: number): number => valley.value(x, y);
  const map = contours(plane, height, levelsOf(plane, height));
  const rates = [numberOf(settings, "slowest", 0.01), numberOf(settings, "fastest", 1)] as const;
  const ids = [newId(), newId()];
  let rate = numberOf(settings, "rate", 0.1);
  let start: Place = textOf(settings, "start").split(" ").map(Number) as unknown as Place;
  let shown = STEPS;

  const draw = (): void => {
    const way = valley.descend(start, rate, STEPS);
    const other = hasNewton ? valley.newton(start, NEWTON_STEPS) : undefined;
    const steps = way.places.length - 1;
    const drag = dragged((event) => {
      const [x, y] = plane.locate(event);
      start = [Math.min(plane.x[1], Math.max(plane.x[0], x)), Math.min(plane.y[1], Math.max(plane.y[0], y))];
      draw();
    });
    const cut = { places: way.places.slice(0, shown + 1), values: way.values.slice(0, shown + 1) };
    const course = valley.courseOf(way);
    const turns = valley.turnsOf(way);
    render(
      html`${picture(plane, `Map of the function, and ${steps} steps of gradient descent over it`, [
        map,
        axes(plane, [across, up]),
        pathOf(cut, "way-0"),
        other === undefined ? nothing : pathOf(other, "way-1"),
        svg`<circle class="mark" r="7" cx=${plane.toX(start[0])} cy=${plane.toY(start[1])}></circle>
          <rect class="drag" width=${plane.width} height=${plane.height} @pointerdown=${drag.down} @pointermove=${drag.move}></rect>`,
      ])}
      ${other === undefined ? nothing : html`<p class="live-legend"><span class="key curve-0"></span> gradient descent <span class="key curve-1"></span> Newton’s method</p>`}
      <div class="live-controls">
        ${slider(
          ids[0],
          "learning rate",
          Math.log10(rate),
          [Math.log10(rates[0]), Math.log10(rates[1])],
          "any",
          (power) => {
            rate = 10 ** power;
            shown = STEPS;
            draw();
          },
          write(rate, 3),
        )}
        ${slider(ids[1], "steps", Math.min(shown, steps), [0, Math.max(1, steps)], 1, (value) => {
          shown = value;
          draw();
        })}
      </div>
      <p class="live-answer"><strong>${SAID[course]}</strong>${course === "arrives" ? ` after ${steps === STEPS ? `about ${STEPS}` : steps} steps` : ""}${
        turns > steps / 3 && steps > 3 ? `, in a zigzag: ${turns} of ${steps} steps turn back on the one before` : ""
      }.${other === undefined ? "" : ` Newton’s method ${valley.courseOf(other) === "arrives" ? `needs ${other.places.length - 1} ${other.places.length === 2 ? "step" : "steps"}` : "fails from here: the function is too flat, and its parabola lies far away"}.`}
        Click or drag in the map to start elsewhere.</p>
      ${settings["curve"] === "yes" ? lossCurve(cut) : nothing}`,
      place,
    );
  };

  const pathOf = ({ places }: Way, className: string): unknown => {
    const point = ([x, y]: Place): string => `${plane.toX(x).toFixed(1)},${plane.toY(y).toFixed(1)}`;
    const inside = ([x, y]: Place): boolean => Math.hypot(x, y) < 1e5;
    const seen = places.filter(inside);
    return svg`<g clip-path="url(#live-clip)" class=${className}><polyline points=${seen.map(point).join(" ")}></polyline>
      ${seen.slice(0, 80).map(([x, y]) => svg`<circle r="2.5" cx=${plane.toX(x)} cy=${plane.toY(y)}></circle>`)}</g>`;
  };
  draw();
};

/** The value at each step. One step that shoots up must not flatten all others: the picture ends a little above where it began. */
function lossCurve({ values }: Way): unknown {
  const cut = values.map((value) => Math.min(value, 3 * values[0]));
  const plane = planeOf([0, Math.max(1, values.length - 1)], intervalOf([0, ...cut]), 160);
  return picture(plane, "The value at each step", [
    axes(plane, ["step", "value"]),
    curve(
      plane,
      values.map((_, k) => k),
      values,
      "curve curve-0",
    ),
  ]);
}
