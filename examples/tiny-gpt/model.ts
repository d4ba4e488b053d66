// A transformer that reads characters and foretells the next one. Everything is written for one text; vmap makes batches of it.
import { concat, linspace, logSoftmax, type Random, softmax, type Tensor, where } from "gradtape";

/** The sizes of a model. */
export interface Sizes {
  readonly characters: number;
  readonly context: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
}

/** What a block learns: attention, then a network of two layers for each place. */
interface Block {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly mix: Tensor;
  readonly inner: Tensor;
  readonly bias: Tensor;
  readonly outer: Tensor;
}

/** What a model learns. */
export interface Model {
  readonly characters: Tensor;
  readonly places: Tensor;
  readonly blocks: Block[];
  readonly out: Tensor;
}

/** A model that has learned nothing yet. */
export function newModel({ characters, context, width, blocks }: Sizes, random: Random): Model {
  const matrix = (from: number, to: number): Tensor => random.normal([from, to], 0, 1 / Math.sqrt(from));
  return {
    characters: random.normal([characters, width], 0, 0.3),
    places: random.normal([context, width], 0, 0.3),
    blocks: Array.from({ length: blocks }, () => ({
      queries: matrix(width, width),
      keys: matrix(width, width),
      values: matrix(width, width),
      mix: matrix(width, width),
      inner: matrix(width, 2 * width),
      bias: random.normal([2 * width], 0, 0.01),
      outer: matrix(2 * width, width),
    })),
    out: matrix(width, characters),
  };
}

/** Each row with mean 0 and variance 1. */
function normalized(x: Tensor): Tensor {
  const centered = x.sub(x.mean(-1, true));
  return centered.div(centered.square().mean(-1, true).add(1e-5).sqrt());
}

/**
 * Attention: each place asks with its query, every place up to it answers with its value, in proportion to e^(query·key/√d). Each head has
 * its own part of the width. x is [places, width], one row a place.
 */
export function attention({ queries, keys, values, mix }: Block, x: Tensor, heads: number): Tensor {
  const [places = 0, width = 0] = x.shape;
  const d = width / heads;
  // [places, width] → [heads, places, d]
  const apart = (y: Tensor): Tensor => y.reshape([places, heads, d]).transpose([1, 0, 2]);
  const [q, k, v] = [queries, keys, values].map((w) => apart(x.matmul(w))) as [Tensor, Tensor, Tensor];
  const scores = q.matmul(k, { transposeB: true }).div(Math.sqrt(d)); // [heads, asking, asked]
  const place = linspace(0, places - 1, places);
  const isLater = place.greater(place.expandDims(1)); // nobody may ask the future
  const weights = softmax(where(isLater, Number.NEGATIVE_INFINITY, scores));
  return weights.matmul(v).transpose([1, 0, 2]).reshape([places, width]).matmul(mix);
}

/** For each place of a text, given as numbers of characters, the logits of the character that comes next: [places, characters]. */
export function logits(model: Model, text: Tensor, heads: number): Tensor {
  const [places = 0] = text.shape;
  let x = model.characters.take(text).add(model.places.slice([[0, places]]));
  for (const block of model.blocks) {
    x = x.add(attention(block, normalized(x), heads));
    x = x.add(normalized(x).matmul(block.inner).add(block.bias).relu().matmul(block.outer));
  }
  return normalized(x).matmul(model.out);
}

/** The mean of −ln p over the characters of a text, each foretold from those before it. `text` has one character more than the context. */
export function loss(model: Model, text: Tensor, heads: number): Tensor {
  const [places = 0] = text.shape;
  const logP = logSoftmax(logits(model, text.slice([[0, places - 1]]), heads));
  const next = text.slice([[1, null]]).oneHot(logP.shape[1] ?? 0);
  return logP.mul(next).sum(1).mean().neg();
}

/** Continues a text, a likeliest character at a time. */
export function continued(model: Model, start: readonly number[], count: number, context: number, heads: number): number[] {
  const text = [...start];
  for (let i = 0; i < count; i++) {
    const seen = text.slice(-context);
    const last = logits(model, concat(seen.map((c) => linspace(c, c, 1))), heads).slice([-1]);
    text.push(last.argmax().item());
  }
  return text;
}
