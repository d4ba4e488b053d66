import type { Forms } from "./form.js";

type Ops = typeof import("../../ops/control.js");

/** Loops and checkpoints. */
export const control: Forms<Ops> = {
  Scan: { refused: "a loop is not exported yet" },
  Checkpoint: { refused: "a checkpoint is not exported yet" },
};
