import type { Suggestion } from "./place.js";

/** Why a text is not read, while places still are those of the text as the parser sees it. expression.ts makes an error of it. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
    readonly suggestions: readonly Suggestion[],
  ) {
    super(message);
  }
}

/** The stretch of a refusal, and what could stand there instead: pairs of a text and what it means. */
export function refuse(message: string, [start, end]: readonly [number, number], choices: readonly (readonly [string, string])[]): never {
  throw new Refusal(
    message,
    start,
    end,
    choices.map(([replacement, meaning]) => ({ start, end, replacement, meaning })),
  );
}
