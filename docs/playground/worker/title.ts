import type { Run } from "../run.js";
import type { Moment } from "../steps.js";
import { formatTensor } from "../text.js";

const NO_BACKWARD = "No gradient flows back: the loss does not depend on this variable, or is constant between its jumps.";

/** What happens at a moment, in words. */
export function titleOf(run: Run, moment: Moment): string {
  const { nodes } = run.tape;
  switch (moment.kind) {
    case "inputs":
      return "The inputs. Nothing is computed yet.";
    case "forward": {
      const { op, output } = nodes[moment.node];
      const end = moment.computed === nodes.length ? " The forward pass is over." : "";
      const alone = moment === run.moments[run.moments.length - 1] ? ` ${NO_BACKWARD}` : "";
      return `Forward, node ${moment.node + 1} of ${nodes.length}: ${op.name} gives ${run.name(output)} = ${formatTensor(output)}.${end}${alone}`;
    }
    case "seed":
      return `Turn: the derivative of ${run.name(run.tape.outputs[0])} by itself is 1. ${moment === run.moments[run.moments.length - 1] && moment.node >= 0 ? NO_BACKWARD : moment.node < 0 ? "The loss is that variable itself, so its gradient is complete." : "From here the tape is read backward."}`;
    case "backward": {
      const { op, output } = nodes[moment.node];
      const to = [...new Set(moment.parts.map((part) => run.name(part.to)))];
      const target = to.length === 0 ? "nobody needs what it would send on" : `it sends a cotangent to ${to.join(" and ")}`;
      const end = moment === run.moments[run.moments.length - 1] ? ` The backward pass is over: ∂/∂${run.by} is complete.` : "";
      return `Backward, node ${moment.node + 1}, the rule of ${op.name}: ${run.name(output)} has its cotangent, ${target}.${end}`;
    }
  }
}
