// The binary format of WebAssembly, as far as emitted code needs it (WebAssembly Core Specification 2.0, chapter 5).

/** Bytes that are written one after the other. Most code runs once: what counts is how few calls it takes, not which. */
export class Bytes {
  private list: number[] = [];

  put(...bytes: readonly number[]): this {
    this.list.push(...bytes);
    return this;
  }

  /** A byte, and a number without a sign: seven bits a byte, the low ones first (LEB128). */
  with(byte: number, n: number): this {
    if (n < 128) this.list.push(byte, n);
    else if (n < 1 << 14) this.list.push(byte, (n & 127) | 128, n >>> 7);
    else {
      this.list.push(byte);
      this.unsigned(n);
    }
    return this;
  }

  unsigned(n: number): this {
    let rest = n;
    for (; rest > 127; rest >>>= 7) this.list.push((rest & 127) | 128);
    this.list.push(rest);
    return this;
  }

  /** The same with a sign. */
  signed(n: number): this {
    let rest = n | 0;
    for (; rest < -64 || rest > 63; rest >>= 7) this.list.push((rest & 127) | 128);
    this.list.push(rest & 127);
    return this;
  }

  /** A name of ASCII letters. */
  name(text: string): this {
    return this.unsigned(text.length).put(...Array.from(text, (letter) => letter.charCodeAt(0)));
  }

  append(other: Bytes): this {
    this.list = this.list.concat(other.list);
    return this;
  }

  /** Other bytes, after how many they are. */
  sized(other: Bytes): this {
    return this.unsigned(other.list.length).append(other);
  }

  /** How many items there are, and each of them. */
  vector(items: readonly Bytes[]): this {
    this.unsigned(items.length);
    for (const item of items) this.append(item);
    return this;
  }

  all(): Uint8Array {
    return new Uint8Array(this.list);
  }
}

export const bytes = (...list: readonly number[]): Bytes => new Bytes().put(...list);

/** The types of numbers. */
export const I32 = 0x7f;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** The type of a function. */
export const functionType = (parameters: readonly number[], results: readonly number[]): Bytes =>
  bytes(0x60)
    .sized(bytes(...parameters))
    .sized(bytes(...results));

/** A module of these sections, by their numbers in order. */
export function moduleOf(sections: Readonly<Record<number, readonly Bytes[]>>): Uint8Array {
  const module = bytes(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  for (const [number, items] of Object.entries(sections)) module.put(Number(number)).sized(new Bytes().vector(items));
  return module.all();
}
