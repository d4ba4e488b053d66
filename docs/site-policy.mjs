// A plugin of TypeDoc: each page has a policy under which a browser runs nothing but the scripts that stand beside it, and
// fetches nothing from elsewhere. The one script that TypeDoc writes into its pages gets a file of its own.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PageEvent, RendererEvent } from "typedoc";
import { isLivePage } from "./live/plugin.mjs";
import { policyOf } from "./policy.mjs";

const inlineScript = /<script>([^<]*)<\/script>/g;

/** @param {import("typedoc").Application} app */
export function load(app) {
  const texts = new Set();
  app.renderer.on(PageEvent.END, (page) => {
    if (page.contents === undefined) return;
    const base = /data-base="([^"]*)"/.exec(page.contents)?.[1] ?? "./";
    page.contents = page.contents
      .replace(
        '<meta charset="utf-8"/>',
        `$&<meta http-equiv="Content-Security-Policy" content="${policyOf(page.url === "index.html" || isLivePage(page.url))}"/>`,
      )
      .replace(inlineScript, (_, text) => {
        texts.add(text);
        return `<script src="${base}assets/page.js"></script>`;
      });
  });
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    if (texts.size !== 1) app.logger.error(`expected one script within the pages, got ${texts.size}`);
    writeFileSync(join(outputDirectory, "assets", "page.js"), `${[...texts].join("\n")}\n`);
  });
}
