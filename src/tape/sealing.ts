import { GradtapeError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { recording, unrecorded } from "./under-way.js";
import { unwatched } from "./watcher.js";

/** Who records a function to run it again on other values, and what its leaves are called. */
export interface Sealer {
  readonly name: string;
  readonly leaves: string;
  /** What would keep a value that was read. */
  readonly keeper: string;
}

const COMPILE: Sealer = { name: "compile", leaves: "an input", keeper: "program" };

/**
 * The number of leaves while a function is recorded that is to run again on other values, otherwise 0. What depends on them may not be
 * read by the function then: the value would be frozen into what is recorded without a word.
 */
export let sealedLeaves = 0;
/** Who records it. */
export let sealedBy = COMPILE;

/** Runs `body` with so many leaves sealed; with 0 their values can be read again, as a kernel must. */
export function withSealed<T>(leaves: number, body: () => T, by = COMPILE): T {
  const before = [sealedLeaves, sealedBy] as const;
  sealedLeaves = leaves;
  sealedBy = by;
  try {
    return body();
  } finally {
    [sealedLeaves, sealedBy] = before;
  }
}

/**
 * Runs `body` aside: what it records does not get onto the recording under way, and nobody watches. Its `leaves` leaves are
 * sealed if those outside are; or, where somebody is named who seals them, in any case.
 */
export const aside = <T>(leaves: number, body: () => T, by?: Sealer): T =>
  withSealed(by !== undefined || sealedLeaves > 0 ? leaves : 0, () => unrecorded(() => unwatched(body)), by ?? sealedBy);

/** Whether a tensor may not be read now: a function is recorded to run again, and it depends on the function's inputs. */
export const isSealed = (x: Tensor): boolean => sealerOf(x) !== undefined;

const sealerOf = (x: Tensor): Sealer | undefined => (sealedLeaves > 0 ? recording?.sealerOf(x) : undefined);

/** Refuses to read a tensor that is sealed; `what` is the member that was asked for. */
export function refuseSealed(x: Tensor, what: string): void {
  const by = sealerOf(x);
  if (by !== undefined) {
    throw new GradtapeError(
      `${by.name}: ${what} of a tensor that depends on ${by.leaves} was read while the function was recorded, got ${x.label === undefined ? "one" : `"${x.label}"`} of shape ${formatShape(x.shape)}; ` +
        `the ${by.keeper} would keep it. Use where(), or read it outside`,
    );
  }
}
