import type { Columns } from "./dependence.js";
import type { Part } from "./design.js";

/**
 * Products with the columns of a design that read only the columns asked for: where a thousand columns are multiples of one,
 * reading all of them for each would take a thousand times as long. `sizes` are those of the blocks.
 */
export function columnsOf(parts: readonly Part[], sizes: readonly number[]): Pick<Columns, "combine" | "project"> {
  const dense = parts[0].x.shape[1];
  const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((sum, size) => sum + size, dense));
  /** Calls back with each row, and the place and number of each of its entries in the blocks. */
  const forEachEntry = (part: Part, body: (row: number, place: number, value: number) => void): void =>
    sizes.forEach((size, k) => {
      for (let row = 0; row < part.y.size; row++) {
        const level = part.places[k].data[row];
        if (level < size)
          body(
            row,
            starts[k] + level,
            part.factors[k].reduce((product, factor) => product * factor.data[row], 1),
          );
      }
    });
  const rows = parts.reduce((sum, { y }) => sum + y.size, 0);
  return {
    combine(c) {
      const used = Int32Array.from([...c.subarray(0, dense).keys()].filter((j) => c[j] !== 0));
      const z = new Float64Array(rows);
      let start = 0;
      for (const part of parts) {
        const { data } = part.x;
        for (let row = 0; row < part.y.size; row++) {
          let sum = 0;
          for (const j of used) sum += data[row * dense + j] * c[j];
          z[start + row] = sum;
        }
        forEachEntry(part, (row, place, value) => {
          z[start + row] += c[place] * value;
        });
        start += part.y.size;
      }
      return z;
    },
    project(r, places) {
      const wanted = Int32Array.from(places.filter((j) => j < dense));
      const sums = new Float64Array(dense + sizes.reduce((sum, size) => sum + size, 0));
      let start = 0;
      for (const part of parts) {
        const { data } = part.x;
        for (let row = 0; row < part.y.size; row++) {
          const weight = r[start + row];
          for (const j of wanted) sums[j] += data[row * dense + j] * weight;
        }
        forEachEntry(part, (row, place, value) => {
          sums[place] += value * r[start + row];
        });
        start += part.y.size;
      }
      return Float64Array.from(places, (j) => sums[j]);
    },
  };
}
