import { binaryCrossEntropyWithLogits, hessian, minimize, type Tensor, tensor } from "gradtape";
import { html, render, svg } from "lit-html";
import { type Figure, numberOf, textOf } from "../figure.js";
import { axes, between, curve, picture, planeOf, write } from "../picture.js";

/** A logistic curve through points of 0 and 1. A click on a point moves it to the other side, and the curve is fitted anew. */
export const logistic: Figure = (place, settings) => {
  const xs = JSON.parse(textOf(settings, "x")) as number[];
  const original = JSON.parse(textOf(settings, "y")) as number[];
  const [across, up] = [settings["across"] ?? "x", settings["up"] ?? "y"];
  const plane = planeOf([numberOf(settings, "from"), numberOf(settings, "to")], [-0.12, 1.12]);
  const grid = between(plane.x);
  let ys = [...original];

  const draw = (): void => {
    const loss = (w: Tensor): Tensor =>
      binaryCrossEntropyWithLogits(
        tensor(xs)
          .mul(w.slice([1]))
          .add(w.slice([0])),
        tensor(ys),
        { reduction: "sum" },
      );
    const { params, value } = minimize(loss, tensor([0, 0]), { method: "newton", gradientTolerance: 1e-9 });
    const [intercept, slope] = params.data;
    const [a, b, , d] = hessian(loss)(params).data;
    const determinant = a * d - b * b;
    const errors = [d / determinant, a / determinant].map(Math.sqrt);
    // Where a threshold separates the two classes, a steeper curve always fits better, and the fit is where the minimizer gave up.
    const isSeparated = value < 1e-3 * xs.length;
    const isOneClass = ys.every((y) => y === ys[0]);
    render(
      html`${picture(
        plane,
        `Points of ${up} over ${across}, and the fitted probability`,
        [
          axes(plane, [across, `probability: ${up}`]),
          curve(
            plane,
            grid,
            grid.map((x) => 1 / (1 + Math.exp(-(intercept + slope * x)))),
            "curve curve-0",
          ),
          xs.map((x, i) => {
            const flip = (): void => {
              ys = ys.map((y, k) => (k === i ? 1 - y : y));
              draw();
            };
            return svg`<circle class="point class-${ys[i]}" r="6" cx=${plane.toX(x)} cy=${plane.toY(ys[i])} tabindex="0" role="button"
            aria-label="${across} ${x}: ${ys[i] === 1 ? "yes" : "no"}" @click=${flip}
            @keydown=${(event: KeyboardEvent) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              flip();
            }}></circle>`;
          }),
        ],
        "group",
      )}
      <p class="live-answer">${
        isOneClass
          ? "All points are on one side: the best curve is flat, infinitely far up or down, and no fit exists."
          : isSeparated
            ? "A threshold separates the two sides: the steeper the curve, the better it fits, without end. No best fit exists."
            : html`intercept ${write(intercept)} ± ${write(errors[0], 3)}, slope <strong>${write(slope)}</strong> ± ${write(errors[1], 3)}; the odds grow by a factor of ${write(Math.exp(slope), 3)} for each ${settings["unit"] ?? "unit"}. log-likelihood ${write(-value, 5)}`
      }</p>
      <div class="live-controls"><span>Click a point to move it to the other side.</span><button @click=${() => {
        ys = [...original];
        draw();
      }}>Reset</button></div>`,
      place,
    );
  };
  draw();
};
