import type { AnyOp } from "../ops/op.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Recording } from "./recording.js";

/** Who is told of each op while some function runs. */
export interface Watcher {
  /** An op was applied, and is on the recording if there is one. */
  applied(op: AnyOp, inputs: readonly Tensor[], output: Tensor, attributes: unknown): void;
  /** A reverse sweep has come to a node; nothing when it is at its end. */
  sweeps(at: Arrival | undefined): void;
}

/** Where a reverse sweep is, and what has arrived there: a cotangent; or, at an op with several results, one for each that has any. */
export interface Arrival {
  readonly recording: Recording;
  readonly place: number;
  readonly arrived: Tensor | readonly (Tensor | undefined)[];
}

/** The watcher of the function that runs, if any. Set only while {@link withWatcher} or {@link unwatched} runs its body. */
export let watcher: Watcher | undefined;

/** Runs `body` under the eyes of a watcher, and of those who watch already. */
export const withWatcher = <T>(own: Watcher, body: () => T): T => watchedBy(watcher === undefined ? own : both(watcher, own), body);

/** Runs `body` while nobody watches. */
export const unwatched = <T>(body: () => T): T => watchedBy(undefined, body);

function watchedBy<T>(next: Watcher | undefined, body: () => T): T {
  const outer = watcher;
  watcher = next;
  try {
    return body();
  } finally {
    watcher = outer;
  }
}

const both = (first: Watcher, second: Watcher): Watcher => ({
  applied: (op, inputs, output, attributes) => {
    first.applied(op, inputs, output, attributes);
    second.applied(op, inputs, output, attributes);
  },
  sweeps: (at) => {
    first.sweeps(at);
    second.sweeps(at);
  },
});
