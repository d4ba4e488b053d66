// A plugin of TypeDoc for the reference: mathematics and a tape for each differentiable function, and a search that knows by which other
// names people look for one.
import { IndexEvent, PageEvent, ReflectionKind } from "typedoc";
import { loadForBuild } from "../live/build.mjs";
import { synonyms } from "./synonyms.mjs";

const { mathOf, uses } = await loadForBuild("../reference/derivatives.ts");

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.renderer.on(IndexEvent.PREPARE_INDEX, (index) => {
    const known = new Set(Object.keys(synonyms));
    index.searchFieldWeights.synonyms = 4;
    index.searchResults.forEach(({ name, parent }, i) => {
      if (!Object.hasOwn(synonyms, name) || parent?.kindOf(ReflectionKind.Class)) return;
      index.searchFields[i].synonyms = synonyms[name];
      known.delete(name);
    });
    for (const name of known) app.logger.error(`docs/reference/synonyms.mjs has words for ${name}, which the package does not export`);
  });

  const shown = new Set();
  app.renderer.on(PageEvent.END, (page) => {
    if (!page.url.startsWith("functions/gradtape.") || page.contents === undefined) return;
    const name = page.url.slice("functions/gradtape.".length, -".html".length);
    const math = mathOf(name, "../");
    if (math === undefined) return;
    shown.add(name);
    // Behind the first signature's description, before its parameters.
    page.contents = page.contents.replace(/<div class="tsd-parameters">|<h4 class="tsd-returns-title">/, (place) => `${math}${place}`);
  });
  app.renderer.postRenderAsyncJobs.push(async () => {
    for (const name of uses.keys())
      if (!shown.has(name)) app.logger.error(`docs/reference/derivatives.ts has a use of ${name}, which is no function of the package`);
  });
}
