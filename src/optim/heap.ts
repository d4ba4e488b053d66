/** Numbers of places, of which the one with the smallest key comes first (a binary heap). */
export class Heap {
  private readonly places: number[] = [];

  constructor(private readonly keys: Float64Array) {}

  /** The place with the smallest key, if any is left. */
  get first(): number | undefined {
    return this.places[0];
  }

  add(place: number): void {
    const { places, keys } = this;
    let i = places.length;
    // A parent with a larger key moves down.
    for (; i > 0; i = (i - 1) >> 1) {
      const parent = places[(i - 1) >> 1];
      if (keys[parent] <= keys[place]) break;
      places[i] = parent;
    }
    places[i] = place;
  }

  /** Takes the first place away. */
  remove(): void {
    const { places, keys } = this;
    const place = places.pop();
    if (place === undefined || places.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= places.length) break;
      if (child + 1 < places.length && keys[places[child + 1]] < keys[places[child]]) child++;
      if (keys[places[child]] >= keys[place]) break;
      places[i] = places[child];
      i = child;
    }
    places[i] = place;
  }
}
