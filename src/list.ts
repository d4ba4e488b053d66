// Both lists grow in chunks. An ordinary array copies itself each time it outgrows its memory, which for a tape of a
// million nodes costs more than the nodes; these never move what they hold.
const BITS = 7;
const SIZE = 1 << BITS;
const MASK = SIZE - 1;
const FIRST = 8;

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

/** A growing list of numbers, outside of what the garbage collector has to look through. */
export class NumberList {
  // The first few numbers of a list are in a small array of their own: most functions are short.
  private readonly first = new Float64Array(FIRST);
  private readonly chunks: Float64Array[] = [];
  private last = this.first;
  length = 0;

  push(value: number): void {
    if (this.length < FIRST) this.first[this.length] = value;
    else {
      const at = (this.length - FIRST) & MASK;
      if (at === 0) {
        this.last = new Float64Array(SIZE);
        this.chunks.push(this.last);
      }
      this.last[at] = value;
    }
    this.length++;
  }

  get(i: number): number {
    return i < FIRST ? this.first[i] : this.chunks[(i - FIRST) >> BITS][(i - FIRST) & MASK];
  }
}
