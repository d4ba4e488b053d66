import type { Forms } from "./form.js";

type Ops = typeof import("../../ops/control.js");

/** Loops and checkpoints. */
export const control: Forms<Ops> = {
  Scan: { refused: "its Loop and Scan hold a graph of their own, which a model made of one list of nodes has no place for" },
  Checkpoint: { refused: "a model keeps nothing between its passes: export the function without it" },
};
