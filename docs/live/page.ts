// What a live page runs: it fills the places that the build has marked, and gives each block of code a Run button.
import { Program } from "./blocks.js";
import type { Figure, Settings } from "./figure.js";
import { answer } from "./figures/answer.js";
import { complement } from "./figures/complement.js";
import { derivation } from "./figures/derivation.js";
import { descent } from "./figures/descent.js";
import { exercise } from "./figures/exercise.js";
import { exported } from "./figures/export.js";
import { logistic } from "./figures/logistic.js";
import { nudge } from "./figures/nudge.js";
import { slope } from "./figures/slope.js";
import { tape } from "./figures/tape.js";
import { train } from "./figures/train.js";

const figures: Readonly<Record<string, Figure>> = {
  answer,
  complement,
  derivation,
  descent,
  exercise,
  export: exported,
  logistic,
  nudge,
  slope,
  tape,
  train,
};

/** What is wider than its place is moved sideways, by keyboard as well. */
function letScroll(): void {
  for (const wide of document.querySelectorAll<HTMLElement>(":is(.tsd-typography, main) :is(math[display=block], pre, table)")) {
    if (wide.closest(".live, .live-output") !== null) continue;
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}

function start(): void {
  // TypeDoc shows the page later: until then nothing has a width.
  new ResizeObserver(letScroll).observe(document.body);
  const programs = [...document.querySelectorAll("[data-live-code]")].map((text) => Program.of(text));
  for (const place of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const name = place.dataset["live"] ?? "";
    figures[name]?.(place, JSON.parse(place.dataset["settings"] ?? "{}") as Settings, { program: programs[0] });
    place.classList.add("live-ready");
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
