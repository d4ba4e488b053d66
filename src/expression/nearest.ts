import { families } from "./functions.js";

/** Greek capitals that papers write for functions. Their small letters mean something else. */
const signs: Readonly<Record<string, string | undefined>> = { Σ: "sum", "∑": "sum", Π: "prod", "∏": "prod" };

/** The function that somebody may have meant who wrote another case, or mistook a letter in three. */
export function nearestFunction(name: string): string | undefined {
  if (Object.hasOwn(signs, name)) return signs[name];
  let [nearest, least] = [undefined as string | undefined, Math.floor(name.length / 3) + 1];
  for (const known of families.flatMap(({ functions }) => Object.keys(functions))) {
    const distance = distanceBetween(name.toLowerCase(), known.toLowerCase());
    if (distance < least) [nearest, least] = [known, distance];
  }
  return nearest;
}

/** How many letters to insert, drop, replace, or exchange with the next. */
function distanceBetween(a: string, b: string): number {
  // rows[i][j] is the distance of the first i letters of a and the first j of b.
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(row[j - 1] + 1, rows[i - 1][j] + 1, rows[i - 1][j - 1] + Number(a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
