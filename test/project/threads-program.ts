/** Says how many threads there are, and whether results stay the same while they take part. */
export const program = `
const n = 30_000;
const X = tensor(Float64Array.from({ length: 30 * n }, (_, i) => Math.sin(i)), [n, 30]);
const y = tensor(Float64Array.from({ length: n }, (_, i) => i % 2));
const w = tensor(Float64Array.from({ length: 30 }, (_, i) => Math.cos(i)));
const f = valueAndGrad((w) => binaryCrossEntropyWithLogits(X.matmul(w), y));
const count = await startThreads(2);
const step = compile(f);
const digits = () => step(w).map((x) => x.data.join()).join();
const first = digits();
let same = true;
for (let i = 0; i < 20; i++) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  same &&= digits() === first;
}
const difference = Math.abs(step(w)[0].item() - f(w)[0].item());
const result = [count, same, difference < 1e-13].join();
`;
const names = "binaryCrossEntropyWithLogits, compile, tensor, valueAndGrad";
/** What it imports, from the package. */
export const imports = `import { ${names} } from "gradtape";\nimport { startThreads } from "gradtape/threads";`;
