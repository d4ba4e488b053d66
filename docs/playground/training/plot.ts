import { type Tensor, tensor } from "gradtape";
import type { Point } from "../state.js";
import { joined, levelLine } from "./level-lines.js";

/** The part of the plane that is shown. */
export interface Range {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** What is drawn in one frame. */
export interface Picture {
  readonly points: readonly Point[];
  /** The points held back, drawn as rings. */
  readonly heldBack: readonly Point[];
  /** The probability of class 1 at `grid` places. */
  readonly probabilities: Float64Array;
  /** The points that are looked at. */
  readonly ringed: readonly Point[];
  /** What the axes are called. */
  readonly axes: readonly [string, string];
  /** Where the keyboard is. */
  readonly cursor: readonly [number, number] | undefined;
}

/** So many places along an axis are shaded; the browser smooths between them. */
const CELLS = 64;

const PADDING = 30;

/** Round numbers within a range, about six: their distance is 1, 2 or 5 times a power of ten. */
export function ticksOf([low, high]: readonly [number, number]): number[] {
  const rough = (high - low) / 7;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  // The sum with 0 makes 0 of −0.
  return Array.from({ length: Math.ceil(high / step) - first }, (_, i) => Number(((first + i) * step + 0).toPrecision(12)));
}

/** Draws points, probabilities and the boundary on a canvas. */
export class Plot {
  readonly canvas = document.createElement("canvas");
  private readonly shade = document.createElement("canvas");
  /** The points change seldom; they are kept as a picture. */
  private readonly layer = document.createElement("canvas");
  private layerOf: readonly unknown[] = [];
  private range: Range = { x: [-4, 4], y: [-4, 4] };
  private places: Tensor = tensor([[1, 0, 0]]);

  constructor() {
    this.shade.width = CELLS;
    this.shade.height = CELLS;
    this.setRange(this.range);
  }

  /** The places [n, 3] whose probabilities are shaded. */
  get grid(): Tensor {
    return this.places;
  }

  setRange(range: Range): void {
    this.range = range;
    const at = ([low, high]: readonly [number, number], i: number): number => low + ((high - low) * (i + 0.5)) / CELLS;
    this.places = tensor(
      Array.from({ length: CELLS * CELLS }, (_, k) => [1, at(range.x, k % CELLS), at(range.y, CELLS - 1 - Math.floor(k / CELLS))]),
    );
  }

  /** A range that holds all points, and is never too small. */
  static rangeOf(points: readonly Point[]): Range {
    const axis = (k: 0 | 1): readonly [number, number] => {
      let [low, high] = [-3.5, 3.5];
      for (const point of points) {
        low = Math.min(low, Math.floor(point[k] - 0.2));
        high = Math.max(high, Math.ceil(point[k] + 0.2));
      }
      return [low, high];
    };
    return { x: axis(0), y: axis(1) };
  }

  /** Fits the canvas to its room. */
  resize(width: number, height: number): void {
    const scale = window.devicePixelRatio;
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width === w && this.canvas.height === h) return;
    this.canvas.width = w;
    this.canvas.height = h;
  }

  private get width(): number {
    return this.canvas.width / window.devicePixelRatio;
  }
  private get height(): number {
    return this.canvas.height / window.devicePixelRatio;
  }

  private toX(x: number): number {
    const [low, high] = this.range.x;
    return PADDING + ((x - low) / (high - low)) * (this.width - PADDING);
  }
  private toY(y: number): number {
    const [low, high] = this.range.y;
    return (1 - (y - low) / (high - low)) * (this.height - PADDING);
  }

  /** The place in the plane that is under a place on the canvas; none outside of the plane. */
  locate(left: number, top: number): readonly [number, number] | undefined {
    const along = (left - PADDING) / (this.width - PADDING);
    const up = 1 - top / (this.height - PADDING);
    if (along < 0 || along > 1 || up < 0 || up > 1) return undefined;
    const { x, y } = this.range;
    return [x[0] + along * (x[1] - x[0]), y[0] + up * (y[1] - y[0])];
  }

