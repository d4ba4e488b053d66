import type { Quantity } from "./quantity.js";

// Along each axis of more than one place runs an index over a range. Where ops force two axes to be equally long, their ranges are
// one. An axis of size 1 has no index: it broadcasts, and a formula does not show it.

/** Numbers ranges and indices of one derivation, so that keys and with them the order of terms are the same each time. */
export class Numbering {
  private next = 0;
  number(): number {
    return this.next++;
  }
}

/** What an index runs over: 0 to size − 1. Ranges that were found to be one share a root. */
export class Range {
  readonly id: number;
  private parent: Range | undefined;
  constructor(
    readonly size: number,
    readonly numbering: Numbering,
    /** The letter that an index over it has if it is free: t for steps. */
    private preferred?: string,
  ) {
    this.id = numbering.number();
  }
  get root(): Range {
    let range: Range = this;
    while (range.parent !== undefined) range = range.parent;
    return range;
  }
  get letter(): string | undefined {
    return this.root.preferred;
  }
  /** Makes two ranges one. */
  unify(other: Range): void {
    const [a, b] = [this.root, other.root];
    if (a === b) return;
    const [root, below] = a.id < b.id ? [a, b] : [b, a];
    below.parent = root;
    root.preferred ??= below.preferred;
  }
}

/** A letter that runs over a range. */
export class Index {
  readonly id: number;
  constructor(readonly range: Range) {
    this.id = range.numbering.number();
  }
  get size(): number {
    return this.range.size;
  }
}

/** The whole numbers that a tensor of indices holds at some places, from 0 to size − 1: what `take` reads by. */
export interface Lookup {
  readonly quantity: Quantity;
  readonly places: readonly Axis[];
  readonly size: number;
}

/** A place along an axis: offset + Σ step·base, as slices, reshapes, pads and takes make them. */
export interface Place {
  readonly offset: number;
  readonly steps: readonly (readonly [base: Index | Lookup, step: number])[];
}

/** The place of a value along one of its axes; none along an axis of size 1. */
export type Axis = Place | undefined;

/** Names of indices in keys. */
export type Naming = ReadonlyMap<Index, string>;

export const placeOf = (base: Index | Lookup): Place => ({ offset: 0, steps: [[base, 1]] });
export const fixedPlace = (offset: number): Place => ({ offset, steps: [] });
export const isIndex = (base: Index | Lookup): base is Index => base instanceof Index;

const keyOfBase = (base: Index | Lookup, names: Naming | undefined): string =>
  isIndex(base)
    ? (names?.get(base) ?? `i${base.id}`)
    : `t${base.quantity.id}(${base.places.map((place) => (place === undefined ? "" : keyOfPlace(place, names))).join()})`;

/** The same text for the same place, under the names that indices have. */
export function keyOfPlace({ offset, steps }: Place, names?: Naming): string {
  const parts = steps.map(([base, step]) => `${step === 1 ? "" : step}${keyOfBase(base, names)}`).sort();
  return parts.length === 0 || offset !== 0 ? [...parts, offset].join("+") : parts.join("+");
}

function collected(offset: number, steps: readonly (readonly [Index | Lookup, number])[]): Place {
  const found = new Map<string, readonly [Index | Lookup, number]>();
  for (const [base, step] of steps) {
    const key = keyOfBase(base, undefined);
    found.set(key, [base, step + (found.get(key)?.[1] ?? 0)]);
  }
  return { offset, steps: [...found.values()].filter(([, step]) => step !== 0) };
}

/** step·place + offset */
export const scaledPlace = (place: Place, step: number, offset = 0): Place =>
  collected(
    place.offset * step + offset,
    place.steps.map(([base, own]) => [base, own * step]),
  );
export const addPlaces = (a: Place, b: Place): Place => collected(a.offset + b.offset, [...a.steps, ...b.steps]);
export const subtractPlaces = (a: Place, b: Place): Place => addPlaces(a, scaledPlace(b, -1));

/** The index that a place is, if it is nothing but one. */
export function bareIndex(place: Axis): Index | undefined {
  if (place === undefined || place.offset !== 0 || place.steps.length !== 1) return undefined;
  const [[base, step]] = place.steps;
  return step === 1 && isIndex(base) ? base : undefined;
}

/** The least and the greatest number that a place can be. */
export function boundsOf({ offset, steps }: Place): readonly [low: number, high: number] {
  let [low, high] = [offset, offset];
  for (const [base, step] of steps) {
    const most = (base.size - 1) * step;
    if (most < 0) low += most;
    else high += most;
  }
  return [low, high];
}

/** Adds the indices that occur in a place to a set. */
export function addIndices(place: Axis, found: Set<Index>): void {
  for (const [base] of place?.steps ?? [])
    if (isIndex(base)) found.add(base);
    else for (const inner of base.places) addIndices(inner, found);
}

/** The place with others for some of its indices. */
export function substitutePlace(place: Place, map: ReadonlyMap<Index, Place>): Place {
  let isChanged = false;
  let { offset } = place;
  const steps: (readonly [Index | Lookup, number])[] = [];
  for (const [base, step] of place.steps) {
    if (isIndex(base)) {
      const other = map.get(base);
      if (other === undefined) steps.push([base, step]);
      else {
        isChanged = true;
        offset += step * other.offset;
        for (const [inner, own] of other.steps) steps.push([inner, own * step]);
      }
      continue;
    }
    const places = base.places.map((inner) => (inner === undefined ? undefined : substitutePlace(inner, map)));
    if (places.every((inner, k) => inner === base.places[k])) steps.push([base, step]);
    else {
      isChanged = true;
      steps.push([{ ...base, places }, step]);
    }
  }
  return isChanged ? collected(offset, steps) : place;
}

/** Whether an index occurs in a place. */
export function occursIn(index: Index, place: Axis): boolean {
  return (place?.steps ?? []).some(([base]) => (isIndex(base) ? base === index : base.places.some((inner) => occursIn(index, inner))));
}
