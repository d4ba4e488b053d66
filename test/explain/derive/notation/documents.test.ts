import { readFileSync } from "node:fs";
import { type Derivation, defineOp, derive, type Tensor, type TensorLike, tensor } from "gradtape";
import { describe, expect, test } from "vitest";
import { separate } from "../../../../src/explain/derive/arguments.js";
import { mostArguments, namesOfArguments } from "../../../../src/explain/derive/names.js";
import { printedName } from "../../../../src/explain/derive/reading/letters.js";
import { flatten } from "../../../../src/tensor/tree.js";
import { blocksOf, documents, run } from "../../../project/documents.js";
import { root } from "../../../support/root.js";
import { check } from "./check.js";

/** A derivation that the code of a document makes, and at what. */
interface Made {
  readonly derivation: Derivation;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly kept: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: any function of tensors
type AnyFunction = (...args: any[]) => Tensor;

type Scalar = (...xs: number[]) => number;

async function madeBy(
  document: string,
): Promise<{ readonly made: readonly Made[]; readonly custom: (name: string) => Scalar | undefined }> {
  const made: Made[] = [];
  const ops = new Map<string, Scalar>();
  const defining = (op: Parameters<typeof defineOp>[0]): AnyFunction => {
    const apply = defineOp(op) as AnyFunction;
    ops.set(op.name, (...xs) => apply(...xs.map((x) => tensor(x))).item());
    return apply;
  };
  const watched = (f: AnyFunction, ...given: TensorLike[]): Derivation => {
    const { args, places, ...asked } = separate(given, mostArguments(f));
    // Formulas alone have no definitions to read.
    const derivation = derive<unknown[]>(f, ...(args as TensorLike[]), {
      ...asked,
      wrt: places,
      detail: asked.detail === "result" ? "steps" : asked.detail,
    });
    const flats = args.map((arg, i) => flatten("derive", `input ${i}`, arg));
    const names = namesOfArguments(f, flats).map(printedName);
    const leaves = flats.flatMap((flat, i) => flat.leaves.map((x) => ({ x, isWanted: places.includes(i) })));
    made.push({
      derivation,
      inputs: Object.fromEntries(leaves.map(({ x }, k) => [names[k], x])),
      // They may be labels, or places.
      kept: names.filter((_, k) => !leaves[k].isWanted && leaves[k].x.data.every(Number.isInteger)),
    });
    return derive<unknown[]>(f, ...given);
  };
  await run(blocksOf(readFileSync(root + document, "utf8")), { derive: watched, defineOp: defining });
  return { made, custom: (name) => ops.get(name) };
}

const withDerivations = documents.filter((name) => blocksOf(readFileSync(root + name, "utf8")).some(({ code }) => /\bderive\(/.test(code)));

describe("every line of the derivations in the documents is true as it is read:", () => {
  test.each(withDerivations)("%s", async (document) => {
    const { made, custom } = await madeBy(document);
    expect(made.length).toBeGreaterThan(0);
    const complaints = made.flatMap(({ derivation, inputs, kept }) =>
      check(derivation.steps, { inputs, kept, custom }).complaints.map(({ line, what }) => `${line}: ${what}`),
    );
    expect(complaints).toEqual([]);
  });
});
