import type { Tape } from "../tape/tape.js";
import { folding } from "./fold.js";
import { prune } from "./prune.js";
import { rewrite } from "./rewrite.js";
import { sharing } from "./share.js";
import { simplifying } from "./simplify.js";

/** The passes that make a tape shorter without changing a number, for those who run it again: fold, simplify, share and prune. */
export const tidy = (tape: Tape): Tape => prune(rewrite(tape, folding, simplifying, sharing));
