// The thread in which losses run: what a stranger's link asks for may take forever, and the page must not.
import { instance, type Viz } from "@viz-js/viz";
import type { Target } from "../export.js";
import { type Loss, readLoss } from "../expression.js";
import { type Failure, type Run, runEdited, runOf } from "../run.js";
import type { State, Value } from "../state.js";
import { type Details, detailsOf } from "./details.js";
import { dotOf } from "./dot.js";
import { type OwnWork, ownWorkOf } from "./own-work.js";
import { type Renumbered, renumbered, type ShownRun, shownOf } from "./shown.js";

/** To run the loss of a state. The answer is an `Answer`. */
export interface RunQuestion {
  readonly kind: "run";
  readonly state: State;
  /** Whether the user has changed the text since the last run. */
  readonly edited: boolean;
  /** The values that were found for variables without one, which stay while only numbers change. */
  readonly inferred: Readonly<Record<string, Value>>;
  /** The number of the variable that the curve is drawn against. */
  readonly place: number;
}

/** To work out what may take long. The answer is `Details`. */
export interface DetailQuestion extends Pick<RunQuestion, "state" | "inferred" | "place"> {
  readonly kind: "details";
}

/** To check the user's own derivation, and to write the loss as a program. The answer is `OwnWork`. */
export interface WorkQuestion extends Pick<RunQuestion, "state" | "inferred"> {
  readonly kind: "own work";
  readonly text: string;
  readonly target: Target;
}

export interface Answer {
  /** The values of the state, without those that have lost their meaning. */
  readonly values: State["values"];
  /** The run; where it has the structure of the one that was sent last, its numbers alone. */
  readonly found: ShownRun | Renumbered | Failure;
  /** The graph of the tape; nothing where it is the one that was sent last. */
  readonly picture: Picture | undefined;
}

export interface Picture {
  /** SVG, or why there is none. */
  readonly svg: string;
  readonly problem: string;
}

/** More arrows are a thicket, and take long to lay out. */
const MOST_EDGES = 300;

/** The text that was read last: while a slider moves it stays the same. */
let known: { readonly source: string; readonly loss: Loss } | undefined;

function read(source: string): Loss {
  if (known?.source !== source) known = { source, loss: readLoss(source) };
  return known.loss;
}

/** The graph that was sent last, in the DOT language, and the structure of the run. */
let drawn = "";
let structure = "";

/** Where WebAssembly is not allowed, everything but the picture works. The thread that runs losses loads it before it is ready. */
const layout: Promise<Viz | undefined> = self.name === "runs" ? instance().catch(() => undefined) : Promise.resolve(undefined);

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

async function answerTo({ state, edited, inferred }: RunQuestion): Promise<Answer> {
  const { state: kept, found } = edited ? runEdited(state, read) : { state, found: runOf(state, inferred, read) };
  const { values } = kept;
  if ("error" in found) return { values, found, picture: undefined };
  const shown = shownOf(found);
  if (shown.structure === structure) return { values, found: renumbered(shown), picture: undefined };
  structure = shown.structure;
  const dot = dotOf(found);
  if (dot === drawn) return { values, found: shown, picture: undefined };
  const picture = pictureOf(await layout, found, dot);
  drawn = dot;
  return { values, found: shown, picture };
}

function knownRun({ state, inferred }: Pick<RunQuestion, "state" | "inferred">): Run {
  const run = runOf(state, inferred, read);
  if ("error" in run) throw new Error(run.error);
  return run;
}

function detailsFor(question: DetailQuestion): Details {
  const run = knownRun(question);
  return detailsOf(run, shownOf(run).structure, question.place);
}

const ownWorkFor = (question: WorkQuestion): OwnWork => ownWorkOf(knownRun(question), question.text, question.target);

/** A promise that fails would be silent; the page is told of what is thrown. */
const fail = (error: unknown): void =>
  void setTimeout(() => {
    throw error;
  });

addEventListener("message", ({ data }: MessageEvent<RunQuestion | DetailQuestion | WorkQuestion>) => {
  if (data.kind === "details") postMessage(detailsFor(data));
  else if (data.kind === "own work") postMessage(ownWorkFor(data));
  else void answerTo(data).then((answer) => postMessage(answer), fail);
});
void layout.then(() => postMessage("ready"));
