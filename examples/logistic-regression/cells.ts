import { identifier, literal } from "./database.js";
import { InputError } from "./errors.js";
import type { Table } from "./table.js";
import { counted, parseNumber, quote, quoteList } from "./text.js";

/** What counts as a gap, and how numbers are written. */
export interface CellRules {
  readonly naValues: readonly string[];
  readonly decimal: "." | ",";
  /** What groups the digits before the decimal sign; "" for nothing. */
  readonly thousands: string;
  /** Texts that are taken off both ends of a number, such as `$` and `kg`. */
  readonly strip: readonly string[];
}

/** A column as its values decided it to be: numbers, or categories. Each has its value and its gaps as SQL. */
export type CellType =
  | { readonly kind: "number"; readonly value: string; readonly gap: string; readonly gaps: number }
  | { readonly kind: "category"; readonly value: string; readonly gap: string; readonly gaps: number; readonly levels: readonly string[] };

/** The words by which programs say that there is no value, in any case. */
export const GAPS = ["", "na", "n/a", "nan", "null", "#n/a", "#n/a n/a", "<na>", ".", "?"];
/** Words that may be the name of a category, and are no number. */
export const GAPS_AMONG_NUMBERS = [...GAPS, "none", "nil", "-", "--", "unknown", "missing", "inf", "-inf", "+inf", "infinity", "-infinity"];

/** A column of text with more different values than this is hardly one of categories, unless somebody says so. */
export const USUAL_LEVELS = 100;
/** No category has more levels than this. */
export const MOST_LEVELS = 2_000;

const BLANKS = literal(" \t\r\n\u00a0");
const NUMBER = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?";

/** What a column is wanted for. */
export interface Wanted {
  readonly name: string;
  /** The place in the table. */
  readonly at: number;
  /** `category` where somebody said so, `any` where the values decide. */
  readonly as: "any" | "category" | "number" | "label";
}

/**
 * Decides what columns are over all of their values. A column most of whose values are numbers is one of numbers: what is
 * neither a number nor a gap in it is an error.
 */
export async function decideTypes(table: Table, wanted: readonly Wanted[], rules: CellRules): Promise<CellType[]> {
  const clean = await cleanNumbers(table, wanted, rules);
  const types: CellType[] = [];
  for (const [i, column] of wanted.entries()) types.push(clean[i] ?? (await decideType(table, column, rules)));
  return types;
}

/** The columns of text that hold plain numbers and nothing else, by one look at all of them: most columns of most files. */
async function cleanNumbers(table: Table, wanted: readonly Wanted[], rules: CellRules): Promise<(CellType | undefined)[]> {
  const isPlain = rules.decimal === "." && rules.thousands === "" && rules.strip.length === 0 && rules.naValues.every(isNotNumber);
  const tried = wanted.filter(({ at, as }) => isPlain && table.types[at] === "text" && (as === "any" || as === "number"));
  if (tried.length === 0 || table.rows === 0) return [];
  const counts = tried.map(({ at }) => `count(TRY_CAST(c${at} AS DOUBLE)), sum(0 * TRY_CAST(c${at} AS DOUBLE)) = 0`);
  // The database reads 1_000, inf and nan as numbers, too.
  const [found] = await table.database.rows(
    `SELECT bool_or(contains(concat(${tried.map(({ at }) => `c${at}`).join(", ")}), '_')), ${counts.join(", ")} FROM cells`,
  );
  if (found[0] === true) return [];
  return wanted.map((column) => {
    const i = tried.indexOf(column);
    if (i < 0 || Number(found[1 + 2 * i]) !== table.rows || found[2 + 2 * i] !== true) return undefined;
    return { kind: "number", value: `TRY_CAST(c${column.at} AS DOUBLE)`, gap: "false", gaps: 0 };
  });
}

const isNotNumber = (text: string): boolean => Number.isNaN(parseNumber(text));

