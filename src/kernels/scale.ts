/** 2⁶⁰⁰: squares of numbers times this, or over it, are neither 0 nor infinite where those of the numbers would be. */
const LARGE = 4.149515568880993e180;
const TOO_LARGE = 1e140;
const TOO_SMALL = 1e-140;

/** What to multiply numbers with before they are squared and added up, by the largest of their sizes; a power of two, so that nothing is rounded. */
export const scaleFor = (largest: number): number => (largest > TOO_LARGE ? 1 / LARGE : largest < TOO_SMALL ? LARGE : 1);
