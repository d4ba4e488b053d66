import { InputError } from "./errors.js";

/** JSON of data is flat; what is nested in it is text. The database follows each level by a call, and a process has room for some thousands. */
const DEEPEST = 100;

const [QUOTE, BACKSLASH, NEWLINE] = [...'"\\\n'].map((character) => character.charCodeAt(0));
const [BRACKET, END_OF_BRACKET, BRACE, END_OF_BRACE] = [..."[]{}"].map((character) => character.charCodeAt(0));

/** Refuses JSON lines that are nested deeper than any table, which would end the process. */
export async function refuseDeep(file: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  let line = 1;
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  for await (const chunk of bytes)
    for (const byte of chunk) {
      if (byte === NEWLINE) {
        // No text of JSON goes beyond its line.
        line++;
        depth = 0;
        isText = isEscaped = false;
      } else if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (byte === BRACKET || byte === BRACE) {
        if (++depth > DEEPEST) throw new InputError(`${file}, line ${line}: expected JSON at most ${DEEPEST} levels deep, got deeper`);
      } else if (byte === END_OF_BRACKET || byte === END_OF_BRACE) depth--;
    }
}
