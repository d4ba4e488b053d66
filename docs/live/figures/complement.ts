import { sigmoid } from "gradtape";
import { html, render, svg } from "lit-html";
import { newId, slider } from "../controls.js";
import type { Figure } from "../figure.js";
import { axes, between, curve, picture, planeOf } from "../picture.js";

const RANGE = [-5, 45] as const;

/** Where 1 − σ(z) loses its digits, beside σ(−z), which is the same on paper. */
export const complement: Figure = (place) => {
  const naive = (z: number): number => 1 - sigmoid(z).item();
  const stable = (z: number): number => sigmoid(-z).item();
  /** Of 16 digits, how many of the difference are right. */
  const digits = (z: number): number => Math.max(0, Math.min(16, -Math.log10(Math.abs(naive(z) - stable(z)) / stable(z) + 1e-16)));
  const zs = between(RANGE, 400);
  const plane = planeOf(RANGE, [0, 17]);
  const id = newId();
  let z = 20;
  const draw = (): void => {
    const right = digits(z);
    const [a, b] = [naive(z).toPrecision(16), stable(z).toPrecision(16)];
    render(
      html`${picture(plane, "Digits of 1 − ŷ that are right, over z", [
        axes(plane, ["z", "right digits of 1 − ŷ"]),
        curve(
          plane,
          zs,
          zs.map(() => 16),
          "curve curve-1",
        ),
        curve(plane, zs, zs.map(digits), "curve curve-0"),
        svg`<line class="cursor" x1=${plane.toX(z)} x2=${plane.toX(z)} y1=${plane.toY(0)} y2=${plane.toY(16)}></line>
          <circle class="mark" r="6" cx=${plane.toX(z)} cy=${plane.toY(right)}></circle>`,
      ])}
      <p class="live-legend"><span class="key curve-0"></span> 1 − σ(z) <span class="key curve-1"></span> σ(−z)</p>
      <div class="live-controls">${slider(id, "z", z, RANGE, 0.5, (value) => {
        z = value;
        draw();
      })}</div>
      <p class="live-answer">ŷ = <code>${sigmoid(z).item().toPrecision(17)}</code><br />1 − ŷ = <code>${a}</code>${right < 0.5 ? "" : html`, of which <strong>${Math.floor(right)} digits</strong> are right`}<br />σ(−z) = <code>${b}</code>${
        naive(z) === 0 ? html`<br />1 − ŷ is exactly 0: its logarithm is −∞, and 0 · (−∞) is NaN.` : ""
      }</p>`,
      place,
    );
  };
  draw();
};
