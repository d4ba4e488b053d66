/**
 * How many times as long a body takes for the larger of two sizes, the shortest of five runs of each, in turn. A clock alone says
 * nothing on a busy machine; that of two runs tells what grows faster than the size.
 */
export async function growth([small, large]: readonly [number, number], body: (size: number) => unknown): Promise<number> {
  const shortest = [Infinity, Infinity];
  for (let round = 0; round < 5; round++)
    for (const [i, size] of [small, large].entries()) {
      const start = performance.now();
      await body(size);
      shortest[i] = Math.min(shortest[i], performance.now() - start);
    }
  return shortest[1] / shortest[0];
}
