import { formatTensor } from "../text.js";
import type { ShownMoment, ShownRun } from "../worker/shown.js";

const NO_BACKWARD = "No gradient flows back: the loss does not depend on this variable, or is constant between its jumps.";

/** What happens at a moment, in words. */
export function titleOf(run: ShownRun, moment: ShownMoment): string {
  const { nodes, moments, by } = run;
  const isLast = moment === moments[moments.length - 1];
  const { op, output } = nodes[moment.node] ?? { op: "", output: run.output };
  switch (moment.kind) {
    case "inputs":
      return "The inputs. Nothing is computed yet.";
    case "forward": {
      const end = moment.computed === nodes.length ? " The forward pass is over." : "";
      return `Forward, node ${moment.node + 1} of ${nodes.length}: ${op} gives ${output.name} = ${formatTensor(output)}.${end}${isLast ? ` ${NO_BACKWARD}` : ""}`;
    }
    case "seed": {
      const next = isLast
        ? moment.node < 0
          ? "The loss is that variable itself, so its gradient is complete."
          : NO_BACKWARD
        : `From here the tape is read backward. A bar stands for a gradient: x̄ is ∂${run.output.name}/∂x.`;
      return `Turn: the derivative of ${run.output.name} with respect to itself is 1. ${next}`;
    }
    case "backward": {
      const to = [...new Set(moment.parts.map((part) => part.to.name))];
      const target = to.length === 0 ? "No input of it needs a gradient." : `${output.name} passes its gradient on to ${to.join(" and ")}.`;
      const end = isLast ? ` The backward pass is over: the gradient with respect to ${by} is complete.` : "";
      return `Backward, node ${moment.node + 1}, the rule of ${op}: ${target}${end}`;
    }
  }
}
