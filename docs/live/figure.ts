// What the marks of a document become: `<!-- live NAME` with lines `key: value`. The build makes an element of each, and this fills it.

import type { Program } from "./blocks.js";

/** The settings of a mark. */
export type Settings = Readonly<Record<string, string>>;

/** What a figure can ask of its page. */
export interface PageOfFigure {
  /** The blocks of code of the page, where they can be run. */
  readonly program: Program | undefined;
}

/** Fills an element with a live figure. */
export type Figure = (place: HTMLElement, settings: Settings, page: PageOfFigure) => void;

/** A number among the settings. */
export function numberOf(settings: Settings, key: string, otherwise?: number): number {
  const value = settings[key] === undefined ? otherwise : Number(settings[key]);
  if (value === undefined || !Number.isFinite(value)) throw new Error(`live: expected a number for ${key}, got ${settings[key]}`);
  return value;
}

/** A text among the settings. */
export function textOf(settings: Settings, key: string): string {
  const value = settings[key];
  if (value === undefined) throw new Error(`live: expected a text for ${key}, got none`);
  return value;
}
