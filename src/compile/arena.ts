import type { Shape } from "../base/shape.js";
import type { Node, Tape } from "../tape/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { LINE, NUMBER } from "./bytes.js";
import type { Address, Choose, Room } from "./instructions/instruction.js";
import type { Plan } from "./plan.js";
import { regionOf, type Step } from "./schedule.js";

/** A stretch of the arena by what is kept there: the values that a buffer has in turn, an input, or a constant. */
export type Slot = Address & ({ readonly buffer: number } | { readonly input: string } | { readonly constant: number | Shape });

/** Where everything is, in bytes from the beginning of the memory. */
export interface Arena {
  readonly slotOf: (x: Tensor) => Slot;
  readonly constants: readonly { readonly at: number; readonly value: Tensor }[];
  /** The addresses of the room that instructions need, by node. */
  readonly rooms: ReadonlyMap<Node, Room>;
  /** The bytes of all buffers. */
  readonly bufferBytes: number;
  /** Where the words begin. */
  readonly wordsAt: number;
}

/**
 * Finds a place for all that a program keeps:
 *
 *     arena   inputs │ constants │ buffers │ sums under way │ room for one instruction │ words
 */
export function allocate(tape: Tape, steps: readonly Step[], plan: Plan, choose: Choose, firstFree: number): Arena {
  const arena = new Stretch(firstFree);
  const slots = new Map<Tensor, Slot>();
  for (const [i, x] of tape.inputs.entries()) slots.set(x, { at: arena.place(x.size), stride: 0, input: x.label ?? `input${i + 1}` });

  const constants: { at: number; value: Tensor }[] = [];
  const placeConstant = (x: Tensor): void => {
    const value = plan.source(x);
    if (plan.bufferOf.has(value) || slots.has(value)) return;
    const at = arena.place(value.size);
    slots.set(value, { at, stride: 0, constant: value.size === 1 ? value.first : value.shape });
    constants.push({ at, value });
  };
  for (const { nodes } of steps) for (const { inputs } of nodes) inputs.forEach(placeConstant);
  tape.outputs.forEach(placeConstant);

  const buffersAt = arena.end;
  const buffers = plan.buffers.map((size, buffer): Slot => ({ at: arena.place(size), stride: 0, buffer }));
  const bufferBytes = arena.end - buffersAt;

  const { rooms, end: wordsAt } = placeRooms(steps, choose, arena);
  const slotOf = (x: Tensor): Slot => {
    const source = plan.source(x);
    const buffer = plan.bufferOf.get(source);
    return buffer === undefined ? (slots.get(source) as Slot) : buffers[buffer];
  };
  return { slotOf, constants, rooms, bufferBytes, wordsAt };
}

/** Gives each instruction what it keeps, and after that all the same room for what they need while they run. */
function placeRooms(steps: readonly Step[], choose: Choose, arena: Stretch): { rooms: Map<Node, Room>; end: number } {
  const kept: { node: Node; addresses: number[]; passing: readonly number[] }[] = [];
  for (const step of steps) {
    step.nodes.forEach((node, i) => {
      const needs = choose(node)?.needs?.(node, regionOf(step, i));
      if (needs !== undefined) kept.push({ node, addresses: needs.kept.map((size) => arena.place(size)), passing: needs.passing });
    });
  }
  const from = aligned(arena.end);
  let end = from;
  const rooms = new Map<Node, Room>();
  for (const { node, addresses, passing } of kept) {
    const room = new Stretch(from);
    rooms.set(node, { kept: addresses, passing: passing.map((size) => room.placeAligned(size)) });
    end = Math.max(end, room.end);
  }
  return { rooms, end };
}

/** Memory that is given away from its beginning on. */
class Stretch {
  end: number;

  constructor(from: number) {
    this.end = aligned(from);
  }

  /** The address of so many numbers. Many begin a line of the cache; a few stand close together. */
  place(numbers: number): number {
    return NUMBER * numbers < LINE ? this.take(this.end, NUMBER * numbers) : this.placeAligned(numbers);
  }

  /** The address of so many numbers, which have lines of the cache to themselves. */
  placeAligned(numbers: number): number {
    return this.take(aligned(this.end), aligned(NUMBER * numbers));
  }

  private take(at: number, bytes: number): number {
    this.end = at + bytes;
    return at;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;
