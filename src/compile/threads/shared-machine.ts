import { Bytes } from "../emit/binary.js";
import { machineBytes } from "../machine.js";

declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

const IMPORTS = 2;
/** The end of the import of a memory: its name, that it is one, that it has no maximum, and that it has a page at least. */
const UNSHARED = [...Array.from("memory", (letter) => letter.charCodeAt(0)), 2, 0, 1];
/** Shared, from one page to the most that there are. */
const SHARED = [3, 1, 0x80, 0x80, 4];

/** The machine for a memory that several threads see: the same code, which only its import of the memory tells from the other. */
export function compileSharedMachine(): object {
  const code = machineBytes();
  const found = code.findIndex((_, at) => UNSHARED.every((byte, i) => code[at + i] === byte));
  const limits = found + UNSHARED.length - 2;
  let at = 8;
  for (;;) {
    const section = code[at];
    const [length, from] = unsigned(code, at + 1);
    const end = from + length;
    if (section === IMPORTS) {
      const imports = new Bytes().put(...code.subarray(from, limits), ...SHARED, ...code.subarray(limits + 2, end));
      const head = new Bytes().put(IMPORTS).sized(imports).all();
      const patched = new Uint8Array(at + head.length + code.length - end);
      patched.set(code.subarray(0, at));
      patched.set(head, at);
      patched.set(code.subarray(end), at + head.length);
      return new WebAssembly.Module(patched);
    }
    at = end;
  }
}

/** A number in LEB128 at a place, and the place after it. */
function unsigned(code: Uint8Array, place: number): [n: number, end: number] {
  let n = 0;
  for (let at = place, shift = 0; ; at++, shift += 7) {
    n |= (code[at] & 127) << shift;
    if (code[at] < 128) return [n, at + 1];
  }
}
