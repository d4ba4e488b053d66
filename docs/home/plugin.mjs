// A plugin of TypeDoc: the site has a first page of its own, in the place of the list of modules that TypeDoc writes there.
import { readFileSync } from "node:fs";
import { PageEvent } from "typedoc";
import { loadForBuild } from "../live/build.mjs";

const { homePage } = await loadForBuild("../home/page.ts");

/** Blocks of code, and what each prints, from the document whose code is run by tests. */
function samplesIn(url) {
  const text = readFileSync(url, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```/gm)].map(([, code, output]) => ({ code, output }));
}

/** @param {import("typedoc").Application} app */
export function load(app) {
  const samples = samplesIn(new URL("samples.md", import.meta.url));
  app.renderer.on(PageEvent.END, (page) => {
    if (page.url !== "index.html") return;
    const highlight = (code) => page.project && app.renderer.markedPlugin.getHighlighted(code, "ts");
    const hostedAt = app.options.getValue("hostedBaseUrl");
    page.contents = homePage({ samples, highlight, version: page.project.packageVersion ?? "", hostedAt });
  });
}
