import type { DirectiveResult } from "lit-html/directive.js";
import { unsafeHTML } from "lit-html/directives/unsafe-html.js";

/** A formula as Temml wrote it, which escapes the user's names in it. */
export const formula = (markup: string): DirectiveResult => unsafeHTML(markup);
