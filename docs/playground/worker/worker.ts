// The thread in which losses run: what a stranger's link asks for may take forever, and the page must not.
import { instance, type Viz } from "@viz-js/viz";
import { type Failure, runEdited, runOf } from "../run.js";
import type { State } from "../state.js";
import { dotOf } from "./dot.js";
import { type ShownRun, shownOf } from "./shown.js";

/** What the page asks: to run the loss of a state. */
export interface Question {
  readonly state: State;
  /** Whether the user has changed the text since the last run. */
  readonly edited: boolean;
}

/** What it gets. */
export interface Answer {
  /** The values of the state, without those that have lost their meaning. */
  readonly values: State["values"];
  readonly found: ShownRun | Failure;
  /** The graph of the tape as SVG, or why there is none. */
  readonly picture: Picture;
}

export interface Picture {
  readonly svg: string;
  readonly problem: string;
}

/** More arrows are a thicket, and take long to lay out. */
const MOST_EDGES = 300;

let drawn: { readonly dot: string; readonly svg: string } = { dot: "", svg: "" };

function pictureOf(viz: Viz | undefined, dot: string, edges: number): Picture {
  if (viz === undefined)
    return { svg: "", problem: "The picture needs WebAssembly, which this browser, or the policy of this page, does not allow." };
  if (edges > MOST_EDGES) return { svg: "", problem: `The graph has ${edges} arrows; at most ${MOST_EDGES} are drawn.` };
  // Room for the cotangents is kept from the beginning, so that nothing moves when they come.
  if (dot !== drawn.dot)
    drawn = {
      dot,
      svg: viz.renderString(dot, { format: "svg", graphAttributes: { bgcolor: "transparent", nodesep: 0.2, ranksep: 0.42 } }),
    };
  return { svg: drawn.svg, problem: "" };
}

function answer(viz: Viz | undefined, { state, edited }: Question): Answer {
  const { state: kept, found } = edited ? runEdited(state) : { state, found: runOf(state) };
  const { values } = kept;
  if ("error" in found) return { values, found, picture: { svg: "", problem: "" } };
  const edges = found.tape.nodes.reduce((sum, { inputs }) => sum + inputs.length, 0);
  return { values, found: shownOf(found), picture: pictureOf(viz, dotOf(found), edges) };
}

// Where WebAssembly is not allowed, everything but the picture works.
const layout: Promise<Viz | undefined> = instance().catch(() => undefined);
void layout.then((viz) => {
  addEventListener("message", ({ data }: MessageEvent<Question>) => postMessage(answer(viz, data)));
  postMessage("ready");
});