/** The cells of a column as SQL: as text and as numbers, and which of either are gaps. */
function cellsOf(table: Table, { at, name }: Wanted, rules: CellRules) {
  const type = table.types[at];
  if (typeof type === "object")
    throw new InputError(
      `${table.file}, column ${quote(name)}: is of type ${type.unusable}, of which no feature can be made; --exclude leaves it out`,
    );
  const gaps = rules.naValues.map((text) => text.trim().toLowerCase());
  const isIn = (text: string, list: readonly string[]): string => `coalesce(lower(${text}) IN (${list.map(literal).join(", ")}), true)`;
  if (type === "number") {
    const isWhole = `c${at} = trunc(c${at}) AND abs(c${at}) < 1e15`;
    const text = `CASE WHEN ${isWhole} THEN CAST(CAST(c${at} AS BIGINT) AS VARCHAR) ELSE CAST(c${at} AS VARCHAR) END`;
    const gap = gaps.length === 0 ? `c${at} IS NULL` : isIn(text, gaps);
    return { text, number: `c${at}`, gapOfText: gap, gapOfNumber: gap };
  }
  const text = `trim(c${at}, ${BLANKS})`;
  return {
    text,
    number: numberSql(text, rules),
    gapOfText: isIn(text, [...GAPS, ...gaps]),
    gapOfNumber: isIn(text, [...GAPS_AMONG_NUMBERS, ...gaps]),
  };
}

/** A column of categories whose levels are known: the value of any other text is NULL, though it is no gap. */
export async function knownCategory(
  table: Table,
  column: Wanted,
  levels: readonly string[],
  rules: CellRules,
): Promise<CellType & { readonly text: string }> {
  const { text, gapOfText: gap } = cellsOf(table, column, rules);
  if (levels.length === 0) return { kind: "category", value: "NULL::DOUBLE", gap, gaps: 0, levels, text };
  const type = identifier(`levels_${column.at}`);
  await table.database.run(`CREATE TYPE ${type} AS ENUM (${levels.map(literal).join(", ")})`);
  return { kind: "category", value: codeOf(text, gap, type), gap, gaps: 0, levels, text };
}

const codeOf = (text: string, gap: string, type: string): string =>
  `CAST(enum_code(TRY_CAST(CASE WHEN NOT ${gap} THEN ${text} END AS ${type})) AS DOUBLE)`;

async function decideType(table: Table, column: Wanted, rules: CellRules): Promise<CellType> {
  const { as, name } = column;
  const { text, number, gapOfText, gapOfNumber } = cellsOf(table, column, rules);
  if (as === "category" || as === "label") return category(table, column, text, gapOfText);

  const [[missing, numbers, texts]] = await table.database.rows(
    `SELECT count(*) FILTER (gap), count(*) FILTER (NOT gap AND n IS NOT NULL), count(*) FILTER (NOT gap AND n IS NULL)
     FROM (SELECT ${gapOfNumber} AS gap, ${number} AS n FROM cells)`,
  );
  const asNumber: CellType = {
    ...{ kind: "number", gap: gapOfNumber, gaps: Number(missing) },
    value: `CASE WHEN NOT ${gapOfNumber} THEN ${number} END`,
  };
  if (Number(texts) === 0) {
    if (Number(numbers) > 0 || as === "number") return asNumber;
    throw new InputError(`${table.file}, column ${quote(name)}: has no value in any row; --exclude leaves it out`);
  }
  const odd = (
    await table.database.rows(
      `SELECT t, count(*), min(r) FROM (SELECT rowid AS r, ${text} AS t, ${number} AS n, ${gapOfNumber} AS gap FROM cells) WHERE NOT gap AND n IS NULL
       GROUP BY t ORDER BY min(r) LIMIT ${MOST_LEVELS}`,
    )
  ).map(([cell, count, row]) => ({ cell: String(cell), count: Number(count), row: Number(row) }));
  const written = otherwiseWritten(odd, rules);
  const total = odd.reduce((sum, { count }) => sum + count, 0);
  const share = (written.count / total) * Number(texts);
  if (as === "any" && Number(numbers) + share <= Number(texts) - share) return category(table, column, text, gapOfText);
  throw new InputError(await badCells(table, name, odd, written, Number(numbers), Number(texts)));
}