  /** The nearest place that is shown. */
  clamp([x, y]: readonly [number, number]): readonly [number, number] {
    const within = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));
    return [within(x, this.range.x), within(y, this.range.y)];
  }

  /** The place of the point that is nearest to a place, within `reach` pixels. */
  nearest(points: readonly Point[], [x, y]: readonly [number, number], reach: number): number {
    let [best, least] = [-1, reach];
    for (const [i, point] of points.entries()) {
      const distance = Math.hypot(this.toX(point[0]) - this.toX(x), this.toY(point[1]) - this.toY(y));
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  }

  draw(picture: Picture): void {
    const pen = this.canvas.getContext("2d");
    if (pen === null) return;
    const style = getComputedStyle(this.canvas);
    const color = (name: string): string => style.getPropertyValue(name);
    const scale = window.devicePixelRatio;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    this.drawShade(pen, picture.probabilities, [color("--class-0-shade"), color("--class-1-shade")]);
    this.drawAxes(pen, color("--ink-soft"));
    pen.save();
    pen.beginPath();
    pen.rect(PADDING, 0, this.width - PADDING, this.height - PADDING);
    pen.clip();
    this.updateLayer(picture, [color("--class-0"), color("--class-1")], color("--page"));
    pen.drawImage(this.layer, 0, 0, this.width, this.height);
    this.drawContours(pen, picture.probabilities, color("--ink"));
    for (const [x, y] of picture.ringed) this.ring(pen, x, y, color("--ink"));
    this.drawNames(pen, picture.axes, color("--ink"), color("--page"));
    if (picture.cursor !== undefined) this.cross(pen, picture.cursor, color("--ink"));
    pen.restore();
  }

  private drawShade(pen: CanvasRenderingContext2D, probabilities: Float64Array, colors: readonly string[]): void {
    const small = this.shade.getContext("2d");
    if (small === null || probabilities.length !== CELLS * CELLS) return;
    const [zero, one] = colors.map(channels);
    const image = small.createImageData(CELLS, CELLS);
    for (let i = 0; i < probabilities.length; i++) {
      const p = probabilities[i];
      for (let k = 0; k < 3; k++) image.data[4 * i + k] = zero[k] + (one[k] - zero[k]) * p;
      image.data[4 * i + 3] = 255;
    }
    small.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(this.shade, PADDING, 0, this.width - PADDING, this.height - PADDING);
  }

  private drawAxes(pen: CanvasRenderingContext2D, ink: string): void {
    pen.fillStyle = ink;
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const t of ticksOf(this.range.x))
      pen.fillText(String(t).replace("-", "−"), Math.max(PADDING + 8, this.toX(t)), this.height - PADDING + 6);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const t of ticksOf(this.range.y))
      pen.fillText(String(t).replace("-", "−"), PADDING - 6, Math.min(this.toY(t), this.height - PADDING - 6));
  }

  /** The names of the axes stand within the plane, at the ends of the axes. */
  private drawNames(pen: CanvasRenderingContext2D, [across, upward]: Picture["axes"], ink: string, edge: string): void {
    pen.font = "600 12px system-ui, sans-serif";
    pen.lineWidth = 3;
    pen.strokeStyle = edge;
    pen.fillStyle = ink;
    const write = (text: string, left: number, top: number): void => {
      pen.strokeText(text, left, top);
      pen.fillText(text, left, top);
    };
    pen.textAlign = "right";
    pen.textBaseline = "bottom";
    write(`${across} →`, this.width - 6, this.height - PADDING - 5);
    pen.textAlign = "left";
    pen.textBaseline = "top";
    write(`↑ ${upward}`, PADDING + 6, 6);
  }

  private updateLayer({ points, heldBack }: Picture, colors: readonly string[], edge: string): void {
    const { width, height } = this.canvas;
    const from = [points, heldBack, this.range, width, height, ...colors, edge];
    if (from.every((part, i) => part === this.layerOf[i])) return;
    this.layerOf = from;
    this.layer.width = width;
    this.layer.height = height;
    const pen = this.layer.getContext("2d");
    const scale = window.devicePixelRatio;
    pen?.setTransform(scale, 0, 0, scale, 0, 0);
    if (pen === null) return;
    this.drawPoints(pen, heldBack, colors, edge, true);
    this.drawPoints(pen, points, colors, edge, false);
  }

  /** Circles for class 0 and squares for class 1: the difference is not one of color only. */
  private drawPoints(
    pen: CanvasRenderingContext2D,
    points: readonly Point[],
    colors: readonly string[],
    edge: string,
    areHollow: boolean,
  ): void {
    // Among many points an edge around each would hide where they are dense; there they cover each other only in part.
    const areMany = points.length > 300;
    const size = areMany ? 3.2 : 4.5;
    pen.globalAlpha = areMany ? 0.7 : 1;
    pen.lineWidth = areHollow ? 1.5 : 1;
    for (const label of [0, 1] as const) {
      pen.fillStyle = areHollow ? edge : colors[label];
      pen.strokeStyle = areHollow ? colors[label] : edge;
      for (const [x, y, own] of points) {
        if (own !== label) continue;
        const [left, top] = [this.toX(x), this.toY(y)];
        pen.beginPath();
        if (label === 0) pen.arc(left, top, size, 0, 2 * Math.PI);
        else pen.rect(left - size * 0.9, top - size * 0.9, size * 1.8, size * 1.8);
        pen.fill();
        if (areHollow || !areMany) pen.stroke();
      }
    }
  }

  /** The boundary, where the probability is one half, and dashed the lines of 10 and 90 percent. */
  private drawContours(pen: CanvasRenderingContext2D, probabilities: Float64Array, ink: string): void {
    const { x, y } = this.range;
    const across = (i: number): number => this.toX(x[0] + ((x[1] - x[0]) * (i + 0.5)) / CELLS);
    const down = (j: number): number => this.toY(y[1] - ((y[1] - y[0]) * (j + 0.5)) / CELLS);
    for (const level of [0.5, 0.1, 0.9]) {
      const line = joined(levelLine(probabilities, CELLS, level));
      pen.beginPath();
      for (const part of line)
        for (const [k, [i, j]] of part.entries()) k === 0 ? pen.moveTo(across(i), down(j)) : pen.lineTo(across(i), down(j));
      pen.setLineDash(level === 0.5 ? [] : [5, 5]);
      pen.lineWidth = level === 0.5 ? 2.5 : 1.25;
      pen.strokeStyle = ink;
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  private ring(pen: CanvasRenderingContext2D, x: number, y: number, ink: string): void {
    pen.beginPath();
    pen.arc(this.toX(x), this.toY(y), 9, 0, 2 * Math.PI);
    pen.lineWidth = 2;
    pen.strokeStyle = ink;
    pen.stroke();
  }

  private cross(pen: CanvasRenderingContext2D, [x, y]: readonly [number, number], ink: string): void {
    const [left, top] = [this.toX(x), this.toY(y)];
    pen.beginPath();
    for (const [dx, dy] of [
      [10, 0],
      [0, 10],
    ]) {
      pen.moveTo(left - dx, top - dy);
      pen.lineTo(left + dx, top + dy);
    }
    pen.lineWidth = 2;
    pen.strokeStyle = ink;
    pen.stroke();
  }
}

/** `#rrggbb` as three numbers. */
const channels = (color: string): readonly number[] => [1, 3, 5].map((i) => Number.parseInt(color.trim().slice(i, i + 2), 16));
