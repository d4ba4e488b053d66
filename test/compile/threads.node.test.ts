import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import {
  binaryCrossEntropyWithLogits,
  compile,
  crossEntropy,
  defineOp,
  eye,
  inv,
  logSumExp,
  scan,
  softmax,
  solve,
  type Tensor,
  valueAndGrad,
} from "gradtape";
import { startThreads, stopThreads } from "gradtape/threads";
import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { order } from "../../src/compile/machine-words.js";
import { useTeam } from "../../src/compile/team.js";
import type { Begin } from "../../src/compile/threads/messages.js";
import { compileSharedMachine } from "../../src/compile/threads/shared-machine.js";
import { isAddress, isRoom } from "../../src/compile/threads/split.js";
import { inNode } from "../../src/compile/threads/worker-of.js";
import { Workers } from "../../src/compile/threads/workers.js";
import { randomTensor } from "../support/random.js";

afterEach(() => {
  stopThreads();
  vi.unstubAllGlobals();
});

/** What tells whether results are the same to the last bit: ±0 and NaN included, of which there is one. */
const bits = (xs: readonly Tensor[]): string => {
  const hash = createHash("sha1");
  for (const { data } of xs) hash.update(new Uint8Array(Float64Array.from(data, (x) => (Number.isNaN(x) ? Number.NaN : x)).buffer));
  return hash.digest("hex");
};
const disagreement = (xs: readonly Tensor[], ys: readonly Tensor[]): number =>
  Math.max(...xs.map((x, i) => x.sub(ys[i]).abs().max().item() / Math.max(1e-300, ys[i].abs().max().item())));
/** Workers get programs that they do not know yet in their event loop. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

const X = randomTensor(1, [20_003, 30]);
const y = randomTensor(2, [20_003]).greater(0);
const wide = randomTensor(3, [203, 400]);
const square = randomTensor(4, [301, 301]);

/** Steps of each kind that is shared, and some that are not. */
const programs: Record<string, { readonly f: (...xs: Tensor[]) => Tensor[]; readonly inputs: readonly Tensor[] }> = {
  "a region with sums": {
    f: (w, X, y) => valueAndGrad((w: Tensor) => binaryCrossEntropyWithLogits(X.matmul(w), y))(w),
    inputs: [randomTensor(5, [30]), X, y],
  },
  "a region with a sum of products": {
    f: (W, X) => valueAndGrad((W: Tensor) => X.matmul(W).tanh().sum(0).square().sum())(W),
    inputs: [randomTensor(6, [30, 5]), X],
  },
  "a region whose rows are read afterwards": {
    f: (w, X) => {
      const z = X.matmul(w);
      return [z.sub(z.max()).exp(), z.mean(), z];
    },
    inputs: [randomTensor(7, [30]), X],
  },
  "products of matrices, plain and transposed": {
    f: (A, B) => [A.matmul(B), A.matmul(B, { transposeA: true } as never), valueAndGrad((A: Tensor) => A.matmul(B).relu().sum())(A)[1]],
    inputs: [square, randomTensor(8, [301, 301])],
  },
  "a step of a network": {
    f: (W, V, X, T) => {
      const [loss, [a, b]] = valueAndGrad(([W, V]: [Tensor, Tensor]) => crossEntropy(X.matmul(W).relu().matmul(V), T))([W, V]);
      return [loss, W.sub(a.mul(0.1)), V.sub(b.mul(0.1))];
    },
    inputs: [
      randomTensor(9, [784, 64]).mul(0.1),
      randomTensor(10, [64, 10]),
      randomTensor(11, [130, 784]),
      randomTensor(12, [130, 10]).softmax(),
    ],
  },
  "what works along rows": {
    f: (x) => [
      softmax(x),
      logSumExp(x, 1),
      x.logSoftmax(),
      x.max(1),
      x.min(1),
      x.sum(1),
      valueAndGrad((x: Tensor) => softmax(x).square().sum())(x)[1],
    ],
    inputs: [wide],
  },
  "few long rows": {
    f: (x) => [x.exp().add(1).log(), x.sum(1), softmax(x)],
    inputs: [randomTensor(13, [3, 60_000])],
  },
  "kernels in a loop, beside a step that is shared": {
    f: (A, x) => [scan((c) => [solve(A, c).tanh(), c.sum()], x.matmul(A), 5)[0].matmul(x, { transposeA: true } as never), inv(A)],
    inputs: [eye(301).mul(20).add(square), randomTensor(14, [301, 301])],
  },
  "numbers that are not finite": {
    f: (w, X, y) => valueAndGrad((w: Tensor) => binaryCrossEntropyWithLogits(X.matmul(w), y, { reduction: "sum" }))(w),
    inputs: [randomTensor(5, [30]).mul(1e308), X, y],
  },
};

