// The one part of CSV that is not left to the database: its first record, the names, and where in a file a record stands.

/** How CSV is written. */
export interface Dialect {
  readonly delimiter: string;
  /** Lines that begin with this are no records; "" for none. */
  readonly comment: string;
  /** So many lines are left out at the start. */
  readonly skip: number;
}

/** The fields of the record that `text` begins with, and whether it ends within quotes. */
export function firstRecord(text: string, delimiter: string): { fields: string[]; isOpen: boolean } {
  const fields: string[] = [""];
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      if (isQuoted && text[i + 1] === '"') fields[fields.length - 1] += text[i++];
      else isQuoted = !isQuoted;
    } else if (isQuoted) fields[fields.length - 1] += character;
    else if (character === delimiter) fields.push("");
    else if (character === "\n" || character === "\r") break;
    else fields[fields.length - 1] += character;
  }
  return { fields, isOpen: isQuoted };
}

/** How many lines come before the header: those left out, comments and blank ones. Also the text from there on. */
export function beforeHeader(text: string, { comment, skip }: Dialect): { lines: number; rest: string } {
  let rest = text.startsWith("\ufeff") ? text.slice(1) : text;
  for (let lines = 0; ; lines++) {
    const end = /\r\n|\n|\r/.exec(rest);
    const line = end === null ? rest : rest.slice(0, end.index);
    const isRecord = line.trim() !== "" && (comment === "" || !line.startsWith(comment));
    if ((lines >= skip && isRecord) || end === null) return { lines, rest };
    rest = rest.slice(end.index + end[0].length);
  }
}

/** Finds the line, counted from 1, in which a record begins. Text is given to it part by part; the header is record 0. */
export class LineFinder {
  private line = 1;
  private record = -1;
  private isQuoted = false;
  private isStart = true;
  private isComment = false;
  private isBlank = true;
  private lastWasReturn = false;

  constructor(
    private readonly wanted: number,
    private readonly dialect: Dialect,
  ) {}

  /** The line, once it is known. */
  read(text: string): number | undefined {
    for (const character of text) {
      const isReturn = character === "\r";
      if (character === "\n" && this.lastWasReturn) {
        this.lastWasReturn = false;
        continue;
      }
      this.lastWasReturn = isReturn;
      if (character === "\n" || isReturn) {
        this.line++;
        if (!this.isQuoted) [this.isStart, this.isComment, this.isBlank] = [true, false, true];
        continue;
      }
      if (character === "\ufeff" && this.line === 1) continue;
      if (this.isStart) {
        this.isStart = false;
        this.isComment = this.line <= this.dialect.skip || (this.dialect.comment !== "" && character === this.dialect.comment);
      }
      if (this.isComment) continue;
      if (this.isBlank && (character.trim() !== "" || character === this.dialect.delimiter)) {
        this.isBlank = false;
        this.record++;
        if (this.record === this.wanted) return this.line;
      }
      if (character === '"') this.isQuoted = !this.isQuoted;
    }
    return undefined;
  }
}
