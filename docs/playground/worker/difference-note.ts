import type { Tape } from "gradtape";
import { type CheckLine, slopesBeside } from "../replay.js";

/** The tape and the differences say the same to so many parts. */
const SAME = 1e-4;

const apart = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), 1e-6);

/** Why the tape and the differences do not say the same, where they do not. */
export function differenceNote(tape: Tape, line: CheckLine): string {
  const g = tape.cotangents.get(line.of)?.data[line.place] ?? Number.NaN;
  if (!Number.isFinite(g) || !Number.isFinite(line.difference) || apart(g, line.difference) < SAME) return "";
  const [left, right] = slopesBeside(tape, line.of, line.place);
  if (tape.nodes.some(({ op }) => op.name === "StopGradient"))
    return "stopGradient: the tape treats what is inside as a constant, the finite differences move it";
  if (Number.isFinite(left) && Number.isFinite(right) && apart(left, right) > SAME)
    return `a kink: the slope is ${short(left)} to the left and ${short(right)} to the right; the tape takes ${short(g)}`;
  const steps = [
    ...new Set(
      tape.nodes
        .map(({ op }) => op.name)
        .filter((name) => /^(?:Floor|Ceil|Round|Trunc|Sign|Less|Greater|LessEqual|GreaterEqual|Equal|NotEqual)$/.test(name)),
    ),
  ];
  if (steps.length > 0) return `${steps.join(", ")}: constant between jumps, so the tape takes 0`;
  return "the finite differences have lost their digits here";
}

const short = (x: number): string => String(Number(x.toPrecision(3))).replace("-", "−");
