import { formatShort } from "../text.js";
import type { ShownMoment, ShownRun } from "../worker/shown.js";
import type { Picture } from "../worker/worker.js";

/** The picture of a tape: taken over once a tape, then painted once a moment. */
export class GraphView {
  readonly element = document.createElement("div");
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

  paint(run: ShownRun, moment: ShownMoment, { svg: drawn, problem }: Picture): void {
    if (this.drawn !== drawn + problem) this.draw(drawn, problem);
    const { svg } = this;
    if (svg === undefined) return;
    svg.setAttribute("aria-label", describe(run, moment));
    const { nodes, inputs } = run;
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
      const [{ amount }] = flows;
      const sum = flows.slice(1).reduce((total, part) => total.map((value, i) => value + part.amount.data[i]), amount.data);
      const middle = path.getPointAtLength(path.getTotalLength() * 0.5);
      const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
      label.setAttribute("class", "flow-label");
      label.textContent = formatShort({ ...amount, data: sum });
      // To the right of the arrow; where the picture ends there, to the left. The letters are about 7 units wide.
      const width = 7 * label.textContent.length;
      const isCut = middle.x + 7 + width > svg.viewBox.baseVal.width - 8;
      label.setAttribute("x", String(isCut ? Math.max(0, middle.x - 7 - width) : middle.x + 7));
      label.setAttribute("y", String(middle.y + 4));
      edge.parentNode?.append(label);
    }
  }

  private draw(drawn: string, problem: string): void {
    this.drawn = drawn + problem;
    this.svg = undefined;
    if (drawn === "") {
      this.element.textContent = problem;
      return;
    }
    const svg = document.importNode(
      new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement,
      true,
    ) as unknown as SVGSVGElement;
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

function describe(run: ShownRun, { computed, cotangents }: ShownMoment): string {
  const parts = run.nodes.map(({ output, op, inputs }) => `${output.name} is ${op} of ${inputs.map(({ name }) => name).join(" and ")}`);
  return `Graph of the tape: ${parts.join("; ")}. ${computed} of ${parts.length} nodes have a value, ${cotangents.size} values have a cotangent.`;
}