/** A number in a cell as SQL; NULL for anything else. */
function numberSql(text: string, { decimal, thousands, strip }: CellRules): string {
  const literally = (part: string): string => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  let cell = `replace(${text}, '−', '-')`;
  if (strip.length > 0) {
    const any = strip.map(literally).join("|");
    cell = `regexp_replace(regexp_replace(${cell}, ${literal(`^([+-]?)\\s*(?:${any})\\s*`)}, '\\1'), ${literal(`\\s*(?:${any})$`)}, '')`;
  }
  const finite = (value: string): string => `CASE WHEN isfinite(TRY_CAST(${value} AS DOUBLE)) THEN TRY_CAST(${value} AS DOUBLE) END`;
  if (decimal === "." && thousands === "") return `CASE WHEN regexp_full_match(${cell}, ${literal(NUMBER)}) THEN ${finite(cell)} END`;
  const group = thousands === " " ? "[ \u00a0\u2009\u202f]" : literally(thousands);
  const whole = thousands === "" ? "[0-9]+" : `([0-9]+|[0-9]{1,3}(${group}[0-9]{3})+)`;
  const pattern = `[+-]?(${whole}(${literally(decimal)}[0-9]*)?|${literally(decimal)}[0-9]+)([eE][+-]?[0-9]+)?`;
  const joined = thousands === "" ? cell : `regexp_replace(${cell}, ${literal(group)}, '', 'g')`;
  return `CASE WHEN regexp_full_match(${cell}, ${literal(pattern)}) THEN ${finite(`replace(${joined}, ${literal(decimal)}, '.')`)} END`;
}

interface OddCell {
  readonly cell: string;
  readonly count: number;
  readonly row: number;
}

