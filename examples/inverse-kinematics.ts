// Inverse kinematics: the angles at which an arm of six joints reaches a point in space with its hand in a given direction, by least squares
// on where the arm ends. The Jacobian that the fit uses is checked against the one of mechanics, and an arm of two against trigonometry.
import { hypot, jacobian, leastSquares, linspace, stack, type Tensor, tensor, vmap } from "gradtape";

// In turn each joint turns about z, y, y, z, y, z, and is followed by a link along its own x axis.
const axes = ["z", "y", "y", "z", "y", "z"] as const;
const links = [0.3, 0.8, 0.7, 0.2, 0.2, 0.1];

/** The rotation about an axis. */
function rotation(axis: "y" | "z", angle: Tensor): Tensor {
  const [c, s, zero, one] = [angle.cos(), angle.sin(), tensor(0), tensor(1)];
  const rows =
    axis === "z"
      ? [
          [c, s.neg(), zero],
          [s, c, zero],
          [zero, zero, one],
        ]
      : [
          [c, zero, s],
          [zero, one, zero],
          [s.neg(), zero, c],
        ];
  return stack(rows.map((row) => stack(row)));
}

/** Where each joint is and the axis about which it turns, then where the hand is and where it points. */
function forward(angles: Tensor): { joints: Tensor[]; turning: Tensor[]; hand: Tensor; direction: Tensor } {
  let at = tensor([0, 0, 0]);
  let frame = tensor([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  const [joints, turning]: [Tensor[], Tensor[]] = [[], []];
  axes.forEach((axis, i) => {
    joints.push(at);
    turning.push(frame.slice([null, axis === "z" ? 2 : 1]));
    frame = frame.matmul(rotation(axis, angles.slice([i])));
    at = at.add(frame.slice([null, 0]).mul(links[i] ?? 0));
  });
  return { joints, turning, hand: at, direction: frame.slice([null, 0]) };
}

const target = tensor([0.9, 0.5, 0.6]);
const pointing = tensor([0, 0, -1]); // straight down
const misses = (angles: Tensor): { place: Tensor; direction: Tensor } => {
  const { hand, direction } = forward(angles);
  return { place: hand.sub(target), direction: direction.sub(pointing) };
};
const fit = leastSquares(misses, tensor([0.4, -0.5, 0.5, 0.2, 0.5, 0]));
const degrees = Array.from(fit.params.data, (angle) => `${((angle * 180) / Math.PI).toFixed(2)}°`);
console.log(`the angles of six joints, ${fit.status} after ${fit.iterations} iterations: ${degrees.join(", ")}`);
console.log(`the hand misses by ${Math.sqrt(fit.sumOfSquares).toExponential(1)}`);

// By mechanics the hand moves with joint i as (axis of i) × (hand − joint i).
const cross = (a: Tensor, b: Tensor): Tensor => {
  const [[a1, a2, a3], [b1, b2, b3]] = [a.split(3), b.split(3)];
  return stack([a2.mul(b3).sub(a3.mul(b2)), a3.mul(b1).sub(a1.mul(b3)), a1.mul(b2).sub(a2.mul(b1))]).squeeze();
};
const { joints, turning, hand } = forward(fit.params);
const byMechanics = stack(
  joints.map((joint, i) => cross(turning[i] ?? joint, hand.sub(joint))),
  1,
);
const byEngine = jacobian((angles: Tensor) => forward(angles).hand)(fit.params);
console.log(`the Jacobian differs from that of mechanics by ${byEngine.sub(byMechanics).abs().max().item().toExponential(1)}`);

// Two links in a plane, whose angles the law of cosines knows: all targets of an arc at once by Newton's method, x − J⁻¹·f.
const planar = (angles: Tensor): Tensor => {
  const [a, b] = angles.split(2);
  const elbow = a.add(b);
  return stack([a.cos().add(elbow.cos().mul(0.7)), a.sin().add(elbow.sin().mul(0.7))]).squeeze();
};
const turn = linspace(0.2, 1.2, 6);
const targets = stack([turn.cos().mul(1.3), turn.sin().mul(1.3)], 1);
const step = (angles: Tensor, to: Tensor): Tensor => {
  const [f, J] = [planar(angles).sub(to), jacobian(planar)(angles)];
  const [[p, q], [r, s]] = [J.slice([0]).split(2), J.slice([1]).split(2)];
  const [u, v] = f.split(2);
  const det = p.mul(s).sub(q.mul(r));
  return angles.sub(
    stack([s.mul(u).sub(q.mul(v)), p.mul(v).sub(r.mul(u))])
      .div(det)
      .squeeze(),
  );
};
let angles = tensor(Array.from({ length: 6 }, () => [0.3, 0.9]));
for (let i = 0; i < 12; i++) angles = vmap(step)(angles, targets);
const [px, py] = targets.transpose().split(2);
const reach = hypot(px, py);
const bend = reach
  .square()
  .sub(1 + 0.7 * 0.7)
  .div(2 * 0.7);
const elbows = tensor(Float64Array.from(bend.data, Math.acos));
const difference = angles.slice([null, 1]).sub(elbows).abs().max().item();
console.log(`six arms of two links: the elbows differ from the law of cosines by ${difference.toExponential(1)}`);
