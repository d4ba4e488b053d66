import { formatShape } from "../base/shape.js";
import { nameFrom } from "../base/text.js";
import type { Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { LINE, NUMBER } from "./bytes.js";
import type { Address, Choose, Room } from "./instructions/instruction.js";
import type { Plan } from "./plan.js";
import type { Step } from "./schedule.js";

/** A stretch of the arena: the numbers of an input or a constant, or a buffer, which has several values in turn. */
export interface Slot extends Address {
  /** What listings call it. */
  readonly name: string;
}

/** Where everything is, in bytes from the beginning of the memory. */
export interface Arena {
  readonly slotOf: (x: Tensor) => Slot;
  readonly constants: readonly Tensor[];
  /** The addresses of the room that instructions need, by node. */
  readonly rooms: ReadonlyMap<Node, Room>;
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
  tape: Tape,
  steps: readonly Step[],
  plan: Plan,
  choose: Choose,
  firstFree: number,
  given: readonly (Address | undefined)[] = [],
): Arena {
  const arena = new Stretch(aligned(firstFree));
  const slots = new Map<Tensor, Slot>();
  for (const [i, x] of tape.inputs.entries())
    slots.set(x, { at: given[i]?.at ?? arena.place(x.size), stride: 0, name: nameFrom(x.label ?? "") || `input${i + 1}` });

  const constants: Tensor[] = [];
  const placeConstant = (x: Tensor): void => {
    const value = plan.source(x);
    if (plan.bufferOf.has(value) || slots.has(value)) return;
    slots.set(value, {
      at: arena.place(value.size),
      stride: 0,
      name: value.size === 1 ? String(value.first) : `constant${formatShape(value.shape)}`,
    });
    constants.push(value);
  };
  for (const { nodes } of steps) for (const { inputs } of nodes) inputs.forEach(placeConstant);
  tape.outputs.forEach(placeConstant);

  const buffersAt = arena.end;
  const buffers = plan.buffers.map((size, i): Slot => ({ at: arena.place(size), stride: 0, name: `b${i}` }));
  const bufferBytes = arena.end - buffersAt;

  const rooms = placeRooms(steps, choose, arena);
  const slotOf = (x: Tensor): Slot => {
    const source = plan.source(x);
    const buffer = plan.bufferOf.get(source);
    return buffer === undefined ? (slots.get(source) as Slot) : buffers[buffer];
  };
  return { slotOf, constants, rooms, buffersAt, bufferBytes, wordsAt: arena.end };
}

/** Gives each instruction what it keeps; after that comes what they need while they run, the same for all of them. */
function placeRooms(steps: readonly Step[], choose: Choose, arena: Stretch): Map<Node, Room> {
  const rooms = new Map<Node, Room>();
  for (const { nodes, regions } of steps) {
    for (const [i, node] of nodes.entries()) {
      const needs = choose(node)?.needs?.(node, regions[i]);
      if (needs !== undefined) rooms.set(node, { kept: needs.kept.map(arena.place), passing: needs.passing });
    }
  }
  const from = arena.end;
  for (const [node, { kept, passing }] of rooms) {
    const room = new Stretch(from);
    rooms.set(node, { kept, passing: passing.map(room.place) });
    arena.end = Math.max(arena.end, room.end);
  }
  return rooms;
}

/** Memory that is given away from its beginning on. */
class Stretch {
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
