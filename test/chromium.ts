import { existsSync } from "node:fs";

/** A Chromium that is already on the machine, where there is one. */
export const chromium = [process.env["CHROMIUM"] ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path !== "" && existsSync(path),
);
