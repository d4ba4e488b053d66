import * as gt from "gradtape";
import { record, type Tensor, tensor, vjp } from "gradtape";
import { describe, expect, test } from "vitest";
import { type Case, cases } from "../cases.js";
import { opNames } from "../op-names.js";
import { randomTensor } from "../random.js";
import { difference, replay } from "./runtime.js";

/** The value of a case and its gradients by all inputs. */
const withGradients =
  ({ f }: Case) =>
  (...inputs: Tensor[]): Tensor[] => {
    const [output, pullback] = vjp<Tensor[], Tensor>(f, ...inputs);
    return [output, ...pullback(randomTensor(7, output.shape))];
  };

const own = cases.filter(({ op }) => op !== "defineOp");

describe("every op and its gradient in onnxruntime, as in gradtape", () => {
  for (const op of opNames.filter((name) => name !== "defineOp")) {
    test(op, async () => {
      const uses = own.filter((c) => c.op === op);
      expect(uses.length).toBeGreaterThan(0);
      for (const use of uses) {
        const tape = record(withGradients(use), ...use.inputs);
        expect(difference(await replay(tape), tape.outputs), `${use.title}, float64`).toBeLessThan(1e-12);
        expect(difference(await replay(tape, { precision: "float32" }), tape.outputs), `${use.title}, float32`).toBeLessThan(1e-5);
        expect(difference(await replay(tape, { opset: 23 }), tape.outputs), `${use.title}, opset 23`).toBeLessThan(1e-12);
      }
    });
  }
});
