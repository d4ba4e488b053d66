import { GradtapeError } from "../../base/errors.js";
import { formatShape } from "../../base/shape.js";
import { COUNTS, type Comparison, inShapeOf, lettersOf, TOLERANCE, type Tried } from "./comparison.js";
import { editsOf } from "./edits.js";
import { readingsOf } from "./evaluate.js";
import { ShapesDiffer } from "./indices.js";
import type { Asked, LeftSides } from "./left-sides.js";
import { NotUnderstood, type Written } from "./parse.js";
import type { Points } from "./points.js";

/** What would make a false line true. What a hint says has been tried at all points. */
export class Hints {
  constructor(
    private readonly points: Points,
    private readonly comparison: Comparison,
    private readonly lefts: LeftSides,
  ) {}

  of(written: Written, asked: Asked, tried: Tried): string {
    const isTrue = (other: Written): boolean => this.isTrue(other, asked);
    const factor = this.constantFactor(written, asked);
    if (factor !== undefined) return factor;
    const turned: Written = { kind: "transpose", of: written };
    if (isTrue(turned)) return "it has to be transposed";
    const edit = editsOf(written).find(({ written: other }) => isTrue(other));
    if (edit !== undefined) return edit.hint.startsWith("the sign") ? `${edit.hint} is wrong` : edit.hint;
    const other = this.equalsOther(written, asked.left);
    if (other !== undefined) return `it is ${other}, not ${asked.left}`;
    const [expected] = asked.expected;
    if (tried.trouble !== "") return `the shapes do not fit: ${tried.trouble}; ${asked.left} has the shape ${formatShape(expected.shape)}`;
    const found = tried.values?.[0];
    if (found !== undefined && inShapeOf(found, expected.shape) === undefined)
      return `its shape is ${formatShape(found.shape)}, expected ${formatShape(expected.shape)}`;
    return "";
  }

  private isTrue(written: Written, asked: Asked): boolean {
    try {
      return this.comparison.best(written, asked).difference <= TOLERANCE;
    } catch (error) {
      if (error instanceof NotUnderstood) return false; // Iᵀ, say
      throw error;
    }
  }

  /** −1, 2, 1/n and the like: the same ratio at all places of all points. */
  private constantFactor(written: Written, asked: Asked): string | undefined {
    const letter = [...this.comparison.sizes.keys()].find((name) => COUNTS.includes(name)) ?? "n";
    const mentions = [...lettersOf(written)].some((name) => COUNTS.includes(name));
    const counts: [number, string][] = (this.points.isMean || mentions ? this.points.counts : []).flatMap((count): [number, string][] => {
      const name = this.points.counts.length === 1 || this.comparison.sizes.get(letter) === count ? letter : String(count);
      return [
        [1 / count, `1/${name} is missing`],
        [count, `1/${name} is too much`],
        [-1 / count, `the sign is wrong, and 1/${name} is missing`],
        [-count, `the sign is wrong, and 1/${name} is too much`],
        [2 / count, `2/${name} is missing`],
        [count / 2, `2/${name} is too much`],
      ];
    });
    const twos: [number, string][] = [
      [2, "a factor of 2 is missing"],
      [0.5, "a factor of 2 is too much"],
      [-2, "a factor of −2 is missing"],
      [-0.5, "the sign is wrong, and a factor of 2 is too much"],
    ];
    const others: [number, string][] = [3, 4, 5, 6, 8, 10].flatMap((factor): [number, string][] => [
      [factor, `a factor of ${factor} is missing`],
      [1 / factor, `a factor of ${factor} is too much`],
    ]);
    // Two samples make 1/n and 1/2 the same: a formula without n more likely lacks it.
    const candidates: [number, string][] = [
      [-1, "the sign is wrong"],
      ...(mentions ? [...twos, ...counts] : [...counts, ...twos]),
      ...others,
    ];
    for (const sizes of this.comparison.meaningsOfSizes(written))
      for (const reading of readingsOf(written))
        for (const [ratio, words] of candidates) {
          const scaled: Written = {
            kind: "product",
            factors: [
              { sign: "", of: { kind: "number", value: ratio } },
              { sign: "·", of: written },
            ],
          };
          try {
            if (this.comparison.at(scaled, asked, reading, sizes).difference <= TOLERANCE) return words;
          } catch (error) {
            if (!(error instanceof ShapesDiffer || error instanceof GradtapeError || error instanceof NotUnderstood)) throw error;
          }
        }
    return undefined;
  }

  /** The derivative of the result, or the named value, that the formula is instead. */
  private equalsOther(written: Written, left: string): string | undefined {
    const { names, result } = this.points;
    for (const name of names) {
      const asked = name === result ? undefined : this.lefts.ofDerivative(result, name);
      if (asked !== undefined && "left" in asked && asked.left !== left && this.isTrue(written, asked) && !isZero(asked)) return asked.left;
    }
    return undefined;
  }
}

const isZero = ({ expected }: Asked): boolean => expected.every(({ data }) => data.every((value) => value === 0));
