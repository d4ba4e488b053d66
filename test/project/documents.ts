import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import * as gradtape from "gradtape";
import * as math from "gradtape/math";
import * as onnx from "gradtape/onnx";
import * as threads from "gradtape/threads";
import * as ort from "onnxruntime-web";
import ts from "typescript";
import { runHere } from "../examples/logistic-regression/program.js";
import { root } from "../support/root.js";

// The code in README and guides is run, one document as one program.
/** What the code may import. */
const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gradtape,
  "gradtape/math": math,
  "gradtape/onnx": onnx,
  "gradtape/threads": threads,
  "onnxruntime-web": ort,
};

/** The documents whose code is run, relative to the root. */
export const documents = [
  "README.md",
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".md") && !name.startsWith("site/"))
    .sort()
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

/** A block of commands, and the block of text that stands right below it. */
export const sessionsOf = (text: string): { commands: string; output: string }[] =>
  [...text.matchAll(/^```sh\n((?:(?!```).*\n)*)```\n\n```text\n((?:(?!```).*\n)*)```/gm)].map(([, commands, output]) => ({
    commands,
    output,
  }));

/**
 * Runs the commands of all sessions of a document one after the other, and returns what each session printed. They are runs
 * of the logistic regression; files that are not in the repository are in a directory of their own.
 */
export async function runSessions(sessions: readonly string[]): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), "gradtape-documents-"));
  const start = "npx tsx examples/logistic-regression/main.ts ";
  const printed: string[] = [];
  try {
    for (const commands of sessions) {
      let text = "";
      for (const command of commands.replaceAll("\\\n", " ").trimEnd().split("\n")) {
        if (!command.startsWith(start)) throw new Error(`a command with output must be one of ${start}, got ${command}`);
        const args = command.slice(start.length).trim().split(/\s+/);
        const placed = args.map((arg, i) =>
          /^--(data|json|report|save|model|out)$/.test(args[i - 1] ?? "") && !existsSync(join(root, arg)) ? join(directory, arg) : arg,
        );
        const { stdout, stderr } = await runHere(placed);
        text += stdout + stderr;
      }
      printed.push(text.replaceAll(`${directory}/`, ""));
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  return printed;
}

/** Runs the blocks one after the other in one scope, some names of `gradtape` replaced; returns what each printed. */
export async function run(blocks: readonly Block[], replaced: Readonly<Record<string, unknown>> = {}): Promise<string[]> {
  const printed = blocks.map(() => "");
  const imported = new Map<string, unknown>();
  const body = blocks
    .map(({ code }, i) => {
      const own = code
        .replace(/^import \{([\s\S]*?)\} from "(.*)";\n/gm, (all, names: string, from: string) => {
          for (const name of names.split(",").map((part) => part.trim())) {
            const [original, alias = original] = name.split(" as ");
            if (!name.startsWith("type "))
              imported.set(alias, (from === "gradtape" ? replaced[original] : undefined) ?? modules[from]?.[original]);
          }
          return from in modules ? "" : all;
        })
        .replace(/^import \* as (\w+) from "(.*)";\n/gm, (all, name: string, from: string) => {
          imported.set(name, modules[from]);
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

/** Whether a program uses the package. What does without, as the tape of 60 lines, has arrays of its own. */
export const usesThePackage = (program: string): boolean => /from "gradtape(?:\/\w+)?";/.test(program);
