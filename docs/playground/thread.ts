import address from "./worker/worker.js?worker&url";

/** The name of the function that the built worker is: see vite.config.ts. */
const PROGRAM = "runTape";

const NO_WORKER = "The loss cannot be run: the browser does not start a worker in this page.";

/** A worker that answers one question after the other; of those that wait, only the last one is asked. */
export class Thread<Question, Answer> {
  private worker: Worker | undefined;
  private isReady = false;
  private asked: Question | undefined;
  private waiting: Question | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `answered` is told what came of a question: a text says why there is no answer. More than `limit` seconds stop it. */
  constructor(
    private readonly name: "runs" | "details" | "own work",
    private readonly limit: number,
    private readonly tooLong: string,
    private readonly join: (waiting: Question | undefined, next: Question) => Question,
    private readonly answered: (question: Question, answer: Answer | string) => void,
  ) {}

  get isBusy(): boolean {
    return this.asked !== undefined;
  }

  ask(question: Question): void {
    if (this.asked !== undefined) {
      this.waiting = this.join(this.waiting, question);
      return;
    }
    this.asked = question;
    if (this.worker === undefined) void this.start();
    else if (this.isReady) this.send();
  }

  /** Gives up the question that is under way. */
  stop(why: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.isReady = false;
    this.finish(why);
  }

  private async start(): Promise<void> {
    try {
      const worker = new Worker(await addressOfWorker(), { name: this.name });
      this.worker = worker;
      worker.addEventListener("message", ({ data }: MessageEvent<"ready" | Answer>) => {
        if (this.worker !== worker) return;
        if (data === "ready") {
          this.isReady = true;
          this.send();
        } else this.finish(data);
      });
      worker.addEventListener("error", ({ message }) => {
        if (this.worker === worker) this.stop(message === undefined ? NO_WORKER : `The run failed: ${message}`);
      });
    } catch {
      this.stop(NO_WORKER);
    }
  }

  private send(): void {
    if (this.asked === undefined) return;
    this.worker?.postMessage(this.asked);
    this.timer = setTimeout(() => this.stop(this.tooLong), this.limit * 1000);
  }

  private finish(answer: Answer | string): void {
    clearTimeout(this.timer);
    const { asked, waiting } = this;
    this.asked = undefined;
    this.waiting = undefined;
    if (waiting !== undefined) this.ask(waiting);
    if (asked !== undefined) this.answered(asked, answer);
  }
}

/**
 * Where the worker's program is. A page that was opened from a file may not start a worker from one. But it may load it as a
 * script; the program is a function then, and its text serves.
 */
async function addressOfWorker(): Promise<string> {
  const url = new URL(address, document.baseURI);
  if (url.protocol !== "file:") return url.href;
  const known = globalThis as unknown as Record<string, unknown>;
  if (known[PROGRAM] === undefined)
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      script.src = url.href;
      document.head.append(script);
    });
  return URL.createObjectURL(new Blob([`(${String(known[PROGRAM])})()`], { type: "text/javascript" }));
}