describe("a compiled function on threads", () => {
  for (const count of [2, 3]) {
    for (const [name, { f, inputs }] of Object.entries(programs)) {
      test(`${count} threads, ${name}: the same up to the last digits, and the same digits in every call`, async () => {
        const expected = compile(f)(...inputs);
        expect(await startThreads(count)).toBe(count);
        const compiled = compile(f);
        const first = compiled(...inputs);
        if (name === "numbers that are not finite") expect(bits(first)).toBe(bits(expected));
        else expect(disagreement(first, expected)).toBeLessThan(1e-13);
        // No worker knew it in the first call; now some do.
        for (let i = 0; i < 4; i++) {
          await settled();
          expect(bits(compiled(...inputs))).toBe(bits(first));
        }
        stopThreads();
        expect(bits(compiled(...inputs))).toBe(bits(first));
      });
    }
  }
});

const folder = mkdtempSync(join(tmpdir(), "gradtape-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

const source = readFileSync(new URL("../../src/compile/threads/worker.js", import.meta.url), "utf8");
const RUNS = "program.run(";

/** Starts a thread whose code has one place written otherwise, and returns the words that threads see. */
async function startOther(place: string, instead: string): Promise<Int32Array> {
  expect(source.split(place)).toHaveLength(2);
  const file = join(folder, `${files++}.mjs`);
  writeFileSync(file, source.replace(place, instead));
  let control: Int32Array = new Int32Array();
  const workers = await Workers.start(1, compileSharedMachine(), (first, gone) => {
    ({ control } = first as Begin);
    return inNode(first, gone, pathToFileURL(file));
  });
  expect(workers?.count).toBe(1);
  useTeam(workers);
  return control;
}

describe("threads", () => {
  const { f, inputs } = programs["a region with sums"];
  /** A word that nothing else uses. */
  const SPARE = 15;

  /** Calls a function until a worker has written into that word. */
  async function until(control: Int32Array, call: () => void): Promise<void> {
    for (let i = 0; i < 10_000 && Atomics.load(control, SPARE) === 0; i++) {
      call();
      if (i % 50 === 0) await settled();
    }
    expect(Atomics.load(control, SPARE)).toBeGreaterThan(0);
  }

  test("take part", async () => {
    const control = await startOther(RUNS, `Atomics.add(control, ${SPARE}, 1), ${RUNS}`);
    const compiled = compile(f);
    const first = bits(compiled(...inputs));
    await until(control, () => expect(bits(compiled(...inputs))).toBe(first));
  });

  test("go on to take part when garbage was collected: their program is none as long as the function lives", async () => {
    const control = await startOther(RUNS, `Atomics.add(control, ${SPARE}, 1), ${RUNS}`);
    const compiled = compile(f);
    const call = (): void => void compiled(...inputs);
    await until(control, call);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let i = 0; i < 3; i++) {
      collect();
      await settled(); // what was collected is told in a task of its own, and workers hear of it in their event loop
    }
    call();
    await settled();
    Atomics.store(control, SPARE, 0);
    await until(control, call);
  });

  test.each([
    ["dies", "process.exit()"],
    ["throws", "(() => { throw new Error() })()"],
    ["never ends", "(() => { for (;;); })()"],
    ["comes back late and spoils its memory", `Atomics.wait(control, ${SPARE}, 1, 1500), new Float64Array(program.words.buffer).fill(NaN)`],
  ])("one that %s within a share is given up, and the digits are the same", async (_, what) => {
    const control = await startOther(RUNS, `Atomics.add(control, ${SPARE}, 1), ${what}, ${RUNS}`);
    const compiled = compile(f);
    const first = bits(compiled(...inputs));
    await until(control, () => expect(bits(compiled(...inputs))).toBe(first));
    for (let i = 0; i < 5; i++) {
      expect(bits(compiled(...inputs))).toBe(first);
      await settled();
    }
    const other = inputs.map((x) => x.mul(0.5));
    expect(disagreement(compiled(...other), f(...other))).toBeLessThan(1e-12);
  });

  test("one that sleeps is not waited for", async () => {
    const control = await startOther("function work() {", `function work() { Atomics.wait(control, ${SPARE}, 0); return;`);
    const compiled = compile(f);
    const first = bits(compiled(...inputs));
    for (let i = 0; i < 20; i++) expect(bits(compiled(...inputs))).toBe(first);
    Atomics.store(control, SPARE, 1);
    Atomics.notify(control, SPARE);
  });

  test("one that ends between calls is not missed", async () => {
    await startOther("function work() {", "function work() { process.exit();");
    await settled();
    const compiled = compile(f);
    const first = bits(compiled(...inputs));
    for (let i = 0; i < 5; i++) expect(bits(compiled(...inputs))).toBe(first);
  });

  test("get along with processors that are busy", async () => {
    const busy = Array.from({ length: availableParallelism() }, () => new Worker("for (;;);", { eval: true }));
    onTestFinished(() => Promise.all(busy.map((worker) => worker.terminate())).then(() => {}));
    await startThreads(2);
    const compiled = compile(f);
    const first = bits(compiled(...inputs));
    for (let i = 0; i < 20; i++) {
      await settled();
      expect(bits(compiled(...inputs))).toBe(first);
    }
  });

  test("many programs, those that are dropped, kernels between steps, and calls with other data", async () => {
    await startThreads(2);
    const double = defineOp({
      name: "DoubleOnThreads",
      forward: (out, x) => {
        for (let i = 0; i < out.data.length; i++) out.data[i] = 2 * x.data[i];
      },
      vjp: (g) => [g.add(g)],
      jvp: ([t]) => t.add(t),
    });
    for (let i = 0; i < 25; i++) {
      const g = (w: Tensor, X: Tensor): Tensor[] => [double(X.matmul(w)).add(i).exp().sum(), X.matmul(w)];
      const compiled = compile(g);
      for (const scale of [1, 0.5]) expect(disagreement(compiled(inputs[0].mul(scale), X), g(inputs[0].mul(scale), X))).toBeLessThan(1e-13);
      if (i % 8 === 0) await settled();
    }
  });

  test("share what was compiled before they were started, and go on after they were stopped", async () => {
    const compiled = compile(f);
    const before = compiled(...inputs);
    await startThreads(2);
    const during = compiled(...inputs);
    expect(disagreement(during, before)).toBeLessThan(1e-13);
    await startThreads(3);
    expect(disagreement(compiled(...inputs), before)).toBeLessThan(1e-13);
    stopThreads();
    stopThreads();
    expect(disagreement(compiled(...inputs), before)).toBeLessThan(1e-13);
  });

  test.each([
    ["a page that is not isolated", () => vi.stubGlobal("crossOriginIsolated", false)],
    ["no memory to share", () => vi.stubGlobal("SharedArrayBuffer", undefined)],
    ["one thread wanted", () => {}],
  ])("there is only the one that calls: %s", async (name, prepare) => {
    prepare();
    expect(await startThreads(name.startsWith("one") ? 1 : 2)).toBe(1);
    const compiled = compile(f);
    const found = compiled(...inputs);
    vi.unstubAllGlobals();
    expect(bits(found)).toBe(bits(compile(f)(...inputs)));
  });

  test("of which none can be started are none", async () => {
    const missing = pathToFileURL(join(folder, "missing.mjs"));
    expect(
      await Workers.start(2, compileSharedMachine(), (first, gone) => inNode(first, gone, missing).catch(() => undefined)),
    ).toBeUndefined();
  });

  test.each([0, -1, 1.5, 64, Number.NaN, "2"])("%s of them is an error", async (count) => {
    await expect(startThreads(count as number)).rejects.toThrow("startThreads: expected a whole number of threads from 1 to 63, got ");
  });
});

test("of each word of an instruction the threads know whether it is an address", () => {
  const sizes =
    /^(op|width|kernel|steps|before|after|(out|x)Step|axes|size|rows|columns|strong|count|inner|outer|bytes|chunk|low|high|n|[mk](PerRow)?|[abc]?(Step|Row)|[abc]|.*Stride)$/;
  const words = Object.entries(order).flatMap(([name, list]) =>
    name.endsWith("Axis") ? [] : list.filter((word) => typeof word === "string"),
  );
  const unknown = words.filter((word) => !isRoom(word) && !isAddress(word) && !sizes.test(word));
  expect(unknown, "say in src/compile/threads/split.ts what these are").toEqual([]);
});
