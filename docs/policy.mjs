// Under which policy browsers show the pages of the site.

/** The policy of a page; that of a live one lets code run in workers. */
export const policyOf = (isLive) =>
  [
    "default-src 'none'",
    // In a live page code runs in a worker whose script the page makes as a blob, and compiled functions use WebAssembly. No text is
    // evaluated: a worker's policy is that of its page.
    ...(isLive ? ["script-src 'self' 'wasm-unsafe-eval'", "worker-src blob:"] : ["script-src 'self'"]),
    // Formulas, as MathML, come with attributes of style.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
