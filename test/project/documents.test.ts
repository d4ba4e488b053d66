import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { blocksOf, documents, root, run } from "./documents.js";

describe("documents do what they show", () => {
  for (const document of documents) {
    const blocks = blocksOf(readFileSync(root + document, "utf8"));
    if (blocks.length === 0) continue;
    test(document, async () => {
      const printed = await run(blocks);
      blocks.forEach(({ code, output }, i) => {
        if (output === undefined) expect(printed[i], `no output is shown below\n${code}`).toBe("");
        else expect(printed[i]).toBe(output);
      });
    });
  }
});