/** Ways to write a number other than the plain one, each with what to do about it. */
const WAYS: readonly { readonly what: string; readonly test: RegExp; readonly advice: (cell: string) => string }[] = [
  {
    what: "has a decimal comma, or one between thousands",
    test: /^[+\-−]?\d{1,3},\d{3}$/,
    advice: () => '--decimal "," or --thousands "," says which',
  },
  { what: "has a decimal comma", test: /^[+\-−]?\d*,\d+(e[+-]?\d+)?$/i, advice: () => '--decimal "," reads it' },
  {
    what: "has its thousands apart",
    test: /^[+\-−]?\d{1,3}([,.' \u00a0\u2009\u202f]\d{3})+([.,]\d+)?$/,
    advice: (cell) => {
      const mark = /[,.' \u00a0\u2009\u202f]/.exec(cell)?.[0] as string;
      const isBlank = mark.trim() === "";
      const decimal = mark === "." || /[^,],\d+$/.test(cell.replace(/,\d{3}(?!\d)/g, "")) ? ' --decimal ","' : "";
      return `--thousands "${isBlank ? " " : mark}"${decimal} reads it`;
    },
  },
  {
    what: "is an amount of money",
    test: /^[+\-−]?\s*(\p{Sc}\s*[\d.,]+|[\d.,]+\s*\p{Sc})$/u,
    advice: (cell) => stripAdvice(/\p{Sc}/u.exec(cell)?.[0]),
  },
  { what: "is a percentage", test: /^[+\-−]?[\d.,]+\s*%$/, advice: () => stripAdvice("%") },
];
const POINT: (typeof WAYS)[number] = {
  what: "has a decimal point, and --decimal is a comma",
  test: /\./,
  advice: () => 'leave it out, or --thousands "." if the point is none',
};
const UNIT = /^[+\-−]?\d[\d.,]*\s*(\p{L}[\p{L}\p{No}/°^]*)$/u;

const stripAdvice = (mark = ""): string => `--strip "${mark}" takes the sign off`;

/** Which of these cells are numbers that are written in another way, and what to do about them. */
function otherwiseWritten(
  odd: readonly OddCell[],
  { decimal }: CellRules,
): { readonly count: number; readonly first?: OddCell; readonly say: string } {
  const ways = odd.map(({ cell }) =>
    decimal === "," && Number.isFinite(parseNumber(cell)) ? POINT : WAYS.find(({ test }) => test.test(cell)),
  );
  const units = odd.map(({ cell }) => UNIT.exec(cell)?.[1]);
  const isOneUnit = units.length > 1 && units.every((unit) => unit !== undefined && unit === units[0]);
  if (isOneUnit)
    return {
      count: odd.reduce((sum, { count }) => sum + count, 0),
      first: odd[0],
      say: `is a number with a unit; --strip ${quote(units[0] as string)} takes it off`,
    };
  const count = odd.reduce((sum, { count }, i) => sum + (ways[i] === undefined ? 0 : count), 0);
  // What tells more comes first: 1,5 says that the comma of 1,250 is one, too.
  const at = [POINT, WAYS[1], WAYS[2], WAYS[0], WAYS[3], WAYS[4]].map((way) => ways.indexOf(way)).find((i) => i >= 0);
  if (at === undefined) return { count: 0, say: "" };
  const way = ways[at] as (typeof WAYS)[number];
  return { count, first: odd[at], say: `${way.what}; ${way.advice(odd[at].cell)}` };
}

async function badCells(
  table: Table,
  name: string,
  odd: readonly OddCell[],
  written: ReturnType<typeof otherwiseWritten>,
  numbers: number,
  texts: number,
): Promise<string> {
  const asCategories = `--categorical ${quote(name)} takes all as categories`;
  if (written.first !== undefined && 2 * written.count >= odd.reduce((sum, { count }) => sum + count, 0))
    return `${await table.placeOf(written.first.row, name)}: ${quote(written.first.cell)} ${written.say}; ${asCategories}`;
  const [first, ...others] = odd;
  const isTooLarge = Number.isNaN(parseNumber(first.cell)) === false;
  const places: string[] = [];
  for (const { cell, row } of others.slice(0, 2)) places.push(`${quote(cell)} in ${(await table.placeOf(row)).replace(/^.*, /, "")}`);
  const more =
    places.length === 0
      ? ""
      : `; so ${places.length === 1 ? "is" : "are"} ${places.join(", ")}${others.length > 2 ? ` and ${others.length - 2} more` : ""}`;
  const what = isTooLarge ? "is too large for a number" : `is not a number, as ${numbers} of ${numbers + texts} values are`;
  const advice = isTooLarge ? "" : `; --na-values ${quote(first.cell)} takes it as a gap, ${asCategories}`;
  return `${await table.placeOf(first.row, name)}: ${quote(first.cell)} ${what}${more}${advice}`;
}

async function category(table: Table, { at, name, as }: Wanted, text: string, gap: string): Promise<CellType> {
  const { database, file } = table;
  const most = as === "any" ? USUAL_LEVELS : MOST_LEVELS;
  const [[missing, different]] = await database.rows(
    `SELECT count(*) FILTER (${gap}), count(DISTINCT ${text}) FILTER (NOT ${gap}) FROM cells`,
  );
  const values = table.rows - Number(missing);
  const where = `${file}, column ${quote(name)}`;
  const some = async (limit: number): Promise<string[]> =>
    (
      await database.rows(
        `SELECT t FROM (SELECT ${text} AS t, rowid AS r FROM cells WHERE NOT ${gap}) GROUP BY t ORDER BY min(r) LIMIT ${limit}`,
      )
    ).map(([level]) => String(level));
  if (as === "label" && Number(different) > most)
    throw new InputError(
      `${where}: the target must have two values, got ${different}: ${quoteList(await some(6))} and ${Number(different) - 6} more`,
    );
  if (Number(different) > most) {
    const shown = await some(3);
    const isDates = shown.every((level) => /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}/.test(level));
    const what = isDates ? "; they look like dates" : Number(different) > 0.5 * values ? "; they seem to name rows" : "";
    throw new InputError(
      `${where}: has ${different} different texts in ${counted(values, "row")}, ${shown.map(quote).join(", ")} …${what}; a column of categories has at most ${most === MOST_LEVELS ? most : `${most}, or ${MOST_LEVELS} with --categorical`}; --exclude ${quote(name)} leaves it out`,
    );
  }
  if (as === "any" && Number(different) === values && values > 10)
    throw new InputError(
      `${where}: has a different text in each of ${counted(values, "row")}, ${quoteList(await some(3))}: it names rows and is no category; --exclude ${quote(name)} leaves it out`,
    );
  const levels = await some(MOST_LEVELS);
  const zero = levels.find((level) => level.includes("\0"));
  if (zero !== undefined) throw new InputError(`${where}: is not text: it has a byte 0`);
  const type = identifier(`levels_${at}`);
  await database.run(`CREATE TYPE IF NOT EXISTS ${type} AS ENUM (${inOrder(levels).map(literal).join(", ")})`);
  return { kind: "category", value: codeOf(text, gap, type), gap, gaps: Number(missing), levels: inOrder(levels) };
}

/** Levels in order, so that the reference is the same whatever the order of the rows: numbers by size, texts by alphabet. */
function inOrder(levels: readonly string[]): string[] {
  const numbers = levels.map(parseNumber);
  return numbers.some(Number.isNaN) ? [...levels].sort() : [...levels].sort((a, b) => parseNumber(a) - parseNumber(b) || (a < b ? -1 : 1));
}
