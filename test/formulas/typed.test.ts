import { ExpressionError, parseMath } from "gradtape/math";
import { describe, expect, test } from "vitest";
import { accepted, refused, squeezed, values } from "./typed.js";

/** All numbers of a value in their order. */
const flat = (value: unknown): number[] => (Array.isArray(value) ? value.flatMap(flat) : [value as number]);
const shape = (value: unknown): number[] => (Array.isArray(value) ? [value.length, ...shape(value[0])] : []);

/** A text by what it says, without the spaces that a change leaves. */

test("there are two hundred texts and more, no two alike", () => {
  const texts = [...accepted, ...refused].map(([text]) => text);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts.length).toBeGreaterThan(200);
});

describe("what is read has the value that a function written by hand has", () => {
  test.each(accepted)("%s", (text, expected) => {
    const found = parseMath(text)(values as never).toArray();
    expect(shape(found)).toEqual(shape(expected));
    for (const [i, number] of flat(found).entries()) expect(number).toBeCloseTo(flat(expected)[i], 12);
  });
});

describe("what is refused says what to write, and offers it", () => {
  test.each(refused)("%s", (text, says, offers) => {
    let error: unknown;
    try {
      parseMath(text);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof ExpressionError)) throw new Error(`${text} is read, or fails otherwise: ${String(error)}`);
    expect(error.message).toMatch(says);
    const offered = error.suggestions.map(({ start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end));
    expect(offered.slice(0, offers.length).map(squeezed)).toEqual(offers.map(squeezed));
    for (const { meaning } of error.suggestions) expect(meaning).not.toBe("");
    // What is offered can be read, now or after one question more.
    for (const [i, other] of offered.entries()) {
      const start = error.suggestions[i].start;
      try {
        parseMath(other);
      } catch (next) {
        expect((next as ExpressionError).start, other).toBeGreaterThanOrEqual(start);
      }
    }
  });
});
