// In Node only: a browser keeps its modules, and this test must load the library anew.
import { compile, grad, type Tensor } from "gradtape";
import { afterEach, describe, expect, test, vi } from "vitest";

describe("without WebAssembly", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test.each([
    ["where there is none", undefined],
    [
      "where it may not be compiled",
      {
        Module: class {
          constructor() {
            throw new Error("refused by a security policy");
          }
        },
      },
    ],
  ])("compiled functions run on the kernels %s", async (_, WebAssembly) => {
    vi.stubGlobal("WebAssembly", WebAssembly);
    vi.resetModules();
    const { compile, tensor } = await import("../../src/index.js");
    const f = compile((x: Tensor) => x.exp().sum());
    expect(f(tensor([0, 1])).item()).toBe(1 + Math.E);
    expect(f.backend).toBe("js");
  });

  test("an unknown backend is refused", () => {
    expect(() =>
      compile(
        grad((x: Tensor) => x),
        { backend: "gpu" as never },
      ),
    ).toThrow('compile: expected "wasm" or "js" as the backend, got string "gpu"');
  });
});
