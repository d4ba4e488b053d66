import type { Tensor } from "../tensor/tensor.js";
import type { Notes } from "./notes.js";
import { Recording, type Restore } from "./recording.js";

/** The recording that is under way, if any. Set only while a transform runs f, which is synchronous. */
export let recording: Recording | undefined;

/** The recording that was under way before what runs now was set aside from it: what the next new one stands in. */
let enclosing: Recording | undefined;

/**
 * Runs `body` while its ops are recorded: on the recording under way, or else on a new one, of which the outermost call
 * leaves nothing behind. With `notes` a new recording notes what sweeps do.
 */
export function whileRecording<T>(restore: Restore, notes: Notes | undefined, body: (on: Recording) => T): T {
  const on = recording ?? new Recording(restore, notes, enclosing);
  return recordedOn(on, () => body(on));
}

/**
 * Runs `body` while its ops are recorded on a new recording, whatever is under way: values from there are constants of the new one. Sweeps
 * are noted if the recording under way does so.
 */
export const recordedApart = <T>(restore: Restore, body: () => T): T =>
  recordedOn(new Recording(restore, recording?.notes?.another(), recording ?? enclosing), body);

/** Whether a tensor was made on a recording under way: a variable, not a constant, of some function that has not returned. */
export function isVariable(x: Tensor): boolean {
  let on = recording ?? enclosing;
  while (on !== undefined && on.id !== x.recordingId) on = on.outer;
  return on !== undefined;
}

/** Runs `body` while nothing is recorded. */
export const unrecorded = <T>(body: () => T): T => recordedOn(undefined, body);

function recordedOn<T>(next: Recording | undefined, body: () => T): T {
  const [before, around] = [recording, enclosing];
  enclosing = before ?? around;
  recording = next;
  try {
    return body();
  } finally {
    recording = before;
    enclosing = around;
  }
}
