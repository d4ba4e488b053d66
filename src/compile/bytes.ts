/** The bytes of a number. */
export const NUMBER = 8;

/** The bytes of a word of an instruction. */
export const WORD = 4;

/** The bytes of a line of the cache. */
export const LINE = 64;
