// Both lists grow in chunks. An ordinary array copies itself each time it outgrows its memory, which for a tape of a
// million nodes costs more than the nodes; these never move what they hold.
const BITS = 7;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;
// A typed array costs about a microsecond to make, so it holds more.
const NUMBER_BITS = 10;
const NUMBERS = 1 << NUMBER_BITS;

/** A growing list of objects. */
export class List<T> {
  private last: T[] = [];
  private readonly chunks: T[][] = [this.last];
  length = 0;

  push(value: T): void {
    if (this.last.length === SIZE) {
      this.last = [];
      this.chunks.push(this.last);
    }
    this.last.push(value);
    this.length++;
  }

  get(i: number): T {
    return this.chunks[i >> BITS][i & MASK];
  }

  set(i: number, value: T): void {
    this.chunks[i >> BITS][i & MASK] = value;
  }
}

/**
 * A growing list of numbers, outside of what the garbage collector has to look through. The first chunk is an ordinary
 * array: most functions are short, and making a typed array costs as much as several of their ops.
 */
export class NumberList {
  private readonly first: number[] = [];
  private readonly chunks: Float64Array[] = [];
  private last: Float64Array | undefined;
  length = 0;

  push(value: number): void {
    const i = this.length++;
    if (i < NUMBERS) this.first.push(value);
    else {
      if ((i & (NUMBERS - 1)) === 0) {
        this.last = new Float64Array(NUMBERS);
        this.chunks.push(this.last);
      }
      (this.last as Float64Array)[i & (NUMBERS - 1)] = value;
    }
  }

  get(i: number): number {
    return i < NUMBERS ? this.first[i] : this.chunks[(i >> NUMBER_BITS) - 1][i & (NUMBERS - 1)];
  }
}
