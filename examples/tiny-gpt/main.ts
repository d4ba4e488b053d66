// A very small GPT that learns a short text by heart, character by character, with attention spelled out in model.ts. Two checks beside it: a
// forward pass in plain loops gives the same numbers, and what comes later changes nothing before it.
import { adam, compile, cosineDecay, random, stack, type Tensor, tensor, valueAndGrad, vmap } from "gradtape";
import { byLoops } from "./by-loops.js";
import { continued, logits, loss, type Model, newModel, type Sizes } from "./model.js";

const text = `The owl and the pussy-cat went to sea
In a beautiful pea-green boat,
They took some honey, and plenty of money,
Wrapped up in a five-pound note.
`; // Edward Lear, 1871
const alphabet = [...new Set(text)].sort();
const numbers = [...text].map((character) => alphabet.indexOf(character));

const sizes: Sizes = { characters: alphabet.length, context: 24, width: 32, heads: 4, blocks: 2 };
const { context, heads } = sizes;
const [steps, batch] = [300, 12];
const source = random(1);

// Written for one text, applied to a batch of them.
const batchLoss = (model: Model, texts: Tensor): Tensor => vmap((one: Tensor) => loss(model, one, heads))(texts).mean();
const step = compile(valueAndGrad(batchLoss));

let model = newModel(sizes, source);
const untrained = model;
const optimizer = adam({ learningRate: cosineDecay({ initial: 0.01, steps }) });
let state = optimizer.init(model);
for (let i = 0; i <= steps; i++) {
  const starts = source.uniform([batch], 0, numbers.length - context).data;
  const texts = stack(Array.from(starts, (at) => tensor(numbers.slice(Math.floor(at), Math.floor(at) + context + 1))));
  const [value, gradient] = step(model, texts);
  if (i % 50 === 0) console.log(`step ${String(i).padStart(3)}  loss ${value.item().toFixed(4)}`);
  if (i < steps) [model, state] = optimizer.update(gradient, state, model);
}

const first = numbers.slice(0, 8);
const written = continued(model, first, numbers.length - first.length, context, heads);
console.log(`\n${written.map((i) => alphabet[i]).join("")}`);
const right = written.filter((character, i) => character === numbers[i]).length;
console.log(`${right} of ${numbers.length} characters are those of the text`);

const sample = numbers.slice(5, 5 + context);
const expected = byLoops(untrained, sample, heads);
const found = logits(untrained, tensor(sample), heads).toArray(2);
const difference = Math.max(...found.flatMap((row, i) => row.map((value, j) => Math.abs(value - (expected[i]?.[j] ?? Number.NaN)))));
console.log(`plain loops differ by ${difference.toExponential(1)}`);

const changed = [...sample.slice(0, -1), (sample.at(-1) ?? 0) === 0 ? 1 : 0];
const before = (of: readonly number[]): Tensor => logits(model, tensor([...of]), heads).slice([[0, context - 1]]);
console.log(`another last character changes what is foretold before it by ${before(sample).sub(before(changed)).abs().max().item()}`);
