// In Node only: it starts processes that are short of memory.
import { execFileSync } from "node:child_process";
import { platform } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { builtPackage } from "../support/built.js";

let project: string;
beforeAll(async () => {
  ({ project } = await builtPackage());
}, 300_000);

/** Runs a program beside the package in a process of its own, whose addresses may be limited, in KiB. */
function run(program: string, limit?: number): string {
  const node = [process.execPath, "--input-type=module", "--eval", program];
  const [command, ...args] = limit === undefined ? node : ["sh", "-c", `ulimit -v ${limit}; exec "$@"`, "sh", ...node];
  return execFileSync(command, args, { cwd: project, encoding: "utf8", timeout: 120_000 }).trim();
}

/** Compiles five functions and prints what they run on; each must give what it should. */
const five = `
  const { compile, tensor } = await import("gradtape");
  const live = Array.from({ length: 5 }, (_, i) => {
    const f = compile((x) => x.mul(i).exp().sum());
    const value = f(tensor([0, 1])).item();
    if (Math.abs(value - 1 - Math.exp(i)) > 1e-12 * value) throw new Error("expected " + (1 + Math.exp(i)) + ", got " + value);
    return f;
  });
  console.log(live.map((f) => f.backend).join());
  // Each goes on to run on what it has.
  for (const f of live) f(tensor([1, 2]));
`;

// Each memory of WebAssembly reserves some 10 GB of addresses.
describe("where WebAssembly's memory cannot be had, compiled functions run on the kernels", () => {
  test.runIf(platform() === "linux").each([
    ["4 GB of addresses", 4_000_000, /^js,js,js,js,js$/],
    ["12 GB of addresses", 12_000_000, /^(wasm,)*(js,)*js$/],
    ["30 GB of addresses", 30_000_000, /^(wasm,)*(js,)*js$/],
  ])("with %s", (_, limit, backends) => {
    expect(run(five, limit)).toMatch(backends);
  });

  test("after thousands of others, as long as they live", { timeout: 200_000 }, () => {
    const exhausted = `
      const others = [];
      try {
        for (let i = 0; i < 100_000; i++) others.push(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
      } catch {}
      ${five}
      console.log(others.length > 1000 && others.length < 100_000);
    `;
    expect(run(exhausted)).toBe("js,js,js,js,js\ntrue");
  });
});
