// The machine: reads the instructions of a program one after the other and runs them. A program, its constants and all its
// numbers are in one memory. What it can do is written in the other files of this folder: ops on numbers as classes with `apply`,
// in the file of their family; instructions as classes with their words and `run`. build-machine.mjs makes the dispatch of them.

export { run } from "./dispatch";

/** Where a program may begin: what is before it is the machine's own. */
export const firstFree: usize = __heap_base;
