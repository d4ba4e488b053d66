import { instance, type Viz } from "@viz-js/viz";
import { type Tensor, toDot } from "gradtape";
import type { Run } from "../run.js";
import type { Moment } from "../steps.js";
import { formatShort } from "../text.js";

/** The picture of a tape: laid out once a tape, then painted once a moment. */
export class GraphView {
  readonly element = document.createElement("div");
  private viz: Viz | undefined;
  /** What the picture was made of. */
  private drawn = "";
  private svg: SVGSVGElement | undefined;

  /** `chosen` is told the number of the node that was clicked. */
  constructor(private readonly chosen: (node: number) => void) {
    this.element.className = "graph";
    this.element.addEventListener("click", ({ target }) => {
      const id = (target as Element).closest<SVGGElement>("g.node")?.dataset["id"] ?? "";
      if (id.startsWith("n")) this.chosen(Number(id.slice(1)) - 1);
    });
  }

  /** Gets the program that lays graphs out. */
  async ready(): Promise<void> {
    this.viz = await instance();
  }

  get isReady(): boolean {
    return this.viz !== undefined;
  }

  paint(run: Run, moment: Moment): void {
    if (this.viz === undefined) return;
    const dot = dotOf(run);
    if (this.drawn !== dot) this.draw(dot, this.viz);
    const { svg } = this;
    if (svg === undefined) return;
    svg.setAttribute("aria-label", describe(run, moment));
    const { nodes, inputs } = run.tape;
    const current = moment.value;
    const targets = new Set(moment.parts.map(({ to }) => to));
    const unsafe = new Set(run.findings.filter(({ node }) => node > 0).map(({ node }) => node - 1));
    const ids = new Map([
      ...inputs.map((x, i) => [x, `i${i + 1}`] as const),
      ...nodes.map(({ output }, i) => [output, `n${i + 1}`] as const),
    ]);
    for (const [x, id] of ids) {
      const group = svg.querySelector<SVGGElement>(`g[data-id="${id}"]`);
      if (group === null) continue;
      const place = id.startsWith("n") ? Number(id.slice(1)) - 1 : -1;
      const g = moment.cotangents.get(x);
      group.classList.toggle("pending", place >= moment.computed);
      group.classList.toggle("current", x === current);
      group.classList.toggle("backward", x === current && (moment.kind === "backward" || moment.kind === "seed"));
      group.classList.toggle("target", targets.has(x));
      group.classList.toggle("swept", g !== undefined);
      group.classList.toggle("unsafe", unsafe.has(place));
      const line = group.querySelector(".cotangent");
      if (line !== null) line.textContent = g === undefined ? "" : `∂ ${formatShort(g)}`;
      const value = group.querySelector(".value");
      if (value !== null) value.textContent = place >= moment.computed ? "" : formatShort(x);
    }
    for (const label of svg.querySelectorAll(".flow-label")) label.remove();
    for (const edge of svg.querySelectorAll<SVGGElement>("g.edge")) {
      const [from, to] = (edge.dataset["id"] ?? "").split("->");
      const flows = moment.parts.filter((part) => ids.get(part.to) === from && `n${moment.node + 1}` === to);
      edge.classList.toggle("flow", flows.length > 0);
      edge.classList.toggle("feeds", moment.kind === "forward" && `n${moment.node + 1}` === to);
      const path = edge.querySelector("path");
      if (flows.length === 0 || path === null) continue;
      const amount = flows.map((part) => part.amount).reduce((a, b) => a.add(b));
      const middle = path.getPointAtLength(path.getTotalLength() * 0.5);
      const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
      label.setAttribute("class", "flow-label");
      label.textContent = formatShort(amount);
      // To the right of the arrow; where the picture ends there, to the left. The letters are about 7 units wide.
      const width = 7 * label.textContent.length;
      const isCut = middle.x + 7 + width > svg.viewBox.baseVal.width - 8;
      label.setAttribute("x", String(isCut ? Math.max(0, middle.x - 7 - width) : middle.x + 7));
      label.setAttribute("y", String(middle.y + 4));
      edge.parentNode?.append(label);
    }
  }

  private draw(dot: string, viz: Viz): void {
    this.drawn = dot;
    // Room for the cotangents is kept from the beginning, so that nothing moves when they come.
    const svg = viz.renderSVGElement(dot, { graphAttributes: { bgcolor: "transparent", nodesep: 0.2, ranksep: 0.42 } });
    svg.setAttribute("role", "img");
    svg.style.setProperty("--height", `${svg.viewBox.baseVal.height}px`);
    svg.style.setProperty("--width", `${svg.viewBox.baseVal.width}px`);
    for (const title of svg.querySelectorAll("title")) {
      const { parentElement, textContent } = title;
      if (parentElement !== null) parentElement.dataset["id"] = textContent ?? "";
      title.remove();
    }
    for (const group of svg.querySelectorAll<SVGGElement>("g.node")) {
      const texts = [...group.querySelectorAll("text")];
      const cotangent = texts.find((text) => text.textContent?.startsWith("∂"));
      cotangent?.classList.add("cotangent");
      const isInput = group.dataset["id"]?.startsWith("i") === true;
      texts[0]?.classList.add("name");
      texts[isInput ? 1 : 2]?.classList.add("value");
      group.classList.add(isInput ? "input" : "op");
      for (const shape of group.querySelectorAll("polygon, path, polyline"))
        for (const name of ["fill", "stroke"]) shape.removeAttribute(name);
    }
    for (const shape of svg.querySelectorAll("g.edge *")) for (const name of ["fill", "stroke"]) shape.removeAttribute(name);
    this.svg = svg;
    this.element.replaceChildren(svg);
  }
}

/**
 * The graph in the DOT language, with the names that stand in the other views. In the place of numbers stand zeros, in steps
 * of four: the picture is laid out anew only where a number needs more room, and not while a slider is dragged a little.
 */
function dotOf({ tape, name }: Run): string {
  const labels = new Map<string, string>();
  const add = (id: string, x: Tensor, op: readonly string[]): void => {
    const g = tape.cotangents.get(x);
    const room = (value: Tensor): string => "0".repeat(4 * Math.ceil(formatShort(value).length / 4));
    const lines = [name(x), ...op, room(x), ...(g === undefined ? [] : [`∂ ${room(g)}`])];
    labels.set(id, lines.map((line) => line.replaceAll("\\", "\\\\").replaceAll('"', '\\"')).join("\\n"));
  };
  for (const [i, x] of tape.inputs.entries()) add(`i${i + 1}`, x, []);
  for (const [i, { op, inputs, output }] of tape.nodes.entries()) add(`n${i + 1}`, output, [`${op.name}(${inputs.map(name).join(", ")})`]);
  return toDot(tape, { longest: Number.POSITIVE_INFINITY })
    .replace(/^(\s*)(\w+) \[label="(?:[^"\\]|\\.)*"/gm, (whole, space: string, id: string) => {
      const label = labels.get(id);
      return label === undefined ? whole : `${space}${id} [label="${label}"`;
    })
    .replace('margin="0.18,', 'margin="0.26,'); // bold letters are wider than those that it measures
}

function describe(run: Run, { computed, cotangents }: Moment): string {
  const parts = run.tape.nodes.map(
    ({ output, op, inputs }) => `${run.name(output)} is ${op.name} of ${inputs.map(run.name).join(" and ")}`,
  );
  return `Graph of the tape: ${parts.join("; ")}. ${computed} of ${parts.length} nodes have a value, ${cotangents.size} values have a cotangent.`;
}
