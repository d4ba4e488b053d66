/** What a worker is sent first. */
export interface Begin {
  readonly control: Int32Array;
  /** The machine, compiled for memories that threads share. */
  readonly module: object;
}

/** A program: its memory, and the room in it that is this worker's own. */
export interface Share {
  readonly program: number;
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly room: number;
}

/** A program that is no longer needed. */
export interface Drop {
  readonly drop: number;
}

export type Message = Begin | Share | Drop;
