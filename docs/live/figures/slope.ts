import { grad, type Tensor, tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { html, render, svg } from "lit-html";
import { dragged, newId, slider } from "../controls.js";
import { type Figure, numberOf, textOf } from "../figure.js";
import { axes, between, curve, intervalOf, picture, planeOf, write } from "../picture.js";

/** The slope of a curve at a point that can be moved. */
export const slope: Figure = (place, settings) => {
  const formula = parseMath(textOf(settings, "formula"));
  const [variable] = formula.variables;
  const name = settings["name"] ?? "f";
  const range = [numberOf(settings, "from"), numberOf(settings, "to")] as const;
  const f = (x: Tensor): Tensor => formula({ [variable]: x });
  const xs = between(range);
  const ys = xs.map((x) => f(tensor(x)).item());
  const plane = planeOf(range, intervalOf(ys));
  const id = newId();
  let x = numberOf(settings, "at");

  const draw = (): void => {
    const y = f(tensor(x)).item();
    const m = grad(f)(tensor(x)).item();
    const end = (t: number): string => `${plane.toX(t)},${plane.toY(y + m * (t - x))}`;
    const drag = dragged((event) => {
      x = Math.min(range[1], Math.max(range[0], plane.locate(event)[0]));
      draw();
    });
    render(
      html`${picture(plane, `${name} over ${variable} with its tangent at ${write(x, 3)}: slope ${write(m)}`, [
        svg`<rect class="drag" width=${plane.width} height=${plane.height} @pointerdown=${drag.down} @pointermove=${drag.move}></rect>`,
        axes(plane, [variable, name]),
        curve(plane, xs, ys, "curve curve-0"),
        svg`<polyline class="tangent" points="${end(range[0])} ${end(range[1])}" clip-path="url(#live-clip)"></polyline>
          <circle class="mark" r="7" cx=${plane.toX(x)} cy=${plane.toY(y)}></circle>`,
      ])}
      <div class="live-controls">${slider(id, variable, x, range, "any", (value) => {
        x = value;
        draw();
      })}</div>
      <p class="live-answer">At ${variable} = ${write(x, 3)}: ${name} = ${write(y)}, slope ∂${name}/∂${variable} = <strong>${write(m)}</strong>. ${
        Math.abs(m) < 0.005
          ? `It is flat here: a small step in ${variable} hardly changes ${name}.`
          : `A step of 0.1 to the right ${m > 0 ? "raises" : "lowers"} ${name} by about ${write(Math.abs(m) / 10, 2)}.`
      }</p>`,
      place,
    );
  };
  draw();
};
