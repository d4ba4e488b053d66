import { Recording, type Restore } from "./recording.js";

/** The recording that is under way, if any. Set only while a transform runs f, which is synchronous. */
export let recording: Recording | undefined;

/**
 * Runs `body` while its ops are recorded: on the recording under way, or else on a new one, of which the outermost call
 * leaves nothing behind. With `annotated` a new recording notes what sweeps do.
 */
export function whileRecording<T>(restore: Restore, annotated: boolean, body: (on: Recording) => T): T {
  const on = recording ?? new Recording(restore, annotated);
  return recordedOn(on, () => body(on));
}

/** Runs `body` while nothing is recorded. */
export const unrecorded = <T>(body: () => T): T => recordedOn(undefined, body);

function recordedOn<T>(next: Recording | undefined, body: () => T): T {
  const outer = recording;
  recording = next;
  try {
    return body();
  } finally {
    recording = outer;
  }
}
