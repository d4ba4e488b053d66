import { LINE, WORD } from "../bytes.js";
import type { Parts, Shared, Team } from "../team.js";
import { ASLEEP, DONE, PROGRAM, SENT, STATE, stateOf, TABLE, takeFirst, WORDS } from "./control.js";
import type { Message } from "./messages.js";
import { type Piece, split } from "./split.js";
import { startWorker, type Worker } from "./worker-of.js";

declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};
declare const performance: { now(): number };

const PAGE = 65_536;
const MOST_PAGES = 65_536;
/** The room in each memory that an instance of the machine needs for itself. */
const ROOM = 2 * LINE;
/** A worker that takes so many times longer than this thread for its shares, and a second more, is lost. */
const SLOWER = 20;
const SECOND = 1000;

/**
 * After a step in which waiting for workers took longer than this thread's own part, they get no share for some steps, twice as many
 * each time up to this: their processors are busy with something else.
 */
const LONGEST_REST = 64;

/** The machine over a memory that threads share. */
interface Machine {
  readonly run: (at: number, end: number, row: number, rows: number) => void;
  readonly useRoom: (at: number) => void;
}

/** Where the words of a share begin and end. */
type Range = readonly [at: number, end: number];

/** Workers, and the programs that they share with the thread that calls. */
export class Workers implements Team {
  private readonly shares: number;
  private readonly dropped = new FinalizationRegistry<number>((program) => this.send(() => ({ drop: program })));
  private programs = 0;
  private jobs = 0;
  /** For how many steps the workers still rest, and for how many they do the next time. */
  private resting = 0;
  private nextRest = 1;

  private constructor(
    private readonly module: object,
    private readonly control: Int32Array,
    private readonly workers: Set<Worker>,
    wanted: number,
  ) {
    this.shares = 1 + wanted;
  }

  /** Starts so many workers, and waits until they are ready; `undefined` if there are none. */
  static async start(wanted: number, module: object, startOne = startWorker): Promise<Workers | undefined> {
    const control = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
    const workers = new Set<Worker>();
    Atomics.add(control, SENT, 1);
    const begun = Array.from({ length: wanted }, () => startOne({ control, module }, (worker) => workers.delete(worker)));
    for (const worker of await Promise.all(begun)) if (worker !== undefined) workers.add(worker);
    return workers.size === 0 ? undefined : new Workers(module, control, workers, wanted);
  }

  get count(): number {
    return this.workers.size;
  }

  stop(): void {
    for (const worker of this.workers) worker.stop();
    this.workers.clear();
  }

  share({ words, wordsAt, buffersAt, sections, call }: Parts, from: ArrayBuffer): Shared | undefined {
    // What a share computes for itself is in an area of its own. That of the first is where the program has it anyway.
    const area = aligned(wordsAt - buffersAt);
    const first = aligned(wordsAt);
    const offset = (share: number): number => (share === 0 ? 0 : first - buffersAt + (share - 1) * area);
    const pieces = sections.map((section) =>
      "kernel" in section ? [] : split(words, section.from, section.to, this.shares, { from: buffersAt, to: wordsAt, offset }),
    );
    if (!pieces.some((section) => section.some((piece) => "shares" in piece))) return undefined;

    const rooms = first + (this.shares - 1) * area;
    const list = new WordList(rooms + this.shares * ROOM);
    const steps = pieces.map((section) => section.map((piece) => list.place(piece)));
    const memory = memoryOf(list.end);
    if (memory === undefined) return undefined;
    new Uint8Array(memory.buffer).set(new Uint8Array(from, 0, buffersAt));
    list.writeTo(memory.buffer);
    const machine = new WebAssembly.Instance(this.module, { env: { memory }, math: Math, host: { call } }).exports as Machine;
    machine.useRoom(rooms);

    const program = this.programs++;
    const { buffer } = memory;
    const shared = { buffer, runs: steps.map((section) => () => section.every((step) => this.run(program, machine, step))) };
    this.send((worker) => ({ program, memory, room: rooms + (1 + worker) * ROOM }));
    this.dropped.register(buffer, program); // which the program keeps as long as it lives
    return shared;
  }

  /** Sends a message to each worker, which gets it when it looks, wherever it is. */
  private send(messageTo: (worker: number) => Message): void {
    for (const [i, worker] of [...this.workers].entries()) worker.send(messageTo(i));
    Atomics.add(this.control, SENT, 1);
    this.begin(0);
  }

  /** Opens a job of so many shares and wakes who sleeps. */
  private begin(shares: number): void {
    Atomics.store(this.control, STATE, stateOf(++this.jobs, shares));
    if (Atomics.load(this.control, ASLEEP) > 0) Atomics.notify(this.control, STATE);
  }

  /** Runs a step of a program; `false` if a worker is lost in it. */
  private run(program: number, { run }: Machine, { shares, table, after }: Step): boolean {
    if (shares.length > 1 && this.workers.size > 0 && this.resting-- <= 0) {
      const { control } = this;
      Atomics.store(control, DONE, 0);
      Atomics.store(control, PROGRAM, program);
      Atomics.store(control, TABLE, table);
      const start = performance.now();
      this.begin(shares.length);
      let own = 0;
      for (let share = takeFirst(control); share !== undefined; share = takeFirst(control)) {
        run(...shares[share], 0, 1);
        own++;
      }
      if (!this.join(shares.length - own, performance.now() - start)) return false;
    } else for (const share of shares) run(...share, 0, 1);
    if (after !== undefined) run(...after, 0, 1);
    return true;
  }

  /** Waits for the shares that workers have begun; this thread has taken `took` milliseconds for its own. */
  private join(others: number, took: number): boolean {
    const { control } = this;
    const start = performance.now();
    while (Atomics.load(control, DONE) < others) {
      if (performance.now() - start < SECOND + SLOWER * took) continue;
      this.stop();
      return false;
    }
    const isLong = performance.now() - start > took;
    this.resting = isLong ? this.nextRest : 0;
    this.nextRest = isLong ? Math.min(2 * this.nextRest, LONGEST_REST) : 1;
    return true;
  }
}

/** What a piece of a program became: its shares, where their addresses stand, and what adds up their sums. */
interface Step {
  readonly shares: readonly Range[];
  readonly table: number;
  readonly after: Range | undefined;
}

/** The words of a shared program, one after the other in the memory. */
class WordList {
  private readonly words: number[] = [];

  constructor(private readonly at: number) {}

  get end(): number {
    return this.at + WORD * this.words.length;
  }

  place(piece: Piece): Step {
    if ("words" in piece) return { shares: [this.append(piece.words)], table: 0, after: undefined };
    const shares = piece.shares.map((words) => this.append(words));
    const after = piece.after.length === 0 ? undefined : this.append(piece.after);
    const [table] = this.append(shares.flat());
    return { shares, table, after };
  }

  private append(words: readonly number[]): Range {
    const at = this.end;
    for (const word of words) this.words.push(word);
    return [at, this.end];
  }

  writeTo(buffer: ArrayBuffer): void {
    new Uint32Array(buffer, this.at, this.words.length).set(this.words);
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;

/** A memory of so many bytes that threads see; `undefined` where it cannot be had. */
function memoryOf(bytes: number): { readonly buffer: ArrayBuffer } | undefined {
  const pages = Math.ceil(bytes / PAGE);
  if (pages > MOST_PAGES) return undefined;
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: MOST_PAGES, shared: true });
  } catch {
    return undefined;
  }
}
