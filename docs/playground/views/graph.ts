import type { Received } from "../cotangents.js";
import { formatShort } from "../text.js";
import type { Details } from "../worker/details.js";
import type { ShownMoment, ShownPart, ShownRun, ShownValue } from "../worker/shown.js";
import type { Picture } from "../worker/worker.js";
import { InView } from "./in-view.js";

/** The parts of a node in the picture. */
interface Drawn {
  readonly group: SVGGElement;
  readonly value: Element | null;
  readonly cotangent: Element | null;
}

/** The picture of a tape: taken over once a tape, then painted once a moment. */
export class GraphView {
  readonly element = document.createElement("div");
  /** What the picture was made of. */
  private drawn: Picture | undefined;
  /** What has been painted. */
  private painted: readonly unknown[] = [];
  private svg: SVGSVGElement | undefined;
  private nodes: ReadonlyMap<string, Drawn> = new Map();
  private edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly group: SVGGElement;
    readonly path: SVGPathElement | null;
  }[] = [];

  private readonly inView: InView;

  /**
   * `chosen` is told what was clicked: the number of a node or, from −1 down, of an input; `appeared` when a node comes into sight
   * that was left as it was.
   */
  constructor(
    private readonly chosen: (node: number) => void,
    appeared: () => void,
  ) {
    this.inView = new InView(() => {
      this.painted = [];
      appeared();
    });
    this.element.className = "graph";
    this.element.addEventListener("click", ({ target }) => {
      const id = (target as Element).closest<SVGGElement>("g.node")?.dataset["id"] ?? "";
      const number = Number(id.slice(1));
      if (id.startsWith("n")) this.chosen(number - 1);
      else if (id.startsWith("i")) this.chosen(-number);
    });
  }

  /** `isFollowing` says that only numbers change, and soon again: then nodes that nobody sees stay as they were. */
  paint(
    run: ShownRun,
    moment: ShownMoment,
    cotangents: ReadonlyMap<ShownValue, Received>,
    findings: Details["findings"],
    picture: Picture,
    isFollowing: boolean,
  ): void {
    const asked = [run, isFollowing, run.structure, run.moments.indexOf(moment), findings, picture];
    if (asked.every((part, i) => part === this.painted[i])) return;
    const isSame = asked.slice(2).every((part, i) => part === this.painted[i + 2]);
    this.painted = asked;
    if (this.drawn !== picture) this.draw(picture);
    const { svg } = this;
    if (svg === undefined) return;
    const unsafe = new Set(findings.filter(({ node }) => node > 0).map(({ node }) => node - 1));
    set(svg, "aria-label", describe(run, moment, cotangents.size));
    const targets = new Set(moment.parts.map(({ to }) => to));
    const operands = new Set(moment.kind === "forward" ? run.nodes[moment.node].inputs : []);
    const isBackward = moment.kind === "backward" || moment.kind === "seed";
    const paintOne = (x: ShownValue, id: string, place: number): void => {
      const drawn = this.nodes.get(id);
      if (drawn === undefined || (isFollowing && isSame && !this.inView.has(drawn.group))) return;
      const { group, value, cotangent } = drawn;
      const g = cotangents.get(x);
      const isCurrent = x === moment.value;
      const classes = [
        "node",
        id.startsWith("i") ? "input" : "op",
        place >= moment.computed ? "pending" : "",
        isCurrent ? "current" : "",
        isCurrent && isBackward ? "backward" : "",
        targets.has(x) ? "target" : "",
        operands.has(x) ? "operand" : "",
        g === undefined ? "" : "swept",
        unsafe.has(place) ? "unsafe" : "",
      ];
      set(group, "class", classes.filter((name) => name !== "").join(" "));
      write(cotangent, g === undefined ? "" : `∂ ${formatShort(g.sum)}`);
      write(value, place >= moment.computed ? "" : formatShort(x));
    };
    for (const [i, x] of run.inputs.entries()) paintOne(x, `i${i + 1}`, -1);
    for (const [i, { output }] of run.nodes.entries()) paintOne(output, `n${i + 1}`, i);
    this.paintEdges(run, moment, cotangents);
  }

  private paintEdges(run: ShownRun, moment: ShownMoment, cotangents: ReadonlyMap<ShownValue, Received>): void {
    const { svg } = this;
    if (svg === undefined) return;
    for (const label of svg.querySelectorAll(".flow-label")) label.remove();
    const ids = new Map([
      ...run.inputs.map((x, i) => [x, `i${i + 1}`] as const),
      ...run.nodes.map(({ output }, i) => [output, `n${i + 1}`] as const),
    ]);
    const current = `n${moment.node + 1}`;
    const incoming = moment.value === undefined ? undefined : cotangents.get(moment.value)?.sum;
    for (const { from, to, group, path } of this.edges) {
      const flows = to === current ? moment.parts.filter((part) => ids.get(part.to) === from) : [];
      const classes = ["edge", flows.length > 0 ? "flow" : "", moment.kind === "forward" && to === current ? "feeds" : ""];
      set(group, "class", classes.filter((name) => name !== "").join(" "));
      if (flows.length === 0 || path === null) continue;
      const middle = path.getPointAtLength(path.getTotalLength() * 0.5);
      const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
      label.setAttribute("class", "flow-label");
      label.textContent = flows.map((flow) => flowText(flow, incoming)).join(" + ");
      // To the right of the arrow; where the picture ends there, to the left. The letters are about 7 units wide.
      const width = 6.6 * label.textContent.length;
      const right = svg.viewBox.baseVal.width - 8;
      const x = middle.x + 7 + width > right ? Math.min(middle.x - 7 - width, right - width) : middle.x + 7;
      label.setAttribute("x", String(Math.max(4, x)));
      label.setAttribute("y", String(middle.y + 4));
      group.parentNode?.append(label);
    }
  }

  private draw(picture: Picture): void {
    this.drawn = picture;
    this.svg = undefined;
    this.inView.forget([...this.nodes.values()].map(({ group }) => group));
    this.nodes = new Map();
    this.edges = [];
    if (picture.svg === "") {
      this.element.textContent = picture.problem;
      return;
    }
    const svg = document.importNode(
      new DOMParser().parseFromString(picture.svg, "image/svg+xml").documentElement,
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
    const nodes = new Map<string, Drawn>();
    for (const group of svg.querySelectorAll<SVGGElement>("g.node")) {
      const id = group.dataset["id"] ?? "";
      const texts = [...group.querySelectorAll("text")];
      const cotangent = texts.find((text) => text.textContent?.startsWith("∂")) ?? null;
      cotangent?.classList.add("cotangent");
      const value = texts[id.startsWith("i") ? 1 : 2] ?? null;
      texts[0]?.classList.add("name");
      value?.classList.add("value");
      for (const shape of group.querySelectorAll("polygon, path, polyline"))
        for (const name of ["fill", "stroke"]) shape.removeAttribute(name);
      nodes.set(id, { group, value, cotangent });
    }
    for (const shape of svg.querySelectorAll("g.edge *")) for (const name of ["fill", "stroke"]) shape.removeAttribute(name);
    this.nodes = nodes;
    this.edges = [...svg.querySelectorAll<SVGGElement>("g.edge")].map((group) => {
      const [from = "", to = ""] = (group.dataset["id"] ?? "").split("->");
      return { from, to, group, path: group.querySelector("path") };
    });
    this.svg = svg;
    this.element.replaceChildren(svg);
    for (const { group } of nodes.values()) this.inView.watch(group);
  }
}

/** What is as it was is left alone: a change of an attribute costs a browser a layout. */
const set = (element: Element, name: string, value: string): void => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};
const write = (element: Element | null, text: string): void => {
  if (element !== null && element.textContent !== text) element.textContent = text;
};

/** The local derivative times what comes in is what goes out; of what is no single number only the last. */
export function flowText({ amount, local }: ShownPart, incoming: ShownValue | undefined): string {
  const out = formatShort(amount);
  if (local === undefined || incoming === undefined || amount.data.length !== 1 || local.data.length !== 1) return out;
  const inParentheses = (text: string): string => (text.startsWith("−") ? `(${text})` : text);
  return `${formatShort(local)} × ${inParentheses(formatShort(incoming))} = ${out}`;
}

function describe(run: ShownRun, { computed }: ShownMoment, count: number): string {
  const parts = run.nodes.map(({ output, op, inputs }) => `${output.name} is ${op} of ${inputs.map(({ name }) => name).join(" and ")}`);
  return `Graph of the tape: ${parts.join("; ")}. ${computed} of ${parts.length} nodes have a value, ${count} values have a gradient.`;
}
