/**
 * The name that somebody may have meant: the one that keeps most letters of what was written, in their order, whatever the case.
 * It must begin alike and keep three quarters of them, rounded down, and two at least. So `argnum` finds `argnums`, `detla`
 * `delta`, `tol` and `lr` what they are short for.
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const letters = lettersOf(written);
  let best: string | undefined;
  let most = Math.max(2, Math.floor(0.75 * letters.length));
  for (const name of names) {
    const own = lettersOf(name);
    const kept = commonLetters(letters, own);
    if (letters[0] === own[0] && kept >= most && (kept > most || best === undefined)) {
      best = name;
      most = kept;
    }
  }
  return best;
}

const lettersOf = (name: string): string => name.slice(0, 100).toLowerCase().replace(/[_-]/g, "");

/** The length of the longest common subsequence. */
function commonLetters(a: string, b: string): number {
  let row: number[] = new Array(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let j = 0; j < b.length; j++) next.push(letter === b[j] ? row[j] + 1 : Math.max(row[j + 1], next[j]));
    row = next;
  }
  return row[b.length];
}
