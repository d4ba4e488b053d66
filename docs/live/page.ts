// What a live page runs: it fills the places that the build has marked, and gives each block of code a Run button.
import { Program } from "./blocks.js";
import type { Figure, Settings } from "./figure.js";
import { complement } from "./figures/complement.js";
import { descent } from "./figures/descent.js";
import { logistic } from "./figures/logistic.js";
import { nudge } from "./figures/nudge.js";
import { slope } from "./figures/slope.js";
import { tape } from "./figures/tape.js";

const figures: Readonly<Record<string, Figure>> = { complement, descent, logistic, nudge, slope, tape };

/** What is wider than its place is moved sideways, by keyboard as well. */
function letScroll(): void {
  for (const wide of document.querySelectorAll<HTMLElement>(".tsd-typography :is(math[display=block], pre, table)")) {
    if (wide.closest(".live, .live-output") !== null) continue;
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}

function start(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const name = place.dataset["live"] ?? "";
    figures[name]?.(place, JSON.parse(place.dataset["settings"] ?? "{}") as Settings);
    place.classList.add("live-ready");
  }
  // TypeDoc shows the page later: until then nothing has a width.
  new ResizeObserver(letScroll).observe(document.body);
  const text = document.querySelector(".col-content .tsd-typography[data-live-code]") ?? document.querySelector("[data-live-code]");
  if (text !== null) Program.of(text);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
