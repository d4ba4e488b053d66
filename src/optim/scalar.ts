import { recording } from "../tape/under-way.js";
import type { Tensor } from "../tensor/tensor.js";

/** The number in a tensor of shape []; the tensor itself where it stands on the tape under way, which must not lose sight of it. */
export const numberOrTensor = (x: Tensor): number | Tensor => (recording !== undefined && x.recordingId === recording.id ? x : x.item());
