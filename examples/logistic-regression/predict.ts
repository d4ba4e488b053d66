import { type FileHandle, open, rename, rm } from "node:fs/promises";
import Papa from "papaparse";
import { columnAt, openCsv, placeOf, type Reading } from "./csv.js";
import type { Column } from "./data.js";
import { designOf } from "./design.js";
import { fileProblem, InputError } from "./errors.js";
import { probabilities } from "./metrics.js";
import { logitsOf } from "./model.js";
import type { PredictCommand } from "./options.js";
import { checkDestination, temporaryName } from "./output.js";
import { type Model, readModel } from "./saved-model.js";
import { isGap, parseNumber, plain, quote, quoteList } from "./text.js";

/** The two columns that are added. */
const ADDED = ["probability", "prediction"];

/** Scores the rows of a file, as a stream, into another. Returns what there is to say. */
export async function predict(command: PredictCommand, reading: Reading & { stop(): void }): Promise<string> {
  const { data: file, out, delimiter, missing } = command;
  checkDestination(out, [file, command.model]);
  const model = readModel(command.model);
  const threshold = command.threshold ?? model.threshold;
  const csv = await openCsv(file, reading);
  const places = matchColumns(csv.columns, model, command);

  const temporary = temporaryName(out);
  let handle: FileHandle | undefined;
  let [scored, positive, left] = [0, 0, 0];
  try {
    const opened = await open(temporary, "wx");
    handle = opened;
    const write = async (rows: readonly (readonly string[])[]): Promise<void> => {
      if (rows.length > 0) await opened.appendFile(`${Papa.unparse(rows as string[][], { delimiter, newline: "\n" })}\n`);
    };
    await write([[...csv.columns, ...ADDED]]);
    for await (const { before, rows } of csv.batches) {
      const numbered = rows.map((row, i) => ({ row, at: before + i }));
      const whole = numbered.filter(({ row, at }) => isWhole(row, places, () => placeOf(file, at), csv.columns, missing));
      left += numbered.length - whole.length;
      const columns = model.features.map((feature, j) =>
        columnOf(
          feature,
          whole.map(({ row }) => row[places[j]]),
          (i) => placeOf(file, whole[i].at, feature.name),
        ),
      );
      const chunks = designOf(model.encoding, columns, new Float64Array(whole.length), Uint32Array.from(whole.keys()));
      const p = probabilities(logitsOf(model.parameters, chunks));
      await write(
        whole.map(({ row }, i) => {
          const isPositive = p[i] >= threshold;
          if (isPositive) positive++;
          return [...row, String(p[i]), isPositive ? model.positive : model.negative];
        }),
      );
      scored += whole.length;
    }
    await handle.sync();
    await handle.close();
    await rename(temporary, out);
  } catch (error) {
    await handle?.close().catch(() => {}); // it may be closed already, and the first error is the one to tell
    if (handle !== undefined) await rm(temporary, { force: true });
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new InputError(`cannot write ${out}: ${fileProblem(error)}`);
  } finally {
    reading.stop();
  }
  return [
    `${scored} ${scored === 1 ? "row" : "rows"} scored into ${plain(out)}: ${positive} called ${plain(model.positive)} (ŷ ≥ ${threshold}), ${scored - positive} ${plain(model.negative)}\n`,
    left === 0 ? "" : `${left} ${left === 1 ? "row" : "rows"} with gaps left out\n`,
  ].join("");
}

/** Where the features are in the new file, whose columns must be those of the training data; the target need not be there. */
function matchColumns(columns: readonly string[], model: Model, { data: file, newColumns }: PredictCommand): number[] {
  const absent = model.features.map(({ name }) => name).filter((name) => !columns.includes(name));
  if (absent.length > 0)
    throw new InputError(
      `${file}: the model needs ${absent.length === 1 ? "column" : "the columns"} ${quoteList(absent)}, and the file has ${quoteList(columns)}`,
    );
  const strange = columns.filter((name) => !model.header.includes(name));
  if (strange.length > 0 && newColumns === "fail")
    throw new InputError(
      `${file}: ${quoteList(strange)} ${strange.length === 1 ? "is" : "are"} not in the training data; --new-columns ignore lets ${strange.length === 1 ? "it" : "them"} pass`,
    );
  const taken = ADDED.find((name) => columns.includes(name));
  if (taken !== undefined) throw new InputError(`${file}: already has a column ${quote(taken)}, which predict adds`);
  return model.features.map(({ name }) => columnAt(file, columns, name));
}

/** Whether a row has a value for each feature. */
function isWhole(
  row: readonly string[],
  places: readonly number[],
  where: () => string,
  columns: readonly string[],
  missing: "fail" | "drop",
): boolean {
  const gap = places.find((at) => isGap(row[at]));
  if (gap !== undefined && missing === "fail")
    throw new InputError(
      `${where()}, column ${quote(columns[gap])}: is empty or stands for a missing value; --missing drop leaves such rows out`,
    );
  return gap === undefined;
}

/** The values of a feature as the model knows them. */
function columnOf({ name, levels }: Model["features"][number], texts: readonly string[], where: (row: number) => string): Column {
  if (levels === null) {
    const values = Float64Array.from(texts, (text, i) => {
      const value = parseNumber(text);
      if (!Number.isFinite(value))
        throw new InputError(`${where(i)}: ${quote(text)} is not a ${Number.isNaN(value) ? "" : "finite "}number`);
      return value;
    });
    return { kind: "number", name, values };
  }
  const values = Float64Array.from(texts, (text, i) => {
    const place = levels.indexOf(text.trim());
    if (place < 0)
      throw new InputError(`${where(i)}: the category ${quote(text.trim())} is not one of those trained on, ${quoteList(levels)}`);
    return place;
  });
  return { kind: "category", name, levels, values };
}
