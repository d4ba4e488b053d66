import type { Failure } from "./run.js";
import type { Answer, Question } from "./worker/worker.js";
import address from "./worker/worker.js?worker&url";

/** A run that takes longer is stopped, in seconds. */
const LIMIT = 5;

/** The name of the function that the built worker is: see vite.config.ts. */
const PROGRAM = "runTape";

/** Runs losses in a thread of its own, one after the other; of those that wait, only the last one is run. */
export class Runner {
  private worker: Worker | undefined;
  private isReady = false;
  private asked: Question | undefined;
  private waiting: Question | undefined;
  private limit: ReturnType<typeof setTimeout> | undefined;

  /** `answered` is told what came of a question; a failure without an answer says why. */
  constructor(private readonly answered: (question: Question, answer: Answer) => void) {}

  get isBusy(): boolean {
    return this.asked !== undefined;
  }

  ask(question: Question): void {
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
    this.worker?.terminate();
    this.worker = undefined;
    this.isReady = false;
    this.finish(failed(why));
  }

  private async start(): Promise<void> {
    try {
      const worker = new Worker(await addressOfWorker());
      this.worker = worker;
      const isMine = (): boolean => this.worker === worker;
      worker.addEventListener("message", ({ data }: MessageEvent<"ready" | Answer>) => {
        if (!isMine()) return;
        if (data !== "ready") return this.finish(data);
        this.isReady = true;
        this.send();
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
    this.worker?.postMessage(this.asked);
    this.limit = setTimeout(
      () => this.stop(`The run was stopped after ${LIMIT} seconds. A smaller loss may be done in time.`),
      LIMIT * 1000,
    );
  }

  private finish(found: Answer | Failure): void {
    clearTimeout(this.limit);
    const { asked, waiting } = this;
    this.asked = undefined;
    this.waiting = undefined;
    if (waiting !== undefined) this.ask(waiting);
    if (asked === undefined) return;
    const answer = "found" in found ? found : { values: asked.state.values, found, picture: { svg: "", problem: "" } };
    this.answered(asked, answer);
  }
}

const NO_WORKER = "The loss cannot be run: the browser does not start a worker in this page.";

const failed = (error: string): Failure => ({ error, place: undefined, variables: [] });

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
