import type { Arbitrary } from "fast-check";
import { GradtapeError } from "gradtape";
import { STEERS } from "../support/steers.js";

/** Random input for one thing that takes it, and what must hold of each. */
export interface Suite<T> {
  readonly runs: number;
  readonly input: Arbitrary<T>;
  readonly check: (value: T) => void | Promise<void>;
}

/** Runs a body whose input may be refused, by an error of the library or of a wrong type, in few and plain words. */
export function refusing(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof GradtapeError || error instanceof TypeError)) throw error;
    const { message } = error;
    // An error of the engine itself, such as "Cannot read properties of undefined", is one that nobody thought of.
    if (
      !/expected|must|unknown|cannot|got|needs|is a function|did you mean|at most|no longer/i.test(message) ||
      /Cannot read|is not a function|is not iterable/.test(message)
    )
      throw new Error(`expected an error in the library's words, got ${error.stack}`);
    if (message.length > 2000) throw new Error(`expected a short message, got ${message.length} characters: ${message.slice(0, 200)}`);
    if (STEERS.test(message)) throw new Error(`expected a message without control characters, got ${JSON.stringify(message)}`);
  }
}
