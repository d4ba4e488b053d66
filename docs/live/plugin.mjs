// A plugin of TypeDoc that makes documents live. A comment in Markdown, `<!-- live NAME`, lines `key: value`, `-->`, which GitHub does not
// show, becomes an element that docs/live/page.ts fills. Without JavaScript the page is the Markdown.
import { join } from "node:path";
import { JSX, PageEvent } from "typedoc";
import { escapeHtml } from "../html.mjs";
import { buildLive, loadForBuild } from "./build.mjs";
import { settingsOf } from "./settings.mjs";

const MARK = /^<!-- live ([a-z-]+)\n([\s\S]*?)-->\s*$/;

const { drawTape } = await loadForBuild("draw.ts");

/** The element of a mark. A tape comes with its picture, which is seen without JavaScript as well. */
export function elementOf(name, settings) {
  const inside = name === "tape" ? drawTape(settings.formula, JSON.parse(settings.values ?? "{}"), settings.wrt, settings.direction) : "";
  return `<div class="live live-${name}" data-live="${name}" data-settings="${escapeHtml(JSON.stringify(settings))}">${inside}</div>\n`;
}

/** For markdown-it: marks become elements. */
export function liveMarks(parser) {
  const { html_block: asIs = (tokens, i) => tokens[i].content } = parser.renderer.rules;
  parser.renderer.rules.html_block = (tokens, i, ...rest) => {
    const [, name, text] = MARK.exec(tokens[i].content) ?? [];
    return name === undefined ? asIs(tokens, i, ...rest) : elementOf(name, settingsOf(text));
  };
}

/** Whether a page has code that can be run: documents do, but not source files that are shown. */
export const isLivePage = (url) => url.startsWith("documents/") && !url.endsWith(".ts.html");

/** @param {import("typedoc").Application} app */
export function load(app) {
  const script = (src) => JSX.createElement("script", { defer: true, src });
  app.renderer.hooks.on("head.end", ({ page, relativeURL }) => {
    if (!isLivePage(page.url)) return JSX.createElement(JSX.Fragment, null);
    return JSX.createElement(
      JSX.Fragment,
      null,
      JSX.createElement("link", { rel: "stylesheet", href: relativeURL("live/live.css") }),
      script(relativeURL("live/library.js")),
      script(relativeURL("live/page.js")),
    );
  });
  app.renderer.on(PageEvent.END, (page) => {
    if (isLivePage(page.url)) page.contents = page.contents?.replace('class="tsd-panel tsd-typography"', '$& data-live-code=""');
  });
  app.renderer.postRenderAsyncJobs.push(({ outputDirectory }) => buildLive(join(outputDirectory, "live")));
}
