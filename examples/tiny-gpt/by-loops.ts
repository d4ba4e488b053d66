// The forward pass of model.ts once more, in plain loops over numbers and without the library: what it is checked against.
import type { Tensor } from "gradtape";
import type { Model } from "./model.js";

type Matrix = number[][];
const times = (x: Matrix, w: Matrix): Matrix =>
  x.map((row) => (w[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (w[k]?.[j] ?? 0), 0)));
const matrix = (w: Tensor): Matrix => w.toArray(2);
const plus = (x: Matrix, y: Matrix): Matrix => x.map((row, i) => row.map((value, j) => value + (y[i]?.[j] ?? 0)));

const normalized = (x: Matrix): Matrix =>
  x.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
  });

/** The logits of the character after each place of a text. */
export function byLoops(model: Model, text: readonly number[], heads: number): Matrix {
  const [characters, places] = [matrix(model.characters), matrix(model.places)];
  let x = text.map((character, t) => (characters[character] ?? []).map((value, j) => value + (places[t]?.[j] ?? 0)));
  for (const block of model.blocks) {
    const seen = normalized(x);
    const [q, k, v] = [block.queries, block.keys, block.values].map((w) => times(seen, matrix(w))) as [Matrix, Matrix, Matrix];
    const d = (q[0]?.length ?? 0) / heads;
    const answers = q.map((query, t) =>
      query.map((_, j) => {
        const from = Math.floor(j / d) * d;
        const scores = k.slice(0, t + 1).map((key) => {
          let dot = 0;
          for (let c = from; c < from + d; c++) dot += (query[c] ?? 0) * (key[c] ?? 0);
          return Math.exp(dot / Math.sqrt(d));
        });
        const total = scores.reduce((sum, score) => sum + score, 0);
        return scores.reduce((sum, score, s) => sum + (score / total) * (v[s]?.[j] ?? 0), 0);
      }),
    );
    x = plus(x, times(answers, matrix(block.mix)));
    const bias = block.bias.toArray(1);
    const inner = times(normalized(x), matrix(block.inner)).map((row) => row.map((value, j) => Math.max(value + (bias[j] ?? 0), 0)));
    x = plus(x, times(inner, matrix(block.outer)));
  }
  return times(normalized(x), matrix(model.out));
}
