import { LINE, NUMBER } from "./bytes.js";
import type { Calls } from "./calls.js";
import type { Address, Region, Room } from "./instructions/instruction.js";
import type { Plan } from "./plan.js";
import { forEachStep, type Schedule } from "./schedule.js";

/** Where everything is, in bytes from the beginning of the memory. */
export interface Arena {
  /** The address of a value. */
  readonly addressOf: (value: number) => number;
  /** The constants that are needed, as places in the tape's list of them. */
  readonly constants: readonly number[];
  /** The addresses of the room that instructions need, by node. */
  readonly rooms: ReadonlyMap<number, Room>;
  /** Where what is computed begins: the buffers, and the room of instructions. */
  readonly buffersAt: number;
  /** The bytes of all buffers. */
  readonly bufferBytes: number;
  /** Where the words begin. */
  readonly wordsAt: number;
}

/**
 * Finds a place for all that a program keeps:
 *
 *     arena   inputs │ constants │ buffers │ sums under way │ room for one instruction │ words
 *
 * Inputs that are elsewhere are given with their addresses.
 */
export function allocateArena(
  calls: Calls,
  schedule: Schedule,
  plan: Plan,
  firstFree: number,
  given: readonly (Address | undefined)[] = [],
): Arena {
  const { inputs, constants: all, begins, operands, outputs } = calls.columns;
  const { bufferOf, sourceOf } = plan;
  const arena = new Space(aligned(firstFree));
  const inputsAt = inputs.map(({ size }, i) => given[i]?.at ?? arena.place(size));

  const constants: number[] = [];
  const constantsAt = new Float64Array(all.length).fill(-1);
  const placeConstant = (value: number): void => {
    const at = ~sourceOf(value);
    if (at < 0 || constantsAt[at] >= 0) return;
    constantsAt[at] = arena.place(all[at].size);
    constants.push(at);
  };
  for (const node of schedule.order) for (let j = begins[node]; j < begins[node + 1]; j++) placeConstant(operands[j]);
  outputs.forEach(placeConstant);

  const buffersAt = arena.end;
  const bufferAt = Float64Array.from(plan.buffers, (size) => arena.place(size));
  const bufferBytes = arena.end - buffersAt;

  const rooms = placeRooms(calls, schedule, arena);
  const addressOf = (value: number): number => {
    const source = sourceOf(value);
    if (source < 0) return constantsAt[~source];
    return source < inputs.length ? inputsAt[source] : bufferAt[bufferOf[source]];
  };
  return { addressOf, constants, rooms, buffersAt, bufferBytes, wordsAt: arena.end };
}

/** Gives each instruction what it keeps; after that comes what they need while they run, the same for all of them. */
function placeRooms(calls: Calls, schedule: Schedule, arena: Space): Map<number, Room> {
  const rooms = new Map<number, Room>();
  const place = (node: number, region: Region | undefined): void => {
    if (calls.code(node) >= 0) return;
    const call = calls.call(node);
    const needs = calls.instruction(call)?.needs?.(call, region);
    if (needs !== undefined) rooms.set(node, { kept: needs.kept.map(arena.place), passing: needs.passing });
  };
  forEachStep(
    schedule,
    (node) => place(node, undefined),
    ({ from, to, rows, chunk }) => {
      for (let at = from; at < to; at++) place(schedule.order[at], { ...rows[at - from], chunk });
    },
  );
  const from = arena.end;
  for (const [node, { kept, passing }] of rooms) {
    const room = new Space(from);
    rooms.set(node, { kept, passing: passing.map(room.place) });
    arena.end = Math.max(arena.end, room.end);
  }
  return rooms;
}

/** Memory that is given away from its beginning on. */
class Space {
  constructor(public end: number) {}

  /** The address of so many numbers. Many begin a line of the cache; a few stand close together. */
  readonly place = (numbers: number): number => {
    const bytes = NUMBER * numbers;
    const isShort = bytes < LINE;
    const at = isShort ? this.end : aligned(this.end);
    this.end = at + (isShort ? bytes : aligned(bytes));
    return at;
  };
}

const aligned = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;
