import type { Tensor } from "../tensor/tensor.js";
import { Recording, type Restore } from "./recording.js";
import type { Sealer } from "./sealing.js";

/** The recording that is under way, if any. Set only while a transform runs f, which is synchronous. */
export let recording: Recording | undefined;

/** The recording that was under way before what runs now was set aside from it: what the next new one stands in. */
let enclosing: Recording | undefined;

/** Whether tensors without numbers may be about: what differs from example to example, while `vmap` runs its function. */
export let withPlaceholders = false;

/** What a recording is sealed with: see `sealing.ts`. */
export interface Seal {
  readonly leaves: number;
  readonly by: Sealer;
}

/**
 * Runs `body` while its ops are recorded: on the recording under way, or else on a new one, of which the outermost call
 * leaves nothing behind. With `annotated` a new recording notes what sweeps do.
 */
export function whileRecording<T>(restore: Restore, annotated: boolean, seal: Seal, body: (on: Recording) => T): T {
  const on = recording ?? new Recording(restore, annotated, seal.leaves, seal.by, enclosing);
  return recordedOn(on, () => body(on));
}

/**
 * Runs `body` while its ops are recorded on a new recording, whatever is under way: values from there are constants of the new one. There
 * may be placeholders, and sweeps are noted if the recording under way does so.
 */
export function recordedApart<T>(restore: Restore, body: () => T): T {
  const before = withPlaceholders;
  withPlaceholders = true;
  try {
    return recordedOn(new Recording(restore, recording?.notes !== undefined, 0, undefined, recording ?? enclosing), body);
  } finally {
    withPlaceholders = before;
  }
}

/** Whether a tensor was made on a recording under way: a variable, not a constant, of some function that has not returned. */
export function isVariable(x: Tensor): boolean {
  let on = recording ?? enclosing;
  while (on !== undefined && on.id !== x.recordingId) on = on.outer;
  return on !== undefined;
}

/** Runs `body` while nothing is recorded. */
export const unrecorded = <T>(body: () => T): T => recordedOn(undefined, body);

function recordedOn<T>(next: Recording | undefined, body: () => T): T {
  const before = recording;
  const around = enclosing;
  enclosing = before ?? around;
  recording = next;
  try {
    return body();
  } finally {
    recording = before;
    enclosing = around;
  }
}
