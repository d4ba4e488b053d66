import * as k from "../kernels/order.js";
import type { BinaryOp, UnaryOp } from "./op.js";

/** For each place along an axis, the place from which it is filled in the order of the numbers; stable. Constant between its jumps: no gradient. */
export const ArgSort: UnaryOp<k.OrderAttributes> = {
  name: "ArgSort",
  kernel: k.argsort,
  shape: ([x]) => x.shape,
  vjp: [null],
  jvp: [null],
};

interface AlongAttributes {
  readonly axis: number;
}

/** x at the places along an axis that the indices name, one for each place of the result. The reverse puts them back: {@link ScatterAlong}. */
export const TakeAlong: BinaryOp<AlongAttributes> = {
  name: "TakeAlong",
  kernel: k.takeAlong,
  shape: ([, indices]) => indices.shape,
  vjp: [(g, _, x, indices, { axis }) => g.run(ScatterAlong, [g, indices], { axis, size: x.shape[axis] }), null],
  jvp: [(dx, _, _x, indices, attributes) => dx.run(TakeAlong, [dx, indices], attributes), null],
};

/** The reverse of {@link TakeAlong}: each number is added to the place that its index names, in an axis of `size` places. */
export const ScatterAlong: BinaryOp<AlongAttributes & { readonly size: number }> = {
  name: "ScatterAlong",
  kernel: k.scatterAlong,
  shape: ([x], { axis, size }) => x.shape.map((own, i) => (i === axis ? size : own)),
  vjp: [(g, _, _x, indices, { axis }) => g.run(TakeAlong, [g, indices], { axis }), null],
  jvp: [(dx, _, _x, indices, attributes) => dx.run(ScatterAlong, [dx, indices], attributes), null],
};
