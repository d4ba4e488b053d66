import { grad, type Tensor, tensor } from "gradtape";
import { parseMath } from "gradtape/math";
import { html, render, svg } from "lit-html";
import { newId, slider } from "../controls.js";
import { type Figure, numberOf, textOf } from "../figure.js";
import { axes, curve, picture, planeOf, write } from "../picture.js";

const SMALLEST = -15;
const LARGEST = 0;

/** How many digits a difference quotient has right, by the size of its nudge. */
export const nudge: Figure = (place, settings) => {
  const formula = parseMath(textOf(settings, "formula"));
  const [variable] = formula.variables;
  const at = numberOf(settings, "at");
  const f = (x: number): number => formula({ [variable]: x }).item();
  const exact = grad((x: Tensor) => formula({ [variable]: x }))(tensor(at)).item();
  const central = (h: number): number => (f(at + h) - f(at - h)) / (2 * h);
  const oneSided = (h: number): number => (f(at + h) - f(at)) / h;
  /** Digits that are right; 16 is all of them. */
  const digits = (value: number): number => Math.max(0, Math.min(16, -Math.log10(Math.abs(value - exact) / Math.abs(exact) + 1e-16)));
  const powers = Array.from({ length: 8 * (LARGEST - SMALLEST) + 1 }, (_, i) => SMALLEST + i / 8);
  const plane = planeOf([SMALLEST, LARGEST], [0, 16.5]);
  const curves = [central, oneSided].map((quotient) => powers.map((power) => digits(quotient(10 ** power))));
  const id = newId();
  let power = -5;

  const draw = (): void => {
    const h = 10 ** power;
    const best = digits(central(h));
    render(
      html`${picture(plane, "Digits of a difference quotient that are right, over the size of the nudge", [
        axes(plane, ["size h of the nudge", "right digits"], (t, axis) => (axis === "x" ? `10${superscript(t)}` : write(t))),
        curve(plane, powers, curves[1], "curve curve-1"),
        curve(plane, powers, curves[0], "curve curve-0"),
        svg`<line class="cursor" x1=${plane.toX(power)} x2=${plane.toX(power)} y1=${plane.toY(0)} y2=${plane.toY(16)}></line>
          <circle class="mark" r="6" cx=${plane.toX(power)} cy=${plane.toY(best)}></circle>`,
      ])}
      <p class="live-legend"><span class="key curve-0"></span> to both sides, (f(x + h) − f(x − h))/2h <span class="key curve-1"></span> to one side, (f(x + h) − f(x))/h</p>
      <div class="live-controls">${slider(
        id,
        "h",
        power,
        [SMALLEST, LARGEST],
        0.125,
        (value) => {
          power = value;
          draw();
        },
        h.toExponential(1).replace("-", "−"),
      )}</div>
      <p class="live-answer">The nudge gives <code>${central(h).toPrecision(16)}</code>, the tape <code>${exact.toPrecision(16)}</code>: <strong>${Math.floor(best)} digits</strong> agree. ${
        power > -4
          ? "The nudge is so large that the bend of the curve comes in."
          : power < -7
            ? "The nudge is so small that f(x + h) and f(x − h) share most digits, and the subtraction cancels them."
            : "This is about as good as a nudge gets."
      }</p>`,
      place,
    );
  };
  draw();
};

/** A whole number as a power: ⁻⁵. */
export const superscript = (power: number): string =>
  String(power).replace(/./g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]));
