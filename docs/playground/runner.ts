import type { Failure } from "./run.js";
import type { State } from "./state.js";
import { Thread } from "./thread.js";
import type { Details } from "./worker/details.js";
import type { OwnWork } from "./worker/own-work.js";
import { type ShownRun, withNumbers } from "./worker/shown.js";
import type { Answer, DetailQuestion, Picture, RunQuestion, WorkQuestion } from "./worker/worker.js";

/** A run that takes longer is stopped, in seconds; a derivation, which holds up nothing, gets more time. */
const LIMIT = 5;
const LATE_LIMIT = 15;

/** So long nothing else must have been asked before details are worked out, in milliseconds. */
const IDLE = 60;

/** What the page asks: to run the loss of a state. */
export type Asked = Omit<RunQuestion, "kind">;

/** What it gets. */
export interface Answered {
  readonly values: State["values"];
  readonly found: ShownRun | Failure;
  /** The graph of the tape; nothing where it is the one of the run before. */
  readonly picture: Picture | undefined;
}

/**
 * Runs losses, and works out their details in a second thread: a derivation may take a second, and the numbers must follow a slider
 * meanwhile.
 */
export class Runner {
  private readonly runs: Thread<RunQuestion, Answer>;
  private readonly details: Thread<DetailQuestion, Details>;
  private readonly work: Thread<WorkQuestion, OwnWork>;
  /** The question whose details are still to come. */
  private late: DetailQuestion | undefined;
  /** The last run, whose structure the next one may have. */
  private last: ShownRun | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;

  /**
   * `answered` is told what came of a question; a failure without an answer says why. `detailed` gets the details of the last one,
   * or why there are none; `worked` what came of the user's own derivation.
   */
  constructor(
    answered: (question: Asked, answer: Answered) => void,
    detailed: (details: Details | string) => void,
    worked: (found: OwnWork | string) => void,
  ) {
    this.runs = new Thread(
      "runs",
      LIMIT,
      `The run was stopped after ${LIMIT} seconds. A smaller loss may be done in time.`,
      (waiting, next) => ({ ...next, edited: next.edited || waiting?.edited === true }),
      (question, found) => {
        const answer =
          typeof found === "string"
            ? { values: question.state.values, found: failure(found), picture: undefined }
            : { ...found, found: this.complete(found.found) };
        this.askForDetails(question, answer);
        answered(question, answer);
      },
    );
    this.details = new Thread(
      "details",
      LATE_LIMIT,
      `The derivation was stopped after ${LATE_LIMIT} seconds. That of a smaller loss may be done in time.`,
      (_, next) => next,
      (question, found) => {
        if (question !== this.late) return;
        this.late = undefined;
        detailed(found);
      },
    );
    this.work = new Thread(
      "own work",
      LATE_LIMIT,
      `The check was stopped after ${LATE_LIMIT} seconds. That of a smaller loss may be done in time.`,
      (_, next) => next,
      (_, found) => worked(found),
    );
  }

  get isBusy(): boolean {
    return this.runs.isBusy;
  }

  /** Whether details of the last run are being worked out. */
  get isDetailing(): boolean {
    return this.late !== undefined;
  }

  ask(question: Asked): void {
    clearTimeout(this.idle);
    this.runs.ask({ kind: "run", ...question });
  }

  /** Has the user's derivation checked, and the loss written as a program. */
  askForWork(question: Omit<WorkQuestion, "kind">): void {
    this.work.ask({ kind: "own work", ...question });
  }

  /** Gives up the run that is under way. */
  stop(): void {
    this.runs.stop("The run was stopped.");
  }

  /** The run with all that the numbers alone do not tell. */
  private complete(found: Answer["found"]): ShownRun | Failure {
    if ("error" in found) return found;
    if ("moments" in found) this.last = found;
    else if (this.last !== undefined) this.last = withNumbers(this.last, found);
    return this.last ?? failure("The run is not known.");
  }

  private askForDetails({ state, place }: RunQuestion, { values, found }: Answered): void {
    clearTimeout(this.idle);
    if ("error" in found) {
      this.late = undefined;
      return;
    }
    const question: DetailQuestion = { kind: "details", state: { ...state, values }, inferred: found.inferred, place };
    this.late = question;
    if (!this.isBusy) this.idle = setTimeout(() => this.details.ask(question), IDLE);
  }
}

const failure = (error: string): Failure => ({ error, place: undefined, variables: [], inferred: {}, repairs: [] });
