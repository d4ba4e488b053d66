import { transform } from "sucrase";

/** A stretch of the blocks' code that is no program. */
export class CodeError extends Error {
  override name = "CodeError";

  constructor(
    message: string,
    readonly block: number,
    /** Counted from 1 within the block. */
    readonly line: number,
  ) {
    super(message);
  }
}

/** A program made of blocks. */
export interface Program {
  /** JavaScript for the body of an async function; `require`, `exports`, `console`, `plot` and `__at` are in scope. */
  readonly text: string;
  /** The block, and the line within it, of a line of `text`, both lines counted from 1. */
  placeOf(line: number): { readonly block: number; readonly line: number } | undefined;
}

/**
 * Blocks of TypeScript as one program in one scope: types taken away, imports made calls of `require`. No line moves, so that errors find
 * their way back.
 */
export function programOf(blocks: readonly string[]): Program {
  const starts: number[] = [];
  let line = 1;
  const code = blocks
    .map((block, i) => {
      starts.push(line + 1);
      const part = `__at(${i});\n${block.replace(/\n$/, "")}\n;`;
      line += part.split("\n").length;
      return part;
    })
    .join("\n");
  const placeOf = (at: number): { block: number; line: number } | undefined => {
    const block = starts.findLastIndex((start) => start <= at);
    return block < 0 ? undefined : { block, line: at - starts[block] + 1 };
  };
  try {
    const { code: text } = transform(code, {
      transforms: ["typescript", "imports"],
      disableESTransforms: true,
      preserveDynamicImport: true,
    });
    return { text, placeOf };
  } catch (error) {
    const [, message, row] = /^(?:Error transforming : |SyntaxError: )?([\s\S]*?) \((\d+):\d+\)$/.exec((error as Error).message) ?? [];
    const place = placeOf(Number(row)) ?? { block: blocks.length - 1, line: 0 };
    throw new CodeError(message ?? (error as Error).message, place.block, place.line);
  }
}
