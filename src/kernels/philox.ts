// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011): four random words are a function of
// a counter of four words and a key of two. Whole numbers only, so every platform computes the same.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/** The upper 32 bits of the product of two words, by products of their halves. */
function high(a: number, b: number): number {
  const a1 = a >>> 16;
  const a0 = a & 0xffff;
  const b1 = b >>> 16;
  const b0 = b & 0xffff;
  // No sum of these exceeds 32 bits.
  const middle = (Math.imul(a1, b0) >>> 0) + (Math.imul(a0, b0) >>> 16);
  const lower = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff);
  return (Math.imul(a1, b1) + (middle >>> 16) + (lower >>> 16)) >>> 0;
}

/** Writes the four random words of a counter and a key. */
export function philox(out: Uint32Array, counter: ArrayLike<number>, key: ArrayLike<number>): void {
  let c0 = counter[0];
  let c1 = counter[1];
  let c2 = counter[2];
  let c3 = counter[3];
  let k0 = key[0];
  let k1 = key[1];
  for (let round = 0; round < ROUNDS; round++) {
    const next0 = (high(M1, c2) ^ c1 ^ k0) >>> 0;
    const next2 = (high(M0, c0) ^ c3 ^ k1) >>> 0;
    c1 = Math.imul(M1, c2) >>> 0;
    c3 = Math.imul(M0, c0) >>> 0;
    c0 = next0;
    c2 = next2;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
