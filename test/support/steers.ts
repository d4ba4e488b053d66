/** What a terminal, or who reads it, would take for something else than text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
export const STEERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/u;
