// The thread in which losses run: what a stranger's link asks for may take forever, and the page must not.
import { instance, type Viz } from "@viz-js/viz";
import { type Failure, type Run, runEdited, runOf } from "../run.js";
import type { State, Value } from "../state.js";
import { type Details, detailsOf } from "./details.js";
import { dotOf } from "./dot.js";
import { type ShownRun, shownOf } from "./shown.js";

/** What the page asks: to run the loss of a state. */
export interface Question {
  readonly state: State;
  /** Whether the user has changed the text since the last run. */
  readonly edited: boolean;
  /** The values that were found for variables without one, which stay while only numbers change. */
  readonly inferred: Readonly<Record<string, Value>>;
  /** The number of the variable that the curve is drawn against. */
  readonly place: number;
  /** Whether the details are wanted, which may take long. */
  readonly details: boolean;
}

/** What it gets at once. */
export interface Answer {
  readonly kind: "answer";
  /** The values of the state, without those that have lost their meaning. */
  readonly values: State["values"];
  readonly found: ShownRun | Failure;
  /** The graph of the tape; nothing where it is the one that was sent last. */
  readonly picture: Picture | undefined;
}

/** What it gets when nothing else has been asked for a while. */
export interface LateAnswer {
  readonly kind: "details";
  readonly details: Details;
}

export interface Picture {
  /** SVG, or why there is none. */
  readonly svg: string;
  readonly problem: string;
}

/** More arrows are a thicket, and take long to lay out. */
const MOST_EDGES = 300;

/** So long the worker waits for another question before it goes into details, in milliseconds. */
const IDLE = 60;

let drawn = "";

function pictureOf(viz: Viz | undefined, { tape }: Run, dot: string): Picture {
  if (viz === undefined)
    return { svg: "", problem: "The picture needs WebAssembly, which this browser, or the policy of this page, does not allow." };
  const edges = tape.nodes.reduce((sum, { inputs }) => sum + inputs.length, 0);
  if (edges > MOST_EDGES) return { svg: "", problem: `The graph has ${edges} arrows; at most ${MOST_EDGES} are drawn.` };
  return {
    svg: viz.renderString(dot, { format: "svg", graphAttributes: { bgcolor: "transparent", nodesep: 0.2, ranksep: 0.42 } }),
    problem: "",
  };
}

let idle: ReturnType<typeof setTimeout> | undefined;

function answer(viz: Viz | undefined, { state, edited, inferred, place, details }: Question): void {
  clearTimeout(idle);
  const { state: kept, found } = edited ? runEdited(state) : { state, found: runOf(state, inferred) };
  const { values } = kept;
  if ("error" in found) {
    postMessage({ kind: "answer", values, found, picture: undefined } satisfies Answer);
    return;
  }
  const shown = shownOf(found);
  const dot = dotOf(found);
  const picture = dot === drawn ? undefined : pictureOf(viz, found, dot);
  drawn = dot;
  postMessage({ kind: "answer", values, found: shown, picture } satisfies Answer);
  if (!details) return;
  idle = setTimeout(() => postMessage({ kind: "details", details: detailsOf(found, shown.structure, place) } satisfies LateAnswer), IDLE);
}

// Where WebAssembly is not allowed, everything but the picture works.
const layout: Promise<Viz | undefined> = instance().catch(() => undefined);
void layout.then((viz) => {
  addEventListener("message", ({ data }: MessageEvent<Question>) => answer(viz, data));
  postMessage("ready");
});
