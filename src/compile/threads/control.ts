// What threads tell one another, in a few words that all of them see.
//
// A job is some shares of one step of a program. The word STATE has the shares that nobody has taken: those from `front` up to `back`.
// The main thread takes the first of them, workers take the last, each by an exchange that fails if another was quicker. So nobody waits
// for a worker that sleeps, and main does what no worker has begun.

/** The places of the words. */
export const STATE = 0;
/** How many shares of the job workers have done. */
export const DONE = 1;
/** Which program the job is of, and where the addresses of its shares stand. */
export const PROGRAM = 2;
export const TABLE = 3;
/** How many messages each worker was sent: it is where it can get them when it has had fewer. */
export const SENT = 4;
/** How many workers sleep. */
export const ASLEEP = 5;
export const WORDS = 16;

/** At most so many shares: `front` and `back` have six bits each. What is above them counts the jobs, so that no two states are alike. */
export const MOST_SHARES = 63;
const BITS = 6;

export const stateOf = (job: number, shares: number): number => (job << (2 * BITS)) | shares;
const frontOf = (state: number): number => (state >> BITS) & MOST_SHARES;
const backOf = (state: number): number => state & MOST_SHARES;

/** Whether there are shares that nobody has taken. */
export const isOpen = (state: number): boolean => frontOf(state) < backOf(state);

/** The first share of those that nobody has taken, if there is one. */
export function takeFirst(control: Int32Array): number | undefined {
  for (;;) {
    const state = Atomics.load(control, STATE);
    if (!isOpen(state)) return undefined;
    if (Atomics.compareExchange(control, STATE, state, state + (1 << BITS)) === state) return frontOf(state);
  }
}

/** The last of them, if the state is still this one. */
export function takeLast(control: Int32Array, state: number): number | undefined {
  return Atomics.compareExchange(control, STATE, state, state - 1) === state ? backOf(state) - 1 : undefined;
}
