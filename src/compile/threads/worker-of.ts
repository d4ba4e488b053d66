import type { Message } from "./messages.js";

/** A worker, in Node or in a browser. */
export interface Worker {
  send(message: Message): void;
  stop(): void;
}

// The package is type-checked without the browser's or Node's names.
interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: unknown) => void) | null;
  onerror: ((event: unknown) => void) | null;
}
interface NodeWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
  unref(): void;
  once(event: "message" | "error" | "exit", listener: () => void): void;
}
interface Url {
  readonly href: string;
}
interface Here {
  readonly url: string;
}
declare const URL: new (path: string, base: string) => Url;
declare const Worker: new (file: Url, options: { type: "module" }) => WebWorker;
declare const process: { readonly versions?: { readonly node?: string } } | undefined;

/**
 * Starts a worker and sends it a first message. It is there when it has answered; `undefined` if it cannot be started. `gone` is called
 * if it ends.
 */
export async function startWorker(first: Message, gone: (worker: Worker) => void): Promise<Worker | undefined> {
  try {
    return await (typeof process !== "undefined" && process.versions?.node !== undefined ? inNode(first, gone) : inBrowser(first, gone));
  } catch {
    return undefined;
  }
}

/** The same in Node, from a file. */
export async function inNode(
  first: Message,
  gone: (worker: Worker) => void,
  file = new URL("./worker.js", (import.meta as unknown as Here).url),
): Promise<Worker> {
  // In a variable, since bundlers for browsers would look for the module.
  const threads = "node:worker_threads";
  const { Worker } = (await import(/* @vite-ignore */ threads)) as { Worker: new (file: Url) => NodeWorker };
  const worker = new Worker(file);
  const found = { send: (message: Message) => worker.postMessage(message), stop: () => void worker.terminate() };
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.unref();
      resolve(found);
    });
    const end = (): void => {
      gone(found);
      reject();
    };
    worker.once("error", end);
    worker.once("exit", end);
    worker.postMessage(first);
  });
}

async function inBrowser(first: Message, gone: (worker: Worker) => void): Promise<Worker> {
  // Bundlers know this form, and bring the file along.
  const worker = new Worker(new URL("./worker.js", (import.meta as unknown as Here).url), { type: "module" });
  const found = { send: (message: Message) => worker.postMessage(message), stop: () => worker.terminate() };
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(found);
    worker.onerror = () => {
      gone(found);
      reject();
    };
    worker.postMessage(first);
  });
}
