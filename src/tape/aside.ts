import { unrecorded } from "./under-way.js";
import { unwatched } from "./watcher.js";

/** Runs `body` aside: what it records does not get onto the recording under way, and nobody watches. */
export const aside = <T>(body: () => T): T => unrecorded(() => unwatched(body));
