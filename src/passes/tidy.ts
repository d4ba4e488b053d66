import type { Tape } from "../tape/tape.js";
import { fold } from "./fold.js";
import { prune } from "./prune.js";
import { share } from "./share.js";
import { simplify } from "./simplify.js";

/** The passes that make a tape shorter without changing a number, for those who run it again. */
export const tidy = (tape: Tape): Tape => prune(share(simplify(fold(tape))));
