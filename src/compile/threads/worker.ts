// A worker: takes shares of what compiled programs do. It runs in Node and in browsers, as a file of its own.
import { ASLEEP, DONE, isOpen, PROGRAM, SENT, STATE, TABLE, takeLast } from "./control.js";
import type { Message } from "./messages.js";

// The package is type-checked without the browser's or Node's names.
declare const WebAssembly: { readonly Instance: new (module: object, imports: object) => { readonly exports: object } };
interface Port {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: Message }) => void) | null;
  on?(event: "message", listener: (message: Message) => void): void;
}
declare const process: { readonly versions?: { readonly node?: string } } | undefined;
declare const performance: { now(): number };

/** What the machine exports, as far as a worker needs it. */
interface Machine {
  readonly run: (at: number, end: number, row: number, rows: number) => void;
  readonly useRoom: (at: number) => void;
}

/** So many milliseconds without work and a worker sleeps: to wake it takes longer than most pauses between two steps last. */
const PATIENCE = 0.5;
/** So many looks between two at the clock. */
const LOOKS = 100;

let control: Int32Array;
let module: object;
let received = 0;
/** The programs that this worker knows. */
const programs = new Map<number, { readonly run: Machine["run"]; readonly words: Uint32Array }>();

function receive(message: Message): void {
  if ("control" in message) ({ control, module } = message);
  else if ("drop" in message) programs.delete(message.drop);
  else {
    const { memory, room, program } = message;
    // Kernels are called on the main thread only: they are in no share of a step.
    const { exports } = new WebAssembly.Instance(module, { env: { memory }, math: Math, host: { call() {} } });
    const machine = exports as Machine;
    machine.useRoom(room);
    programs.set(program, { run: machine.run, words: new Uint32Array(memory.buffer) });
  }
  received++;
}

/** Takes shares until there is a message to be received: as long as this runs, none arrives. */
function work(): void {
  let idleSince = performance.now();
  for (let looks = 1; Atomics.load(control, SENT) === received; looks++) {
    const state = Atomics.load(control, STATE);
    const program = isOpen(state) ? programs.get(Atomics.load(control, PROGRAM)) : undefined;
    const share = program && takeLast(control, state);
    if (program !== undefined && share !== undefined) {
      const entry = Atomics.load(control, TABLE) / Uint32Array.BYTES_PER_ELEMENT + 2 * share;
      program.run(program.words[entry], program.words[entry + 1], 0, 1);
      Atomics.add(control, DONE, 1);
      idleSince = performance.now();
    } else if (looks % LOOKS === 0 && performance.now() - idleSince > PATIENCE) {
      Atomics.add(control, ASLEEP, 1);
      // A message that came before the state was read would not change it again.
      if (Atomics.load(control, SENT) === received) Atomics.wait(control, STATE, state);
      Atomics.sub(control, ASLEEP, 1);
      idleSince = performance.now();
    }
  }
}

function listen(port: Port): void {
  const onMessage = (message: Message): void => {
    receive(message);
    if ("control" in message) port.postMessage("ready");
    work();
  };
  if (port.on === undefined) port.onmessage = ({ data }) => onMessage(data);
  else port.on("message", onMessage);
}

// Node's workers have their port in a module. Its name stands in a variable, since bundlers for browsers would look for the module.
const threads = "node:worker_threads";
if (typeof process !== "undefined" && process.versions?.node !== undefined)
  void import(/* @vite-ignore */ threads).then(({ parentPort }: { parentPort: Port }) => listen(parentPort));
else listen(globalThis as unknown as Port);
