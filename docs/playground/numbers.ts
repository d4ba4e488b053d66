import type { Value } from "./state.js";

const DIGITS = String.raw`(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?|[½⅓⅔¼¾⅕⅛]|π|pi|e`;
const NUMBER = new RegExp(String.raw`^([-+−–]?)\s*(${DIGITS})\s*(?:/\s*(${DIGITS}))?$`, "i");

const plain = (text: string): number => {
  if (/^(?:π|pi)$/i.test(text)) return Math.PI;
  if (text === "e") return Math.E;
  const [over, under] = text.normalize("NFKD").split("⁄");
  return under === undefined ? Number(text.replace(",", ".")) : Number(over) / Number(under);
};

/** A number as people type it: 1.5, 1,5, −2, 1/3, ½, 1e-3, π. Nothing for anything else. */
export function readNumber(text: string): number | undefined {
  const [whole, sign, above = "", below] = NUMBER.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const value = plain(above) / (below === undefined ? 1 : plain(below));
  return Number.isFinite(value) ? (/[-−–]/.test(sign ?? "") ? -value : value) : undefined;
}

/** More numbers are no table to look at. */
const MOST_NUMBERS = 400;

/**
 * A list or a table that is pasted: nested brackets, or the rows of a spreadsheet. Nothing where it is a single number or no
 * table.
 */
export function readTable(text: string): Value | undefined {
  const rows = text.includes("[") ? bracketsOf(text) : linesOf(text);
  const found = rows?.map((row) => row.map(readNumber));
  if (found === undefined || found.flat().length > MOST_NUMBERS || found.length === 0) return undefined;
  const isTable = found.every((row) => row.length > 0 && row.length === found[0].length && row.every((value) => value !== undefined));
  if (!isTable || found.flat().length < 2) return undefined;
  const table = found as number[][];
  return table.length === 1 && !/^\s*\[\s*\[/.test(text) ? table[0] : table;
}

/** [1, 2], [[1, 2], [3, 4]], [1 2; 3 4], also behind np.array( or tensor(. */
function bracketsOf(text: string): string[][] | undefined {
  const inside = /^[^[\]]*\[(.*)\][^[\]]*$/s.exec(text.trim())?.[1];
  if (inside === undefined) return undefined;
  const rows = inside.includes("[") ? [...inside.matchAll(/\[([^[\]]*)\]/g)].map(([, row]) => row) : inside.split(";");
  return rows.map(partsOf);
}

const linesOf = (text: string): string[][] =>
  text
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.includes("\t") ? line.split("\t") : line.includes(";") ? line.split(";") : partsOf(line)));

/** Commas part numbers, unless they are decimal ones: then spaces do. */
function partsOf(row: string): string[] {
  const trimmed = row.trim().replace(/,$/, "");
  return (/,/.test(trimmed) ? trimmed.split(/\s*,\s*/) : trimmed.split(/\s+/)).filter((part) => part !== "");
}
