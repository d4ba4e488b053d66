import { sizeOf } from "../base/shape.js";
import { aside } from "../tape/aside.js";
import type { Arrival } from "../tape/watcher.js";
import { zeros } from "../tensor/create.js";
import type { Tensor } from "../tensor/tensor.js";

/** What has arrived at a node as the cotangent of its output, those of several results in one: for those who watch, not for the recording. */
export function cotangentAt({ recording, place, arrived }: Arrival): Tensor {
  if (!Array.isArray(arrived)) return arrived as Tensor;
  return aside(() => {
    const results = recording.op(place).results?.(recording.attributesOf(place)) ?? [];
    const [first, ...rest] = results.map((shape, index) =>
      ((arrived[index] as Tensor | undefined) ?? zeros(shape)).reshape([sizeOf(shape)]),
    );
    return first.concatWith(rest, 0);
  });
}
