/** A stretch of a line, from one place to another, counted in cells of the net. */
export type Segment = readonly [fromX: number, fromY: number, toX: number, toY: number];

/**
 * The line along which values on a net are `level`, as marching squares find it: `values` has a row for each y, and along it a value for
 * each x. Where two neighbors lie on two sides of the level, the line crosses between them.
 */
export function levelLine(values: ArrayLike<number>, columns: number, level: number): Segment[] {
  const rows = values.length / columns;
  const segments: Segment[] = [];
  for (let j = 0; j + 1 < rows; j++)
    for (let i = 0; i + 1 < columns; i++) {
      const crossings: (readonly [number, number])[] = [];
      // The corners of a cell in a circle.
      const corners = [i, j, i + 1, j, i + 1, j + 1, i, j + 1, i, j];
      for (let k = 0; k < 8; k += 2) {
        const [a, b, c, d] = corners.slice(k, k + 4);
        const from = values[b * columns + a] - level;
        const to = values[d * columns + c] - level;
        if (from > 0 === to > 0) continue;
        const t = from / (from - to);
        crossings.push([a + t * (c - a), b + t * (d - b)]);
      }
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        const [[a, b], [c, d]] = [crossings[k], crossings[k + 1]];
        // Through a corner the line only touches the cell.
        if (a !== c || b !== d) segments.push([a, b, c, d]);
      }
    }
  return segments;
}

/** Segments that meet, as lines: a line that is dashed needs to be one. */
export function joined(segments: readonly Segment[]): (readonly [number, number])[][] {
  const key = (x: number, y: number): string => `${x.toFixed(9)} ${y.toFixed(9)}`;
  const ends = new Map<string, number[]>();
  segments.forEach(([a, b, c, d], i) => {
    for (const end of [key(a, b), key(c, d)]) ends.set(end, [...(ends.get(end) ?? []), i]);
  });
  const used = new Set<number>();
  /** Goes on from an end of a segment until nothing meets there. */
  const follow = (from: readonly [number, number]): (readonly [number, number])[] => {
    const line: (readonly [number, number])[] = [];
    let at = from;
    for (;;) {
      const next = ends.get(key(...at))?.find((i) => !used.has(i));
      if (next === undefined) return line;
      used.add(next);
      const [a, b, c, d] = segments[next];
      at = key(a, b) === key(...at) ? [c, d] : [a, b];
      line.push(at);
    }
  };
  const lines: (readonly [number, number])[][] = [];
  segments.forEach(([a, b], i) => {
    if (used.has(i)) return;
    const forth = follow([a, b]);
    lines.push([...follow([a, b]).reverse(), [a, b], ...forth]);
  });
  return lines;
}
