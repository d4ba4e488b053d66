import { GradtapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import type { Tensor } from "../tensor/tensor.js";
import { recording, unrecorded } from "./under-way.js";
import { unwatched } from "./watcher.js";

/**
 * The number of leaves while `compile` records, otherwise 0. What depends on them may not be read by the function then:
 * the value would be frozen into the program without a word.
 */
export let sealedLeaves = 0;

/** Runs `body` with so many leaves sealed; with 0 their values can be read again, as a kernel must. */
export function withSealed<T>(leaves: number, body: () => T): T {
  const before = sealedLeaves;
  sealedLeaves = leaves;
  try {
    return body();
  } finally {
    sealedLeaves = before;
  }
}

/**
 * Runs `body` aside: what it records does not get onto the recording under way, and nobody watches. Its `leaves` leaves are
 * sealed if those outside are.
 */
export const aside = <T>(leaves: number, body: () => T): T =>
  unrecorded(() => unwatched(() => withSealed(sealedLeaves > 0 ? leaves : 0, body)));

/** Whether a tensor may not be read now: `compile` records, and it depends on the inputs. */
export const isSealed = (x: Tensor): boolean =>
  sealedLeaves > 0 && recording !== undefined && x.recordingId === recording.id && recording.dependsOnFirst(sealedLeaves, x.slot);

/** Refuses to read a tensor that is sealed; `what` is the member that was asked for. */
export function refuseSealed(x: Tensor, what: string): void {
  if (isSealed(x)) {
    throw new GradtapeError(
      `compile: ${what} of a tensor that depends on an input was read while the function was recorded, got ${x.label === undefined ? "one" : `"${nameFrom(x.label)}"`} of shape ${formatShape(x.shape)}; ` +
        "the program would keep it. Use where(), or read it outside",
    );
  }
}
