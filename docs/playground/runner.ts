import type { Failure } from "./run.js";
import type { Details } from "./worker/details.js";
import type { Answer, LateAnswer, Question } from "./worker/worker.js";
import address from "./worker/worker.js?worker&url";

/** A run that takes longer is stopped, in seconds. */
const LIMIT = 5;

/** The name of the function that the built worker is: see vite.config.ts. */
const PROGRAM = "runTape";

/** What the page asks; whether details are wanted is the runner's own. */
export type Asked = Omit<Question, "details">;

/** Runs losses in a thread of its own, one after the other; of those that wait, only the last one is run. */
export class Runner {
  private worker: Worker | undefined;
  private isReady = false;
  private asked: Asked | undefined;
  private waiting: Asked | undefined;
  private limit: ReturnType<typeof setTimeout> | undefined;
  /** The question whose details are still to come. */
  private late: Asked | undefined;
  private lateLimit: ReturnType<typeof setTimeout> | undefined;

  /**
   * `answered` is told what came of a question; a failure without an answer says why. `detailed` gets the details of the last one,
   * or why there are none.
   */
  constructor(
    private readonly answered: (question: Asked, answer: Answer) => void,
    private readonly detailed: (details: Details | string) => void,
  ) {}

  get isBusy(): boolean {
    return this.asked !== undefined;
  }

  /** Whether details of the last run are being worked out. */
  get isDetailing(): boolean {
    return this.late !== undefined;
  }

  ask(question: Asked): void {
    if (this.asked !== undefined) {
      this.waiting = { ...question, edited: question.edited || this.waiting?.edited === true };
      return;
    }
    this.asked = question;
    if (this.worker === undefined) void this.start();
    else if (this.isReady) this.send();
  }

  /** Gives up the run that is under way. */
  stop(why = "The run was stopped."): void {
    this.end();
    this.finish(failed(why));
  }

  private end(): void {
    clearTimeout(this.lateLimit);
    this.late = undefined;
    this.worker?.terminate();
    this.worker = undefined;
    this.isReady = false;
  }

  private async start(): Promise<void> {
    try {
      const worker = new Worker(await addressOfWorker());
      this.worker = worker;
      const isMine = (): boolean => this.worker === worker;
      worker.addEventListener("message", ({ data }: MessageEvent<"ready" | Answer | LateAnswer>) => {
        if (!isMine()) return;
        if (data === "ready") {
          this.isReady = true;
          this.send();
        } else if (data.kind === "details") this.finishLate(data.details);
        else this.finish(data);
      });
      worker.addEventListener("error", ({ message }) => {
        if (isMine()) this.stop(message === undefined ? NO_WORKER : `The run failed: ${message}`);
      });
    } catch {
      this.stop(NO_WORKER);
    }
  }

  private send(): void {
    if (this.asked === undefined) return;
    // What takes long may be the details of the question before: the limit is for both.
    clearTimeout(this.lateLimit);
    this.worker?.postMessage({ ...this.asked, details: true } satisfies Question);
    this.limit = setTimeout(() => {
      if (this.late === undefined) {
        this.stop(`The run was stopped after ${LIMIT} seconds. A smaller loss may be done in time.`);
        return;
      }
      this.end();
      this.detailed(TOO_LONG);
      void this.start();
    }, LIMIT * 1000);
  }

  private finish(found: Answer | Failure): void {
    clearTimeout(this.limit);
    const { asked, waiting } = this;
    this.asked = undefined;
    this.waiting = undefined;
    const answer: Answer =
      "found" in found || asked === undefined
        ? (found as Answer)
        : { kind: "answer", values: asked.state.values, found, picture: undefined };
    const hasDetails = asked !== undefined && !("error" in answer.found);
    this.late = hasDetails ? asked : undefined;
    clearTimeout(this.lateLimit);
    if (hasDetails && waiting === undefined)
      this.lateLimit = setTimeout(() => {
        this.end();
        this.detailed(TOO_LONG);
      }, LIMIT * 1000);
    if (waiting !== undefined) this.ask(waiting);
    if (asked !== undefined) this.answered(asked, answer);
  }

  private finishLate(details: Details): void {
    clearTimeout(this.lateLimit);
    this.late = undefined;
    this.detailed(details);
  }
}

const TOO_LONG = `The derivation was stopped after ${LIMIT} seconds. That of a smaller loss may be done in time.`;

const NO_WORKER = "The loss cannot be run: the browser does not start a worker in this page.";

const failed = (error: string): Failure => ({ error, place: undefined, variables: [], inferred: {}, repairs: [] });

/**
 * Where the worker's program is. A page that was opened from a file may not start a worker from one. But it may load it as a
 * script; the program is a function then, and its text serves.
 */
async function addressOfWorker(): Promise<string> {
  const url = new URL(address, document.baseURI);
  if (url.protocol !== "file:") return url.href;
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    script.src = url.href;
    document.head.append(script);
  });
  const program: unknown = (globalThis as unknown as Record<string, unknown>)[PROGRAM];
  return URL.createObjectURL(new Blob([`(${String(program)})()`], { type: "text/javascript" }));
}
