import { expect, test } from "vitest";
import { nearest } from "../../src/base/nearest.js";

const settings = ["method", "maxIterations", "gradientTolerance", "learningRate", "onStep", "sum"];

test("a name with a letter too few, too many or changed, or two that changed places, is found", () => {
  expect(nearest("argnum", ["argnums"])).toBe("argnums");
  expect(nearest("argnumms", ["argnums"])).toBe("argnums");
  expect(nearest("detla", ["weight", "delta"])).toBe("delta");
  expect(nearest("wtr", ["wrt"])).toBe("wrt");
  expect(nearest("methud", settings)).toBe("method");
});

test("a name in another case, with underscores, or shortened is found", () => {
  expect(nearest("transpose_a", ["transposeA", "transposeB"])).toBe("transposeA");
  expect(nearest("transpose_B", ["transposeA", "transposeB"])).toBe("transposeB");
  expect(nearest("maxIter", settings)).toBe("maxIterations");
  expect(nearest("gradTol", settings)).toBe("gradientTolerance");
  expect(nearest("lr", settings)).toBe("learningRate");
});

test("of several the one is found that keeps most letters, and of equal ones the first", () => {
  expect(nearest("steps", ["stop", "step", "steps"])).toBe("steps");
  expect(nearest("beta", ["beta1", "beta2"])).toBe("beta1");
});

test("a name that is like none finds none", () => {
  expect(nearest("callback", settings)).toBeUndefined();
  expect(nearest("rate", settings)).toBeUndefined(); // does not begin like learningRate
  expect(nearest("", settings)).toBeUndefined();
  expect(nearest("m", settings)).toBeUndefined();
  expect(nearest("method", [])).toBeUndefined();
});
