import { describe } from "../../base/errors.js";
import { team, useTeam } from "../team.js";
import { MOST_SHARES } from "./control.js";
import { compileSharedMachine } from "./shared-machine.js";
import { Workers } from "./workers.js";

/**
 * Starts threads for compiled functions. From then on a step of one that is long enough for it to pay, of some 150,000 numbers read or
 * more, runs on all of them, and a call returns its results as before. The sums of such a step are put together of one part for each
 * thread, in a fixed order: so the same number of threads gives the same digits, whichever thread did what, and another number gives
 * other last digits.
 *
 * Nothing waits for a thread: what no other has begun when the one that calls gets there it does itself. Where memory cannot be shared
 * (in a browser, a page that is not isolated from other sites), and where no worker can be started, all runs on one thread. Threads do
 * not keep Node from ending. Started again, the threads before are stopped first.
 *
 * @param count - How many threads, the one that calls among them; more than there are processors slow each other down.
 * @returns How many threads compiled functions use from now on: `count`, or fewer if these cannot be had.
 * @throws `TypeError` if the count is no whole number from 1 to 63.
 *
 * @example
 * ```ts
 * const count = await startThreads(2);
 * count; // 2
 * const step = compile(valueAndGrad((w: Tensor) => w.square().sum()));
 * const [value] = step(ones([200_000]));
 * value.item(); // 200_000
 * stopThreads();
 * ```
 */
export function startThreads(count: number): Promise<number> {
  return start(count);
}

async function start(count: number): Promise<number> {
  if (!Number.isInteger(count) || count < 1 || count > MOST_SHARES)
    throw new TypeError(`startThreads: expected a whole number of threads from 1 to ${MOST_SHARES}, got ${describe(count)}`);
  stopThreads();
  if (count === 1 || !canShare()) return 1;
  const workers = await Workers.start(count - 1, compileSharedMachine());
  if (workers === undefined) return 1;
  stopThreads(); // which another call may have started in the meantime
  useTeam(workers);
  return 1 + workers.count;
}

/**
 * Ends the threads. What they shared runs on one thread from then on, with the same digits.
 *
 * @example
 * ```ts
 * stopThreads();
 * await startThreads(1); // 1
 * ```
 */
export function stopThreads(): void {
  (team as Workers | undefined)?.stop();
  useTeam(undefined);
}

/** Whether threads can see the same memory. */
const canShare = (): boolean =>
  typeof SharedArrayBuffer !== "undefined" && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
