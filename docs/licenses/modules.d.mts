import type { Plugin } from "vite";

/** The name of the list, beside the bundles. */
export const LIST: string;

export function listOfVite(): { readonly ofWorker: Plugin; readonly ofPage: Plugin };
