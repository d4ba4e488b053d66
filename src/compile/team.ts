/** Calls one of the kernels that a program has numbered for the machine. */
export type CallKernel = (kernel: number) => void;

/** A program as emitted code and threads need it: its words, and where what it computes begins. */
export interface Parts {
  readonly words: Uint32Array;
  readonly wordsAt: number;
  readonly buffersAt: number;
  /** The words of each section, from place to place; or a kernel, which stays what it is. */
  readonly sections: readonly ({ readonly from: number; readonly to: number } | { readonly kernel: unknown })[];
  readonly call: CallKernel;
}

/** A program in a memory that several threads see. */
export interface Shared {
  readonly buffer: ArrayBuffer;
  /** What runs each section, but for those that are kernels. One that returns `false` has lost a worker, and with it the memory. */
  readonly runs: readonly (() => boolean)[];
}

/** Threads that programs may use. */
export interface Team {
  /** Puts a program into such a memory, with what another one has before its buffers; `undefined` where that is not worth while. */
  share(parts: Parts, from: ArrayBuffer): Shared | undefined;
}

/** The team that programs use, if threads were started: the one thing that calls of different functions have in common. */
export let team: Team | undefined;

export const useTeam = (next: Team | undefined): void => {
  team = next;
};
