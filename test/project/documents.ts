import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import * as gradtape from "gradtape";
import * as math from "gradtape/math";
import ts from "typescript";

// The code in README and guides is run, one document as one program.
export const root = fileURLToPath(new URL("../../", import.meta.url));
/** What the code may import. */
const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { gradtape, "gradtape/math": math };

/** The documents whose code is run, relative to the root. */
export const documents = [
  "README.md",
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A block of code, and the block of text that stands right below it. */
export interface Block {
  readonly code: string;
  readonly output: string | undefined;
}

export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```(?:\n\n```text\n([\s\S]*?)^```)?/gm)].map(([, code, output]) => ({ code, output }));
}

/** Runs the blocks one after the other in one scope; returns what each printed. */
export async function run(blocks: readonly Block[]): Promise<string[]> {
  const printed = blocks.map(() => "");
  const imported = new Map<string, unknown>(Object.entries(gradtape));
  const body = blocks
    .map(({ code }, i) => {
      const own = code.replace(/^import \{([\s\S]*?)\} from "(.*)";\n/gm, (all, names: string, from: string) => {
        for (const name of names.split(",").map((part) => part.trim())) {
          const [original, alias = original] = name.split(" as ");
          if (!name.startsWith("type ")) imported.set(alias, modules[from]?.[original]);
        }
        return from in modules ? "" : all;
      });
      if (/^import /m.test(own)) throw new Error(`a block may import from ${Object.keys(modules).join(", ")} only:\n${own}`);
      return `__at(${i});\n${own}`;
    })
    .join("\n");
  let at = 0;
  const script = ts.transpile(`return (async () => { ${body} })();`, { target: ts.ScriptTarget.ES2022 });
  await new Function("__at", "console", ...imported.keys(), script)(
    (i: number) => {
      at = i;
    },
    {
      log: (...args: unknown[]) => {
        printed[at] += `${format(...args)}\n`;
      },
    },
    ...imported.values(),
  );
  return printed;
}
