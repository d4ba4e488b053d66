/** The derivative of f at x by a nudge to both sides; right to about nine digits. */
export const nudge = (f: (x: number) => number, x: number, h = 1e-5): number => (f(x + h) - f(x - h)) / (2 * h);
