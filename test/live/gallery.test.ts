import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { settingsOf } from "../../docs/live/settings.mjs";
import { examples } from "../../docs/playground/examples.js";
import { root } from "../support/root.js";

test("The gallery has each example of the playground, as it is there", () => {
  const text = readFileSync(`${root}docs/gallery.md`, "utf8");
  const shown = [...text.matchAll(/^<!-- live tape\n([\s\S]*?)-->$/gm)].map(([, body]) => settingsOf(body));
  expect(shown.map(({ formula, values, wrt }) => ({ source: formula, values: JSON.parse(values), by: wrt }))).toEqual(
    examples.map(({ source, values, by }) => ({ source, values, by })),
  );
  for (const { title, note } of examples) expect(text).toContain(`## ${title}\n\n${note}\n`);
});
