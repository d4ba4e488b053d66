import type { Tensor } from "../tensor/tensor.js";

/** What is noted of the sweeps on a recording that is made for people to look at. */
export class Notes {
  /** For nodes that a sweep came to, by their place, the cotangent that arrived there; of several sweeps the first. */
  readonly cotangents = new Map<number, Tensor>();
  /** The nodes that sweeps appended: from, and up to but without. */
  readonly sweeps: (readonly [from: number, to: number])[] = [];

  arrived(place: number, g: Tensor): void {
    if (!this.cotangents.has(place)) this.cotangents.set(place, g);
  }

  /** Those of another recording. */
  another(): Notes {
    return new Notes();
  }
}
