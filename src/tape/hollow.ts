/**
 * Stands in the place of a tensor's numbers. A function that is recorded to run again on other values gets *hollow* tensors: they have
 * shapes and no numbers, and so has all that is computed from them. No kernel runs, and nothing is kept for results that nobody may
 * read: a number that was read would be frozen into what is recorded without a word.
 */
export class Hollow {
  constructor(
    /** Who records the function. */
    readonly name: string,
    /** What its leaves are called. */
    readonly leaves: string,
    /** What would keep a number that was read. */
    readonly keeper: string,
  ) {}
}

/** What `compile` records with. */
export const COMPILE = /* @__PURE__ */ new Hollow("compile", "an input", "program");
